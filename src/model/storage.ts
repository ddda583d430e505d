/**
 * Durable, ordered, atomic commits: what an engine (`memory`, `level`, `etcd`) promises. Contract suite: test/unit/storage/contract.ts.
 *
 * Records in storage carry no indexes: an engine gives every record the revision of its last put (its ModifyIndex) and remembers the
 * revision of its first (its CreateIndex; a key that was deleted and put again starts anew).
 */

/**
 * The tables and the key of a row in each. Parts of a key are joined by "\0"; names in keys are as matched (node and service names lower-case).
 *  kv       KvKey                     {Flags, Value}
 *  locks    KvKey                     {Session, LockIndex, DelayUntil}: apart from kv, so that a plain put reads and expects nothing
 *  nodes    node                      NodeRecord without indexes
 *  services node \0 service id        ServiceRecord without indexes
 *  checks   node \0 check id          CheckRecord without indexes
 *  sessions session id                SessionRecord without indexes
 *  queries  query id                  PreparedQuery without indexes
 *  coordinates  node \0 segment       CoordinateRecord
 *  config                             the same, when they come
 *  meta     name                      the agent's own facts about the store
 */
export type TableName = 'kv' | 'locks' | 'nodes' | 'services' | 'checks' | 'sessions' | 'queries' | 'coordinates' | 'config' | 'meta';

export type StoredValue = Readonly<Record<string, unknown>>;

export type Change =
  | { readonly kind: 'put'; readonly table: TableName; readonly key: string; readonly record: StoredValue }
  | { readonly kind: 'delete' | 'deletePrefix'; readonly table: TableName; readonly key: string };

/** What a decision has read must still be so. `revision` is the row's last put, 0 = absent. */
export type Expectation =
  | { readonly table: TableName; readonly key: string; readonly revision: number }
  /** No row below `prefix` was put after `notAfter`. `ignoresDeletions`: who expects it may share a commit with deletions below it. */
  | { readonly table: TableName; readonly prefix: string; readonly notAfter: number; readonly ignoresDeletions?: boolean };

/** All or nothing. A key is put or deleted at most once in a group of transactions that shares a revision. */
export interface Transaction {
  readonly expect: readonly Expectation[];
  readonly changes: readonly Change[];
}

/** A change as it was committed: `created` is the revision of the row's first put. */
export type CommittedChange =
  | { readonly kind: 'put'; readonly table: TableName; readonly key: string; readonly record: StoredValue; readonly created: number }
  | { readonly kind: 'delete' | 'deletePrefix'; readonly table: TableName; readonly key: string };

export interface Committed {
  readonly revision: number;
  readonly changes: readonly CommittedChange[];
}

export interface Storage {
  /** Nobody else can commit while this is open: what the caller has committed and read is all there is, without a barrier. */
  readonly isSoleWriter?: boolean;
  /**
   * Everything, once, at start, in batches: each row with the revision of its last put (several batches may share one), and remembered
   * deletions. In no particular order of revision. The last batch carries the newest revision of the store, possibly without changes.
   * Deletions are remembered for 15 minutes and in a limited number: of older ones nothing is told.
   * To be run to its end before the first `commit`. May be run again later: it shows the store as it was at one moment after the call,
   * whatever is committed meanwhile. Throws MeshError `storage-corrupt` (names the directory) when the data cannot be
   * trusted; never starts empty in its place.
   */
  load(): AsyncIterable<Committed>;
  /**
   * Commits the group as one durable batch under one new revision: on return it survives power loss. Transactions are checked in order,
   * each against the store and the ones before it in the group; those whose expectations fail are `refused` (positions) and
   * change nothing. Deleting what is not there is no change. A group that changes nothing uses up no revision and answers the newest one.
   * The commit has been handed to `changes` when this resolves.
   * One call at a time; the caller groups. Rejects with MeshError `storage-failed` when it is not known to be durable; engines that cannot
   * find out go on refusing until they are opened again.
   */
  commit(group: readonly Transaction[]): Promise<{ readonly revision: number; readonly refused: readonly number[] }>;
  /**
   * Commits after `after`, own and foreign, in revision order, each exactly once and whole, until `signal` fires or the storage is closed
   * (then it ends). Engines remember a limited number of commits: throws MeshError `storage-compacted` when `after` is older than that, or
   * when the reader falls behind by more; whoever reads starts over from `load`.
   */
  changes(after: number, signal: AbortSignal): AsyncIterable<Committed>;
  /** A revision no older than this call: what was committed before it (by anyone) is at or below it. */
  barrier(): Promise<number>;
  /** May be called twice; resolves when everything is on disk and handles are closed. */
  close(): Promise<void>;
}
