/** The one interface to cluster data. HTTP, DNS, the agent's sync, checks and forwarding know this and nothing behind it. */
import type { Query, QueryKind, QueryTable } from './query.js';
import type { Write, WriteKind, WriteTable } from './write.js';

export interface QueryOptions {
  /** Secret of the ACL token, '' for none. */
  readonly token: string;
  /** '' is the agent's own. Unknown ones are refused with `no-path-to-datacenter`. */
  readonly datacenter: string;
  /** Block until the answer's index is above this; 0 answers at once. */
  readonly minIndex: number;
  /** How long to block at most; 0 is the default of 5 minutes. More than 10 minutes is cut to 10. */
  readonly waitMs: number;
  readonly consistency: 'default' | 'consistent' | 'stale';
  /** Fires when nobody waits for the answer any more; the waiter is gone in the same turn. */
  readonly signal: AbortSignal;
}

export interface WriteOptions {
  readonly token: string;
  readonly datacenter: string;
}

/**
 * `value` is shared and frozen: as long as nothing that the query touches has changed, the same query gets the same object (so
 * encoded bytes may be kept in a WeakMap by it).
 */
export interface Answer<T> {
  readonly value: T;
  /** Index of the data the query touched; at least 1. */
  readonly index: number;
  readonly knownLeader: boolean;
  readonly lastContactMs: number;
}

export interface Backend {
  /** Rejects with MeshError. When `signal` fires while blocked it rejects with `signal.reason`. */
  query<K extends QueryKind>(query: Query<K>, options: QueryOptions): Promise<Answer<QueryTable[K]['value']>>;
  /** Resolves when the write is durable and visible to every later read here. A protocol refusal (CAS lost, lock held) is part of the result. */
  write<K extends WriteKind>(write: Write<K>, options: WriteOptions): Promise<WriteTable[K]['result']>;
}
