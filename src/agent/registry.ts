/**
 * Puts services and checks into the local state and takes them out again, with everything that belongs to it: ids and names of checks,
 * sidecars, running checks. Synchronous; files and the catalog follow (agent.ts).
 */
import type { Logger } from '../lib/log.js';
import type { CheckDefinition, DefinitionSource, ServiceDefinition } from '../model/definitions.js';
import type { CheckRecord, CheckStatus } from '../model/records.js';
import type { CheckRuns } from './check-runs.js';
import type { LocalCheck, LocalState } from './local-state.js';
import { warnOfShortReaping } from './reaper.js';
import { checkRecord, checksOf, serviceRecord } from './records.js';
import { warnOfNames } from './rules.js';

export interface Placing {
  readonly source: DefinitionSource;
  readonly token: string;
}

/** Status and output a check starts with, when it is new here. */
export interface InitialResult {
  readonly status: CheckStatus;
  readonly output: string;
}

export class Registry {
  constructor(
    private readonly state: LocalState,
    private readonly runs: CheckRuns,
    private readonly node: () => string,
    private readonly log: Logger,
  ) {}

  /**
   * @param leftOut checks of the service that are not in the definition: `keep` them, drop `all`, or those that came from a `file`
   * @returns ids of the checks that were dropped
   */
  placeService(
    definition: ServiceDefinition,
    { source, token, sidecarOf }: Placing & { readonly sidecarOf: string },
    { leftOut, initial }: { readonly leftOut: 'keep' | 'all' | 'file'; readonly initial: ReadonlyMap<string, InitialResult> },
  ): readonly string[] {
    warnOfNames(definition, this.log);
    const record = serviceRecord(definition, this.node());
    this.state.putService({ record, definition, source, token: definition.Token || token, sidecarOf });
    const checks = checksOf(definition);
    const wanted = new Set(checks.map(({ CheckID }) => CheckID));
    const dropped = this.state
      .checksOfService(definition.ID)
      .filter((local) => !wanted.has(local.record.CheckID) && isDropped(local, leftOut))
      .map(({ record: { CheckID } }) => CheckID);
    for (const id of dropped) this.dropCheck(id, token);
    for (const check of checks) this.placeCheck(check, { source, token, isInside: true, initial: initial.get(check.CheckID) });
    this.state.renameChecks(definition.ID);
    return dropped;
  }

  placeCheck(
    definition: CheckDefinition,
    placing: Placing & { readonly isInside: boolean; readonly initial: InitialResult | undefined },
  ): void {
    const { source, token, isInside, initial } = placing;
    const id = definition.CheckID;
    warnOfShortReaping(definition, this.log);
    const known = this.state.check(id);
    const service = this.state.service(definition.ServiceID)?.record ?? null;
    const fresh = checkRecord(definition, { node: this.node(), service, isInside });
    const record: CheckRecord = known
      ? { ...fresh, Status: known.record.Status, Output: known.record.Output }
      : { ...fresh, Status: initial?.status ?? fresh.Status, Output: initial?.output ?? '' };
    const local: LocalCheck = { record: Object.freeze(record), definition, source, token: definition.Token || token, isInside };
    this.state.putCheck(local);
    this.runs.start(local);
  }

  /** A check that is not run. */
  placeMaintenance(record: CheckRecord, token: string): void {
    this.state.putCheck({ record, definition: null, source: 'api', token, isInside: false });
  }

  /** With its checks and its sidecar. @returns what has gone */
  dropService(id: string, token: string): { readonly services: readonly string[]; readonly checks: readonly string[] } {
    const services = [...this.state.sidecarsOf(id).map(({ record }) => record.ID), id];
    const checks = services.flatMap((serviceId) => this.state.checksOfService(serviceId)).map(({ record }) => record.CheckID);
    for (const checkId of checks) this.dropCheck(checkId, token);
    for (const serviceId of services) {
      this.state.removeService(serviceId, token);
      this.log.log('debug', 'removed service', { service: serviceId });
    }
    return { services, checks };
  }

  dropCheck(id: string, token: string): void {
    this.runs.stop(id);
    this.state.removeCheck(id, token);
    this.log.log('debug', 'removed check', { check: id });
  }
}

function isDropped({ definition, source, isInside }: LocalCheck, leftOut: 'keep' | 'all' | 'file'): boolean {
  // Maintenance ends only when told so.
  if (leftOut === 'keep' || definition === null) return false;
  return leftOut === 'all' || (source === 'file' && isInside);
}
