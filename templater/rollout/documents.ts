/**
 * What a rollout keeps in the KV store below `LOCK/`:
 *
 *   .lock       `{"Limit":2,"Holders":{"<session>":true}}` and a contender key per session: Consul's semaphore to the letter, so that
 *               `consul lock -n 2 LOCK …` takes part in it (https://developer.hashicorp.com/consul/tutorials/developer-configuration/distributed-semaphore)
 *   <session>   held by its session, which deletes it when it ends; the value tells whose it is
 *   .rollout    which change is under way and how it went: a `RolloutRecord`
 *
 * `.lock` and `.rollout` change in one transaction, so that a turn is given or taken back together with what it means for the others.
 */
import { type KvKey, keyFromText } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import type { Version } from '../runtime/gate.js';

/** What Consul's clients mark the keys of semaphores with. */
export const semaphoreFlags = '16210313421097356768';

export type RolloutState =
  /** Somebody takes the change first, alone. */
  | 'trying'
  /** It went well once: the others follow, up to the limit at once. */
  | 'going'
  /** It failed: nobody else takes it. */
  | 'stopped'
  /** An operator lets it go on after it had failed: somebody tries it alone. */
  | 'resumed'
  /** An operator forbids it. */
  | 'aborted';

const states: ReadonlySet<string> = new Set(['trying', 'going', 'stopped', 'resumed', 'aborted'] satisfies RolloutState[]);

export interface RolloutRecord {
  readonly State: RolloutState;
  /** Of the change; in hex digits. */
  readonly Hash: string;
  /** The highest modify index of what the change was made from; 0 when that has none. */
  readonly Index: number;
  readonly Group: string;
  /** Who brought the rollout into this state. */
  readonly Machine: string;
  /** While somebody tries: the session of the turn. */
  readonly Session: string;
  /** ISO 8601. */
  readonly Since: string;
  /** Why it stopped, '' otherwise. */
  readonly Reason: string;
  /** So many machines have taken the change. */
  readonly Done: number;
}

/** Whose turn a contender key stands for; the names of semaphores of other programs are not known. */
export interface Contender {
  readonly session: string;
  readonly machine: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Everything below `LOCK/` at one moment. */
export interface RolloutView {
  readonly lock: SemaphoreLock | undefined;
  /** Modify indexes for compare-and-set; 0 stands for a key that does not exist. */
  readonly lockIndex: number;
  readonly record: RolloutRecord | undefined;
  readonly recordIndex: number;
  /** Those whose session is alive, by session. */
  readonly contenders: ReadonlyMap<string, Contender>;
}

export interface SemaphoreLock {
  readonly Limit: number;
  /** Sessions; the dead among them too. */
  readonly Holders: Readonly<Record<string, true>>;
}

/** What lies below the lock is something else. */
export class RolloutDocumentError extends Error {
  override readonly name = 'RolloutDocumentError';
}

export const lockDocumentKey = (lock: KvKey): KvKey => below(lock, '.lock');
export const recordKey = (lock: KvKey): KvKey => below(lock, '.rollout');
export const contenderKey = (lock: KvKey, session: string): KvKey => below(lock, session);
export const lockPrefix = (lock: KvKey): KvKey => below(lock, '');

function below(lock: KvKey, name: string): KvKey {
  return `${lock}/${keyFromText(name)}` as KvKey;
}

/** @throws RolloutDocumentError */
export function readView(lock: KvKey, entries: readonly KvEntry[]): RolloutView {
  const [lockEntry, recordEntry] = [lockDocumentKey(lock), recordKey(lock)].map((key) => entries.find(({ Key }) => Key === key));
  const contenders = entries
    .filter(({ Key, Session }) => Session !== '' && Key === contenderKey(lock, Session))
    .map(({ Session, Value }) => ({ session: Session, ...contenderOf(Value) }));
  return {
    lock: lockEntry === undefined ? undefined : lockOf(lockEntry),
    lockIndex: lockEntry?.ModifyIndex ?? 0,
    record: recordEntry === undefined ? undefined : recordOf(recordEntry),
    recordIndex: recordEntry?.ModifyIndex ?? 0,
    contenders: new Map(contenders.map((contender) => [contender.session, contender])),
  };
}

/** Holders that are alive. */
export function liveHolders({ lock, contenders }: RolloutView): readonly Contender[] {
  return Object.keys(lock?.Holders ?? {}).flatMap((session) => contenders.get(session) ?? []);
}

export function encodeDocument(document: SemaphoreLock | RolloutRecord | Omit<Contender, 'session'>): string {
  return Buffer.from(JSON.stringify(document), 'utf8').toString('base64');
}

/** The record of a change that enters a state. */
export function recordOfChange(
  State: RolloutState,
  change: Pick<RolloutRecord, 'Hash' | 'Index' | 'Group'>,
  rest: Pick<RolloutRecord, 'Machine' | 'Since'> & Partial<Pick<RolloutRecord, 'Session' | 'Reason' | 'Done'>>,
): RolloutRecord {
  const { Hash, Index, Group } = change;
  return { State, Hash, Index, Group, Session: '', Reason: '', Done: 0, ...rest };
}

export function changeOf({ sha256, index }: Version, group: string): Pick<RolloutRecord, 'Hash' | 'Index' | 'Group'> {
  return { Hash: sha256, Index: index, Group: group };
}

function lockOf({ Key, Flags, Value }: KvEntry): SemaphoreLock {
  const { Limit, Holders } = parsed(Value);
  if (Flags !== semaphoreFlags || typeof Limit !== 'number' || !isObject(Holders))
    throw new RolloutDocumentError(`the key ${JSON.stringify(Key)} is used for something else; give the rollout another lock`);
  return { Limit, Holders: Object.fromEntries(Object.keys(Holders).map((session) => [session, true] as const)) };
}

function recordOf({ Key, Value }: KvEntry): RolloutRecord {
  const found = parsed(Value);
  if (typeof found.State !== 'string' || !states.has(found.State) || typeof found.Hash !== 'string')
    throw new RolloutDocumentError(`the key ${JSON.stringify(Key)} holds no state of a rollout; delete it to begin anew`);
  const text = (name: keyof RolloutRecord) => (typeof found[name] === 'string' ? found[name] : '');
  const count = (name: keyof RolloutRecord) => (typeof found[name] === 'number' ? found[name] : 0);
  return {
    State: found.State as RolloutState,
    Hash: found.Hash,
    Index: count('Index'),
    Group: text('Group'),
    Machine: text('Machine'),
    Session: text('Session'),
    Since: text('Since'),
    Reason: text('Reason'),
    Done: count('Done'),
  };
}

function contenderOf(value: string): Omit<Contender, 'session'> {
  const { machine, since } = parsed(value);
  return { machine: typeof machine === 'string' ? machine : 'another program', since: typeof since === 'string' ? since : '' };
}

/** {} for anything that is no JSON object: what has to be in it is looked for by the caller. */
function parsed(base64: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
