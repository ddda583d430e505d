/**
 * Who may take a change, and what becomes of the rollout afterwards: pure functions of what lies in the KV store.
 *
 * - A change that has not gone well anywhere is taken by one machine alone; when that machine is well, the others follow, `limit` at once.
 * - Where it failed it stops: machines that have rendered the same change wait. Another change begins anew.
 * - Two machines have the same change when the contents are the same, or, where each machine has contents of its own, when they were made
 *   from data with the same highest modify index. Contents that differ from what failed on the very machine are another change: there a
 *   corrected template is told from the broken one.
 */
import { keyToText } from '../../src/model/kv-key.js';
import type { TurnOutcome, Version } from '../runtime/gate.js';
import { changeOf, liveHolders, type RolloutRecord, type RolloutView, recordOfChange, type SemaphoreLock } from './documents.js';
import type { RolloutSettings } from './settings.js';

export interface Me {
  readonly machine: string;
  readonly group: string;
  readonly version: Version;
  readonly settings: Pick<RolloutSettings, 'lock' | 'limit'>;
  /** Of what this process deployed last in the group; 0 when nothing is known. */
  readonly deployedIndex: number;
}

export type WaitCause =
  /** All turns are taken, or one machine tries. */
  | 'turn'
  | 'stopped'
  | 'aborted'
  /** The limit of this machine's configuration is not that of the lock. */
  | 'conflict';

export type Decision =
  | { readonly kind: 'wait'; readonly cause: WaitCause; readonly why: string }
  /** `isFirst`: nobody has taken the change, it has to go well here. `beginTurn` tells what is to be written. */
  | { readonly kind: 'take'; readonly isFirst: boolean }
  /** The session of the moment has its turn already: an answer was lost on its way. */
  | { readonly kind: 'taken' };

/** What the store becomes; undefined leaves the record as it is. */
export interface Step {
  readonly lock: SemaphoreLock;
  readonly record: RolloutRecord | undefined;
}

export interface Moment {
  readonly session: string;
  /** ISO 8601. */
  readonly now: string;
}

/** `session` is '' as long as there is none. */
export function decide(view: RolloutView, me: Me, { session }: Pick<Moment, 'session'>): Decision {
  const { limit } = me.settings;
  const name = keyToText(me.settings.lock);
  const { record } = view;
  const holders = liveHolders(view);
  if (holders.some((holder) => holder.session === session)) return { kind: 'taken' };
  if (view.lock !== undefined && view.lock.Limit !== limit) return conflict(name, { limit, locks: view.lock.Limit });
  if (record !== undefined && isHeldBack(record, me)) return heldBack(name, record);
  const machines = holders.map(({ machine }) => machine).join(', ');
  const isFirst = record === undefined || !isProven(record, me);
  if (holders.length < (isFirst ? 1 : limit)) return { kind: 'take', isFirst };
  if (isFirst) return { kind: 'wait', cause: 'turn', why: `${name}: ${machines} ${holders.length === 1 ? 'goes' : 'go'} first` };
  return { kind: 'wait', cause: 'turn', why: `${name}: ${holders.length} of ${limit} turns are taken, by ${machines}` };
}

/** What is written when a turn is taken. */
export function beginTurn(view: RolloutView, me: Me, { session, now, isFirst }: Moment & { readonly isFirst: boolean }): Step {
  const Holders = sessions([...liveHolders(view).map((holder) => holder.session), session]);
  const trying = recordOfChange('trying', changeOf(me.version, me.group), { Machine: me.machine, Since: now, Session: session });
  return { lock: { Limit: me.settings.limit, Holders }, record: isFirst ? trying : undefined };
}

/** How a turn ended; `interrupted`: the program ended before it was known. */
export type TurnEnd = { readonly outcome: TurnOutcome; readonly reason: string } | 'interrupted';

