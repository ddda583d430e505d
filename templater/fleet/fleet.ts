/** Who runs which version: the records of the store beside the services of the catalog. Pure. */
import type { HealthEntry } from '../../src/model/catalog-answers.js';
import { checkId } from './service.js';
import type { VersionRecord } from './versions.js';

/** `waiting`: for data, an operator, or because it is pinned. `gone`: the process has ended or its machine has failed; its files are as they were. */
export type MemberState = 'ok' | 'waiting' | 'failing' | 'gone';

export interface FleetMember extends Omit<VersionRecord, 'Status'> {
  readonly State: MemberState;
  /** Its contents are those of the newest version of the resource. */
  readonly Newest: boolean;
}

export function fleetOf(records: readonly VersionRecord[], entries: readonly HealthEntry[]): readonly FleetMember[] {
  const services = new Map(entries.map((entry) => [entry.Service.ID, entry]));
  const newest = newestHashes(records);
  return records
    .map(({ Status, ...record }) => {
      const Newest = record.Hash !== '' && newest.get(record.Resource) === record.Hash;
      const gone = whyGone(record, services.get(record.Instance));
      return { ...record, State: gone === '' ? states[Status] : ('gone' as const), Why: gone || record.Why, Newest };
    })
    .sort((a, b) => compare(a.Resource, b.Resource) || compare(a.Instance, b.Instance));
}

const states = { passing: 'ok', warning: 'waiting', critical: 'failing' } as const;

/** '' when the process is there. */
function whyGone({ Instance, Resource }: Pick<VersionRecord, 'Instance' | 'Resource'>, entry: HealthEntry | undefined): string {
  if (entry === undefined) return 'the process has ended';
  const ofNode = entry.Checks.find(({ ServiceID, Status }) => ServiceID === '' && Status === 'critical');
  if (ofNode !== undefined) return `the check ${JSON.stringify(ofNode.CheckID)} of its machine is critical`;
  const check = entry.Checks.find(({ CheckID }) => CheckID === checkId(Instance, Resource));
  if (check === undefined) return 'the process has this resource no more';
  // The agent's own words for a heartbeat that did not come.
  return check.Status === 'critical' && check.Output.startsWith('TTL expired') ? 'the process says nothing any more' : '';
}

/** Resource -> hash of what was made from the newest data, and put in place last. */
function newestHashes(records: readonly VersionRecord[]): ReadonlyMap<string, string> {
  const newest = new Map<string, VersionRecord>();
  for (const record of records) {
    const known = newest.get(record.Resource);
    if (known === undefined || record.Index > known.Index || (record.Index === known.Index && record.Time > known.Time))
      newest.set(record.Resource, record);
  }
  return new Map([...newest].map(([resource, { Hash }]) => [resource, Hash]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
