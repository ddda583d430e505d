/** One page of the book per resource and per group, and what is read from it. */
import { Counter, Sample } from '../../src/lib/metrics.js';
import { describeDependency } from '../data-source.js';
import type { Group } from '../resource.js';
import type { RolloutNote } from '../rollout/notes.js';
import type { DeployedFiles, Observed, Reloaded, Rendered, Stage } from '../runtime/observer.js';
import type { GroupReport, ResourceReport, ResourceState } from './report.js';

export interface Wait {
  readonly what: string;
  readonly sinceMs: number;
}

/** What is counted about a resource since the start. */
export class ResourceCounts {
  /** How long rendering took, in milliseconds. */
  readonly renders = new Sample();
  readonly failures: Readonly<Record<Stage, Counter>> = {
    render: new Counter(),
    check: new Counter(),
    write: new Counter(),
    reload: new Counter(),
  };
  readonly deployments = new Counter();
  /** How long it waited for data, in milliseconds; waits that are over. */
  readonly waits = new Sample();
}

export class GroupCounts {
  /** How long they took, in milliseconds. */
  readonly goodReloads = new Sample();
  readonly badReloads = new Sample();
}

export interface ResourcePage {
  readonly resource: Observed;
  readonly counts: ResourceCounts;
  rendered: { readonly atMs: number; readonly rendering: Rendered } | undefined;
  waits: readonly Wait[];
  failure: { readonly stage: Stage; readonly message: string; readonly sinceMs: number } | undefined;
  deployed: { readonly atMs: number; readonly deployed: DeployedFiles } | undefined;
}

export interface GroupPage {
  readonly group: Group;
  readonly counts: GroupCounts;
  reload: { readonly atMs: number; readonly reload: Reloaded } | undefined;
  pin: { readonly version: number; readonly sinceMs: number } | undefined;
  rollout: { readonly note: RolloutNote; readonly sinceMs: number } | undefined;
}

export function resourceReport(page: ResourcePage, group: GroupPage | undefined): ResourceReport {
  const { resource, rendered, waits, failure, deployed } = page;
  const { name, source, destination } = resource;
  return {
    Name: name,
    Group: resource.group.name,
    Template: source,
    Destination: destination,
    State: stateOf(page, group),
    Dependencies: rendered?.rendering.dependencies.map(describeDependency) ?? [],
    Waiting: waits.map(({ what, sinceMs }) => ({ What: what, Since: time(sinceMs) })),
    LastRender: rendered === undefined ? null : { Time: time(rendered.atMs), DurationMs: rounded(rendered.rendering.durationMs) },
    LastChange: rendered?.rendering.causes ?? [],
    Deployed:
      deployed === undefined
        ? null
        : {
            Time: time(deployed.atMs),
            Index: deployed.deployed.index,
            Files: deployed.deployed.files.map((file) => ({ Destination: file.destination, Sha256: file.sha256 })),
          },
    Failure: failure === undefined ? null : { Stage: failure.stage, Message: failure.message, Since: time(failure.sinceMs) },
  };
}

export function groupReport({ group, reload, pin, rollout }: GroupPage, members: readonly string[]): GroupReport {
  return {
    Name: group.name,
    Resources: members,
    LastReload:
      reload === undefined
        ? null
        : {
            Time: time(reload.atMs),
            Command: reload.reload.command,
            Ok: reload.reload.ok,
            Exit: reload.reload.exit,
            Output: reload.reload.output,
            DurationMs: rounded(reload.reload.durationMs),
            Causes: reload.reload.causes,
          },
    Pinned: pin === undefined ? null : { Version: pin.version, Since: time(pin.sinceMs) },
    Rollout:
      rollout === undefined
        ? null
        : { Lock: rollout.note.lock, Phase: rollout.note.phase, Text: rollout.note.text, Since: time(rollout.sinceMs) },
  };
}

function stateOf({ failure, waits, rendered, deployed }: ResourcePage, group: GroupPage | undefined): ResourceState {
  const isPinned = group?.pin !== undefined;
  // What could not be put in place is not wanted there now.
  if (failure !== undefined && !(isPinned && failure.stage !== 'render')) return 'failing';
  if (waits.length > 0) return 'waiting';
  if (isPinned) return 'pinned';
  if (isHeld(group)) return 'waiting';
  return rendered === undefined && deployed === undefined ? 'starting' : 'ok';
}

/** Its new files are not in place because of other machines. */
function isHeld(group: GroupPage | undefined): boolean {
  switch (group?.rollout?.note.phase) {
    case undefined:
    case 'idle':
    case 'deploying':
    case 'verifying':
      return false;
    default:
      return true;
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
