/**
 * Rows of the store as records of the model, and back. What is in storage was decided here and checked on the way in, so this is the one
 * place that trusts it: records are taken as they are, with their indexes added.
 */

import type { ConfigEntry } from '../model/config-entry/entry.js';
import type { CoordinateRecord } from '../model/coordinate.js';
import type { KvKey } from '../model/kv-key.js';
import type { PreparedQuery } from '../model/prepared-query.js';
import type { CheckRecord, NodeRecord, ServiceRecord, SessionRecord } from '../model/records.js';
import type { StoredValue } from '../model/storage.js';

/** Revisions of a row: of its first and of its last put. */
export interface Revisions {
  readonly created: number;
  readonly revision: number;
}

export interface StoredKv {
  readonly Flags: string;
  readonly Value: string;
}

export interface StoredLock {
  readonly Session: string;
  readonly LockIndex: number;
  /** Wall-clock milliseconds until which nobody may take the lock; 0 when there is no delay. */
  readonly DelayUntil: number;
}

type Indexed = 'CreateIndex' | 'ModifyIndex';

export function kvFromStored(record: StoredValue): StoredKv {
  return record as unknown as StoredKv;
}

export function lockFromStored(record: StoredValue): StoredLock {
  return record as unknown as StoredLock;
}

/** A node that was renamed keeps the CreateIndex it had under its old name: it is stored with the record. */
export function nodeFromStored(record: StoredValue, { created, revision }: Revisions): NodeRecord {
  const node = record as unknown as Omit<NodeRecord, 'ModifyIndex' | 'CreateIndex'> & { readonly CreateIndex?: number };
  return { ...node, CreateIndex: node.CreateIndex ?? created, ModifyIndex: revision };
}

export function serviceFromStored(record: StoredValue, { created, revision }: Revisions): ServiceRecord {
  return { ...(record as unknown as Omit<ServiceRecord, Indexed>), CreateIndex: created, ModifyIndex: revision };
}

export function checkFromStored(record: StoredValue, { created, revision }: Revisions): CheckRecord {
  return { ...(record as unknown as Omit<CheckRecord, Indexed>), CreateIndex: created, ModifyIndex: revision };
}

export function sessionFromStored(record: StoredValue, { created, revision }: Revisions): SessionRecord {
  return { ...(record as unknown as Omit<SessionRecord, Indexed>), CreateIndex: created, ModifyIndex: revision };
}

export function preparedQueryFromStored(record: StoredValue, { created, revision }: Revisions): PreparedQuery {
  return { ...(record as unknown as Omit<PreparedQuery, Indexed>), CreateIndex: created, ModifyIndex: revision };
}

export function coordinateFromStored(record: StoredValue): CoordinateRecord {
  return record as unknown as CoordinateRecord;
}

export function configEntryFromStored(record: StoredValue, { created, revision }: Revisions): ConfigEntry {
  return { ...record, CreateIndex: created, ModifyIndex: revision } as unknown as ConfigEntry;
}

/** Keys of the tables `kv` and `locks` are byte strings already. */
export function kvKeyFromStored(key: string): KvKey {
  return key as KvKey;
}

/** Names match without regard to case: this is how they are compared and how they stand in keys. */
export function asMatched(name: string): string {
  return name.toLowerCase();
}

/** The key of a service or check: of node and id. */
export function pairKey(node: string, id: string): string {
  return `${asMatched(node)}\0${asMatched(id)}`;
}

/** "n1\0web" -> ["n1", "web"]. */
export function splitPairKey(key: string): readonly [node: string, id: string] {
  const at = key.indexOf('\0');
  return [key.slice(0, at), key.slice(at + 1)];
}
