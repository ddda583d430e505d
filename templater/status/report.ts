/** What a running mesh-template tells about itself: the shape of `/status.json` and of `mesh-template status --json`. Times are ISO 8601. */
import type { RolloutPhase } from '../rollout/notes.js';
import type { Stage } from '../runtime/observer.js';

export interface StatusReport {
  readonly Process: ProcessReport;
  readonly Resources: readonly ResourceReport[];
  readonly Groups: readonly GroupReport[];
  /** null when there is no program to look after. */
  readonly Exec: ExecReport | null;
}

/** The program of `[exec]`. */
export interface ExecReport {
  readonly Command: string;
  /** `waiting`: until all resources have been in place. */
  readonly State: 'waiting' | 'started';
  readonly Waiting: readonly { readonly Resource: string; readonly Why: string }[];
  /** When it was asked for. */
  readonly Since: string;
}

export interface ProcessReport {
  readonly Pid: number;
  readonly Version: string;
  /** What it was started with: files or directories. */
  readonly Config: string;
  /** Its name among the machines: in the catalog, in the fleet and in rollouts. */
  readonly Instance: string;
  readonly Started: string;
}

/**
 * `failing`: its files are not what they should be. `waiting`: for data, or for its turn. `pinned`: an older version is in place.
 * `starting`: nothing is known yet.
 */
export const resourceStates = ['ok', 'starting', 'waiting', 'pinned', 'failing'] as const;
export type ResourceState = (typeof resourceStates)[number];

export interface ResourceReport {
  readonly Name: string;
  readonly Group: string;
  readonly Template: string;
  readonly Destination: string;
  readonly State: ResourceState;
  /** `key "app/x"`, `service "web"`: what the template used in its last rendering. */
  readonly Dependencies: readonly string[];
  /** What it waits for, with the place in the template. */
  readonly Waiting: readonly WaitReport[];
  readonly LastRender: RenderReport | null;
  /** Which keys and services changed before the last rendering. */
  readonly LastChange: readonly string[];
  readonly Deployed: DeployedReport | null;
  /** null when nothing is wrong. */
  readonly Failure: FailureReport | null;
}

export interface WaitReport {
  readonly What: string;
  readonly Since: string;
}

export interface RenderReport {
  readonly Time: string;
  readonly DurationMs: number;
}

export interface DeployedReport {
  readonly Time: string;
  /** The highest modify index of what the files were made from; 0 when that has none. */
  readonly Index: number;
  readonly Files: readonly { readonly Destination: string; readonly Sha256: string }[];
}

export interface FailureReport {
  readonly Stage: Stage;
  readonly Message: string;
  readonly Since: string;
}

export interface GroupReport {
  readonly Name: string;
  readonly Resources: readonly string[];
  readonly LastReload: ReloadReport | null;
  readonly Pinned: { readonly Version: number; readonly Since: string } | null;
  readonly Rollout: { readonly Lock: string; readonly Phase: RolloutPhase; readonly Text: string; readonly Since: string } | null;
}

export interface ReloadReport {
  readonly Time: string;
  readonly Command: string;
  readonly Ok: boolean;
  readonly Exit: string;
  readonly Output: string;
  readonly DurationMs: number;
  readonly Causes: readonly string[];
}

/** Resource -> its group. */
export function groupsByResource({ Groups }: Pick<StatusReport, 'Groups'>): ReadonlyMap<string, GroupReport> {
  return new Map(Groups.flatMap((group) => group.Resources.map((name) => [name, group] as const)));
}

/** One line: why a resource is in its state; '' for `ok`. */
export function stateText(resource: ResourceReport, group: GroupReport | undefined): string {
  switch (resource.State) {
    case 'ok':
      return '';
    case 'starting':
      return 'has not been rendered yet';
    case 'failing':
      return resource.Failure === null ? '' : resource.Failure.Message;
    case 'pinned':
      return group?.Pinned ? `version ${group.Pinned.Version} was put back at ${group.Pinned.Since}; "mesh-template resume" ends that` : '';
    case 'waiting':
      return resource.Waiting.length > 0
        ? `waiting for ${resource.Waiting.map(({ What }) => What).join(', ')}`
        : (group?.Rollout?.Text ?? '');
  }
}

/** '' when it is started. */
export function execText(exec: ExecReport | null): string {
  if (exec === null || exec.State === 'started') return '';
  return `waits for ${exec.Waiting.map(({ Resource, Why }) => `${Resource} (${Why})`).join(', ')}`;
}

/** Whether all is as it should be. */
export function isWell({ Resources }: Pick<StatusReport, 'Resources'>): boolean {
  return Resources.every(({ State }) => State === 'ok' || State === 'pinned');
}
