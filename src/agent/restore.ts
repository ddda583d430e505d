/** After a restart: registrations that were kept come back, unless a file defines the same id, which wins. */
import type { Logger } from '../lib/log.js';
import type { Keeper, Kept } from './keeper.js';
import type { KeptCheck } from './kept-file.js';
import type { LocalState } from './local-state.js';
import type { Plan } from './plan.js';
import { maintenanceRecord, serviceMaintenanceId } from './records.js';
import type { InitialResult, Registry } from './registry.js';
import { checksRefusal } from './rules.js';
import type { AgentSettings } from './settings.js';

export interface RestoreParts {
  readonly plan: Plan;
  readonly state: LocalState;
  readonly registry: Registry;
  readonly keeper: Keeper;
  readonly settings: AgentSettings;
  readonly log: Logger;
  readonly initial: ReadonlyMap<string, InitialResult>;
}

/** What TTL checks were told last, as far as it is still good. */
export function unexpired({ states }: Kept, now: number): ReadonlyMap<string, InitialResult> {
  const good = [...states.values()].filter(({ expiresAt }) => expiresAt > now);
  return new Map(good.map(({ checkId, status, output }) => [checkId, { status, output }]));
}

/** The state is whole when this returns; the promise is for the files of what has lost. */
export function restoreKept({ services, checks }: Kept, parts: RestoreParts): Promise<unknown> {
  const { plan, registry, keeper, initial } = parts;
  const removals: Promise<void>[] = [];
  for (const { definition, token, sidecarOf } of services) {
    if (plan.serviceIds.has(definition.ID)) removals.push(keeper.removeService(definition.ID));
    else registry.placeService(definition, { source: 'api', token, sidecarOf }, { leftOut: 'keep', initial });
  }
  for (const check of checks) {
    removals.push(...(check.kind === 'maintenance' ? restoreMaintenance(check, parts) : restoreCheck(check, parts)));
  }
  return Promise.all(removals);
}

function restoreMaintenance(
  { serviceId, reason, token }: KeptCheck & { kind: 'maintenance' },
  parts: RestoreParts,
): readonly Promise<void>[] {
  const { state, registry, settings, keeper, log } = parts;
  const service = state.service(serviceId)?.record ?? null;
  if (serviceId === '' || service !== null) {
    registry.placeMaintenance(maintenanceRecord(settings.node.Node, service, reason), token);
    return [];
  }
  log.log('warn', 'Maintenance of a service that is no longer there is forgotten', { service: serviceId });
  return [keeper.removeCheck(serviceMaintenanceId(serviceId))];
}

function restoreCheck({ definition, token, isInside }: KeptCheck & { kind: 'check' }, parts: RestoreParts): readonly Promise<void>[] {
  const { plan, state, registry, keeper, settings, log, initial } = parts;
  const { CheckID: id, ServiceID } = definition;
  if (plan.checkIds.has(id)) return [keeper.removeCheck(id)];
  if (ServiceID !== '' && state.service(ServiceID) === undefined) {
    log.log('warn', 'A kept check of a service that is no longer there is forgotten', { check: id, service: ServiceID });
    return [keeper.removeCheck(id)];
  }
  const refusal = checksRefusal([definition], 'api', settings);
  if (refusal !== '') log.log('error', 'A kept check is not run', { check: id, error: refusal });
  else registry.placeCheck(definition, { source: 'api', token, isInside, initial: initial.get(id) ?? unknown });
  return [];
}

/** Nobody knows how it is now, whatever the definition says. */
const unknown: InitialResult = { status: 'critical', output: '' };
