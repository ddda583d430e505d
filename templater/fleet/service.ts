/** What a process is in the catalog: a service with one TTL check per resource. Pure: from the report to definitions. */
import type { GroupReport, ProcessReport, ResourceReport, StatusReport } from '../status/report.js';
import { groupsByResource, stateText } from '../status/report.js';
import { shortVersion } from '../status/text.js';

export const serviceName = 'mesh-template';
/** A process that says nothing for so long is gone. */
export const ttlSeconds = 30;

export interface ResourceCheck {
  readonly id: string;
  readonly resource: string;
  readonly status: 'passing' | 'warning' | 'critical';
  /** Why it is not passing; '' when it is. One line. */
  readonly why: string;
  /** For the catalog: why, which version, and how the last reload ended. */
  readonly output: string;
}

export function checkId(instance: string, resource: string): string {
  return `${instance}:${resource}`;
}

export function checksOf(report: StatusReport): readonly ResourceCheck[] {
  const { Process, Resources } = report;
  const groups = groupsByResource(report);
  return Resources.map((resource) => {
    const group = groups.get(resource.Name);
    const status = statusOf(resource, group);
    const why = status === 'passing' ? '' : stateText(resource, group).replace(/\s*\n\s*/g, ' | ');
    return {
      id: checkId(Process.Instance, resource.Name),
      resource: resource.Name,
      status,
      why,
      output: outputOf(resource, { group, why }),
    };
  });
}

/** The body of `/v1/agent/service/register`. */
export function serviceDefinition({ Instance, Config, Version }: ProcessReport, checks: readonly ResourceCheck[]): object {
  return {
    ID: Instance,
    Name: serviceName,
    Meta: { config: Config.slice(0, 512), version: Version },
    Checks: checks.map((check) => ({ CheckID: check.id, ...checkDefinition(check) })),
  };
}

/** Without the id, which goes by other names inside a service and beside it. */
export function checkDefinition({ resource, status }: ResourceCheck): object {
  return { Name: `mesh-template ${resource}`, TTL: `${ttlSeconds}s`, Status: milder[status] };
}

/**
 * What a check is registered with, before the first heartbeat says the rest: agents bring an output to the catalog at once only when the
 * status changes with it, and later otherwise (`check_update_interval`).
 */
const milder = { passing: 'passing', warning: 'passing', critical: 'warning' } as const;

function statusOf({ State, Waiting }: ResourceReport, group: GroupReport | undefined): ResourceCheck['status'] {
  switch (State) {
    case 'ok':
    // After a few seconds it waits for something, fails, or is well.
    case 'starting':
      return 'passing';
    case 'failing':
      return 'critical';
    case 'waiting':
      // That machines wait for each other is as it should be.
      return Waiting.length === 0 && group?.Rollout?.Phase === 'turn' ? 'passing' : 'warning';
    case 'pinned':
      return 'warning';
  }
}

/** No times that run on: the output changes only with what it says. */
function outputOf(resource: ResourceReport, { group, why }: { readonly group: GroupReport | undefined; readonly why: string }): string {
  const version = resource.Deployed === null ? '' : `version ${shortVersion(resource)}, in place since ${resource.Deployed.Time}`;
  const reload = group?.LastReload;
  const reloaded = reload ? `last reload: ${reload.Exit} at ${reload.Time}` : '';
  return [why || resource.State, version, reloaded].filter((line) => line !== '').join('\n');
}