/** What is written after a turn. A record that is about another change by now stays as it is. */
export function endTurn(view: RolloutView, me: Me, { session, now, end }: Moment & { readonly end: TurnEnd }): Step {
  const left = liveHolders(view).filter((holder) => holder.session !== session);
  const lock = { Limit: view.lock?.Limit ?? me.settings.limit, Holders: sessions(left.map((holder) => holder.session)) };
  if (end === 'interrupted') return { lock, record: undefined };
  const { record } = view;
  if (end.outcome === 'done') return { lock, record: recordAfterSuccess(record, me, { session, now }) };
  return { lock, record: recordAfterFailure(record, me, { now, reason: end.reason }) };
}

/** A check failed before there was a turn: nobody else has to find out. undefined when the record stays. */
export function refusal(view: RolloutView, me: Me, end: { readonly now: string; readonly reason: string }): RolloutRecord | undefined {
  const { record } = view;
  if (record === undefined || isSameChange(record, me)) {
    return record?.State === 'stopped' || record?.State === 'aborted' ? undefined : recordAfterFailure(record, me, end);
  }
  // Others are in the middle of another change: what that comes to is more than what this machine alone refuses.
  return liveHolders(view).length > 0 ? undefined : recordAfterFailure(undefined, me, end);
}

function recordAfterSuccess(record: RolloutRecord | undefined, me: Me, { now, session }: Moment): RolloutRecord | undefined {
  const change = changeOf(me.version, me.group);
  const fresh = recordOfChange('going', change, { Machine: me.machine, Since: now, Done: 1 });
  if (record === undefined) return fresh;
  if (record.State === 'trying' && record.Session === session) return fresh;
  if (!isSameChange(record, me) || record.State === 'stopped' || record.State === 'aborted') return undefined;
  return record.State === 'going' ? { ...record, Done: record.Done + 1 } : fresh;
}

function recordAfterFailure(
  record: RolloutRecord | undefined,
  me: Me,
  { now, reason }: { readonly now: string; readonly reason: string },
): RolloutRecord | undefined {
  if (record !== undefined && !isSameChange(record, me)) return undefined;
  const State = record?.State === 'aborted' ? 'aborted' : 'stopped';
  const Done = record?.State === 'trying' ? 0 : (record?.Done ?? 0);
  return recordOfChange(State, changeOf(me.version, me.group), { Machine: me.machine, Since: now, Reason: reason, Done });
}

function conflict(name: string, { limit, locks }: { readonly limit: number; readonly locks: number }): Decision {
  const why = `${name}: the lock has limit ${locks}, the configuration of this machine says ${limit}; make them equal, or give the lock another with: mesh-template rollout resume -limit ${limit} ${name}`;
  return { kind: 'wait', cause: 'conflict', why };
}

function isHeldBack(record: RolloutRecord, me: Me): boolean {
  return (record.State === 'stopped' || record.State === 'aborted') && isSameChange(record, me);
}

function heldBack(name: string, { State, Machine, Since, Reason }: RolloutRecord): Decision {
  if (State === 'aborted')
    return { kind: 'wait', cause: 'aborted', why: `${name}: the change was aborted at ${Since}; the next one goes on` };
  return {
    kind: 'wait',
    cause: 'stopped',
    why: `${name}: stopped at ${Since}, the change failed on ${Machine}: ${Reason}`,
  };
}

export function isSameChange(record: RolloutRecord, { machine, version }: Me): boolean {
  if (record.Hash === version.sha256) return true;
  return record.Index !== 0 && record.Index === version.index && record.Machine !== machine;
}

/** With contents of its own a machine has to know that it is the data that changed, and not its template. */
function isProven(record: RolloutRecord, { version, deployedIndex }: Me): boolean {
  if (record.State !== 'going') return false;
  if (record.Hash === version.sha256) return true;
  return record.Index !== 0 && record.Index === version.index && deployedIndex !== 0 && deployedIndex < version.index;
}

function sessions(ids: readonly string[]): Readonly<Record<string, true>> {
  return Object.fromEntries(ids.map((id) => [id, true] as const));
}
