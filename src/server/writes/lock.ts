/**
 * Locks: advisory, held by a session. LockIndex counts how often a key went from free to held, so the holder may take it again
 * without counting. A lock whose session ended stays closed for the lock delay; one that was released is free at once.
 */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../../model/errors.js';
import type { KvKey } from '../../model/kv-key.js';
import type { KvEntry } from '../../model/records.js';
import { requireUuid } from '../uuid.js';
import type { Draft } from './draft.js';
import type { KvContent } from './kv-draft.js';

/**
 * @param prefix of the texts of errors
 * @returns the entry as written; null when another session holds the key or its lock delay runs
 * @throws MeshError `refused` for a session that is none
 */
export function lockKey(draft: Draft, key: KvKey, content: KvContent, session: string, prefix: string): KvEntry | null {
  const before = draft.kv.get(key);
  if (draft.kv.isDelayed(key)) return null;
  requireSession(session, prefix);
  requireUuid(session, `${prefix}failed session lookup`);
  const holder = draft.sessions.get(session);
  if (!holder) throw new MeshError('refused', `${prefix}invalid session ${goQuote(session)}`);
  if (before && before.Session === holder.ID) return draft.kv.putLocked(key, content, before);
  if (before && before.Session !== '') return null;
  return draft.kv.putLocked(key, content, { Session: holder.ID, LockIndex: (before?.LockIndex ?? 0) + 1 });
}

/** @returns the entry as written; null when the session does not hold the key */
export function unlockKey(draft: Draft, key: KvKey, content: KvContent, session: string, prefix: string): KvEntry | null {
  requireSession(session, prefix);
  const before = draft.kv.get(key);
  if (!before || before.Session.toLowerCase() !== session.toLowerCase()) return null;
  return draft.kv.putLocked(key, content, { Session: '', LockIndex: before.LockIndex });
}

function requireSession(session: string, prefix: string): void {
  if (session === '') throw new MeshError('refused', `${prefix}missing session`);
}
