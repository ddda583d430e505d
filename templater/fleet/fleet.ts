/** Who runs which version: the records of the store beside the services of the catalog. Pure. */
import type { HealthEntry } from '../../src/model/query.js';
import type { CheckRecord } from '../../src/model/records.js';
import { checkId } from './service.js';
import type { VersionRecord } from './versions.js';

/** `gone`: the process has ended or its machine has failed; its files are as they were. */
export type MemberState = 'ok' | 'waiting' | 'failing' | 'gone';

export interface FleetMember {
  readonly Resource: string;
  readonly Instance: string;
  readonly Node: string;
  readonly State: MemberState;
  /** Why it is in its state; '' when all is well. */
  readonly Output: string;
  /** '' when it has not put anything in place yet. */
  readonly Hash: string;
  readonly Index: number;
  readonly Time: string;
  /** Its contents are those of the newest version of the resource. */
  readonly Newest: boolean;
}

export function fleetOf(records: readonly VersionRecord[], entries: readonly HealthEntry[]): readonly FleetMember[] {
  const services = new Map(entries.map((entry) => [entry.Service.ID, entry]));
  const members = records.map((record) => memberOf(record, services.get(record.Instance)));
  const known = new Set(records.map(({ Instance, Resource }) => checkId(Instance, Resource)));
  for (const { Service, Node, Checks } of entries) {
    for (const check of Checks) {
      if (check.ServiceID !== Service.ID || known.has(check.CheckID) || !check.CheckID.startsWith(`${Service.ID}:`)) continue;
      const nothing = { Resource: check.CheckID.slice(Service.ID.length + 1), Instance: Service.ID, Hash: '', Index: 0, Time: '' };
      members.push({ ...nothing, Node: Node.Node, ...stateOf(Checks, check), Newest: false });
    }
  }
  const newest = newestHashes(records);
  return members
    .map((member) => ({ ...member, Newest: member.Hash !== '' && newest.get(member.Resource) === member.Hash }))
    .sort((a, b) => compare(a.Resource, b.Resource) || compare(a.Instance, b.Instance));
}

function memberOf(record: VersionRecord, entry: HealthEntry | undefined): FleetMember {
  if (entry === undefined) return { ...record, State: 'gone', Output: 'the process has ended', Newest: false };
  const check = entry.Checks.find(({ CheckID }) => CheckID === checkId(record.Instance, record.Resource));
  return { ...record, Node: entry.Node.Node, ...stateOf(entry.Checks, check), Newest: false };
}

function stateOf(checks: readonly CheckRecord[], check: CheckRecord | undefined): Pick<FleetMember, 'State' | 'Output'> {
  const ofNode = checks.find(({ ServiceID, Status }) => ServiceID === '' && Status === 'critical');
  if (ofNode !== undefined) return { State: 'gone', Output: `the check ${JSON.stringify(ofNode.CheckID)} of its machine is critical` };
  if (check === undefined) return { State: 'gone', Output: 'the process has this resource no more' };
  // The agent's own words for a heartbeat that did not come.
  if (check.Status === 'critical' && check.Output.startsWith('TTL expired'))
    return { State: 'gone', Output: 'the process says nothing any more' };
  const Output = check.Output.split('\n')[0] ?? '';
  if (check.Status === 'passing') return { State: 'ok', Output: '' };
  return { State: check.Status === 'critical' ? 'failing' : 'waiting', Output };
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
