/** Puts, deletes and locks of single keys. */
import { MeshError } from '../../model/errors.js';
import type { KvKey } from '../../model/kv-key.js';
import type { KvEntry } from '../../model/records.js';
import { type Decide, type Draft, settlesFalse, settlesTrue } from './draft.js';
import type { KvContent } from './kv-draft.js';
import { lockKey, unlockKey } from './lock.js';

/** Errors of the two-step write path carry this prefix; clients compare the whole text. */
const prefix = 'raft apply failed: ';

export const decideKvPut: Decide<'kv.put'> = (draft, write) => {
  const { key, value: Value, flags: Flags } = write;
  requireKey(key);
  const content = { Flags, Value };
  if (write.acquire !== undefined) return answer(lockKey(draft, key, content, write.acquire, prefix));
  if (write.release !== undefined) return answer(unlockKey(draft, key, content, write.release, prefix));
  if (write.cas !== undefined) return answer(putIfIndex(draft, key, content, write.cas));
  const seen = draft.view.kv.get(key);
  // Only a put that changes nothing has to look twice: any other reads nothing and expects nothing, so hot keys do not conflict.
  if (seen && seen.LockIndex === 0 && seen.Value === Value && seen.Flags === Flags) draft.kv.get(key);
  else draft.ledger.put('kv', key, content);
  return settlesTrue;
};

export const decideKvDelete: Decide<'kv.delete'> = (draft, { key, cas }) => {
  requireKey(key);
  if (cas === undefined) draft.kv.delete(key);
  else return answer(deleteIfIndex(draft, key, cas));
  return settlesTrue;
};

export const decideKvDeleteTree: Decide<'kv.delete-tree'> = (draft, { prefix }) => {
  draft.kv.deleteBelow(prefix);
  return settlesTrue;
};

/** 0 = only if absent. @returns the entry as written, null when the index is another */
export function putIfIndex(draft: Draft, key: KvKey, content: KvContent, index: number): KvEntry | null {
  const before = draft.kv.get(key);
  const matches = before ? index !== 0 && before.ModifyIndex === index : index === 0;
  return matches ? draft.kv.put(key, content) : null;
}

/** What is not there counts as deleted. @returns false when the index is another */
export function deleteIfIndex(draft: Draft, key: KvKey, index: number): boolean {
  const before = draft.kv.get(key);
  if (before && before.ModifyIndex !== index) return false;
  draft.kv.delete(key);
  return true;
}

export function requireKey(key: KvKey): void {
  if (key === '') throw new MeshError('refused', 'Must provide key');
}

function answer(result: unknown): typeof settlesTrue | typeof settlesFalse {
  return result ? settlesTrue : settlesFalse;
}
