/**
 * Keys and locks as a decision sees them: the view, with its own changes on top. Rules of the two tables are in src/state/kv.ts:
 * a lock operation writes both rows, a plain put writes the key alone.
 */
import type { KvKey } from '../../model/kv-key.js';
import type { KvEntry } from '../../model/records.js';
import type { LockRow } from '../../state/kv.js';
import type { StateView } from '../../state/state.js';
import type { Ledger } from './ledger.js';
import { pendingIndex } from './pending.js';

export interface KvContent {
  readonly Flags: string;
  readonly Value: string;
}

export class KvDraft {
  private readonly entries = new Map<KvKey, KvEntry | null>();
  private readonly locks = new Map<KvKey, Omit<LockRow, 'revision'> | null>();
  private readonly view: StateView;
  private readonly ledger: Ledger;
  private readonly now: number;

  constructor(view: StateView, ledger: Ledger, now: number) {
    this.view = view;
    this.ledger = ledger;
    this.now = now;
  }

  /** What is read here must still be so when the transaction is committed. */
  get(key: KvKey): KvEntry | null {
    const own = this.entries.get(key);
    if (own !== undefined) return own;
    this.ledger.expect('kv', key, this.view.kv.revisionOf(key));
    this.ledger.expect('locks', key, this.view.kv.lock(key)?.revision ?? 0);
    return this.view.kv.get(key);
  }

  below(prefix: KvKey): KvEntry[] {
    this.ledger.expectBelow('kv', prefix, this.view.revision);
    const found = new Map<KvKey, KvEntry>();
    for (const entry of this.view.kv.below(prefix)) found.set(entry.Key, entry);
    for (const [key, entry] of this.entries) {
      if (!key.startsWith(prefix)) continue;
      if (entry) found.set(key, entry);
      else found.delete(key);
    }
    return [...found.values()].sort((a, b) => (a.Key < b.Key ? -1 : 1));
  }

  /** Whether a lock that went with its session may not be taken yet. */
  isDelayed(key: KvKey): boolean {
    return this.delayOf(key) > this.now;
  }

  heldBy(session: string): KvKey[] {
    const candidates = new Set([...this.view.kv.heldBy(session), ...this.entries.keys()]);
    return [...candidates].filter((key) => this.get(key)?.Session === session);
  }

  /** Keeps the holder and takes LockIndex back to 0. The same again changes nothing. */
  put(key: KvKey, content: KvContent): KvEntry {
    const before = this.get(key);
    if (before && before.LockIndex === 0 && sameContent(before, content)) return before;
    this.ledger.put('kv', key, { ...content });
    return this.keep(key, { ...content, LockIndex: 0, Session: before?.Session ?? '' });
  }

  /** Writes key and lock. The same again changes nothing. */
  putLocked(key: KvKey, content: KvContent, { Session, LockIndex }: Pick<KvEntry, 'Session' | 'LockIndex'>): KvEntry {
    const before = this.get(key);
    if (before && before.Session === Session && before.LockIndex === LockIndex && sameContent(before, content)) return before;
    this.ledger.put('kv', key, { ...content });
    this.keepLock(key, { Session, LockIndex, DelayUntil: 0 });
    return this.keep(key, { ...content, LockIndex, Session });
  }

  delete(key: KvKey): void {
    const before = this.get(key);
    if (!before) return;
    this.ledger.delete('kv', key);
    this.entries.set(key, null);
    this.dropLock(key, this.delayOf(key));
  }

  deleteBelow(prefix: KvKey): void {
    const isAlone = this.entries.size === 0 && this.locks.size === 0;
    const hasDelays = [...this.view.kv.locksBelow(prefix)].some(([, lock]) => lock.DelayUntil > this.now);
    if (!isAlone || hasDelays) {
      for (const entry of this.below(prefix)) this.delete(entry.Key);
      return;
    }
    const [first] = this.view.kv.below(prefix);
    if (!first) return;
    this.ledger.deleteBelow('kv', prefix);
    this.ledger.deleteBelow('locks', prefix);
    for (const entry of this.view.kv.below(prefix)) this.entries.set(entry.Key, null);
  }

  /** The session ends: its lock is free, after the delay. */
  release(key: KvKey, delayUntil: number): void {
    const before = this.get(key);
    if (!before) return;
    this.keepLock(key, { Session: '', LockIndex: before.LockIndex, DelayUntil: delayUntil });
    this.keep(key, { Flags: before.Flags, Value: before.Value, LockIndex: before.LockIndex, Session: '' });
  }

  /** The session ends and takes the key with it; the delay outlives the key. */
  deleteHeld(key: KvKey, delayUntil: number): void {
    this.ledger.delete('kv', key);
    this.entries.set(key, null);
    this.dropLock(key, delayUntil);
  }

  /** Drops what is left of locks whose keys are gone and whose delay is over. */
  dropIdleLocks(): void {
    for (const key of this.view.kv.locksWithoutKey()) {
      const lock = this.view.kv.lock(key);
      if (!lock || lock.DelayUntil > this.now) continue;
      this.ledger.expect('locks', key, lock.revision);
      this.ledger.delete('locks', key);
    }
  }

  private delayOf(key: KvKey): number {
    const own = this.locks.get(key);
    return (own === undefined ? this.view.kv.lock(key) : own)?.DelayUntil ?? 0;
  }

  private dropLock(key: KvKey, delayUntil: number): void {
    const own = this.locks.get(key);
    const present = own === undefined ? this.view.kv.lock(key) : own;
    if (delayUntil > this.now) this.keepLock(key, { Session: '', LockIndex: 0, DelayUntil: delayUntil });
    else if (present) {
      this.ledger.delete('locks', key);
      this.locks.set(key, null);
    }
  }

  private keepLock(key: KvKey, lock: Omit<LockRow, 'revision'>): void {
    this.ledger.put('locks', key, { ...lock });
    this.locks.set(key, lock);
  }

  private keep(key: KvKey, entry: Omit<KvEntry, 'Key' | 'CreateIndex' | 'ModifyIndex'>): KvEntry {
    const CreateIndex = this.view.kv.get(key)?.CreateIndex ?? pendingIndex;
    const kept = { Key: key, ...entry, CreateIndex, ModifyIndex: pendingIndex };
    this.entries.set(key, kept);
    return kept;
  }
}

function sameContent(a: KvContent, b: KvContent): boolean {
  return a.Value === b.Value && a.Flags === b.Flags;
}
