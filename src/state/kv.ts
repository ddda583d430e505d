/**
 * Keys and the locks on them. Storage keeps both apart (a plain put knows nothing of locks); here they are joined into one entry.
 *
 * - ModifyIndex is the newer of both.
 * - A put that is no lock operation takes LockIndex back to 0 and leaves the holder. Lock operations write both rows, so the lock's
 *   LockIndex counts exactly when its row is not older than the key's.
 * - A deleted key stays as a tombstone (its bare key) in the order until it is pruned, so that a prefix's index moves forward.
 */
import { SortedMap } from '../lib/sorted-map.js';
import type { KvKey } from '../model/kv-key.js';
import type { KvEntry } from '../model/records.js';
import type { StoredValue } from '../model/storage.js';
import { kvFromStored, kvKeyFromStored, lockFromStored, type Revisions, type StoredLock } from './stored.js';
import type { Watches } from './watches.js';

export interface LockRow extends StoredLock {
  readonly revision: number;
}

export interface KvView {
  /** Newest change of any key or lock. */
  readonly index: number;
  readonly size: number;
  get(key: KvKey): KvEntry | null;
  /** In byte order. */
  below(prefix: KvKey): Iterable<KvEntry>;
  /** Newest change or remembered deletion below the prefix; -1 when nothing is there nor remembered. */
  indexBelow(prefix: KvKey): number;
  /** Revision of the last put of the key alone, without its lock; 0 when absent. */
  revisionOf(key: KvKey): number;
  lock(key: KvKey): LockRow | undefined;
  locksBelow(prefix: KvKey): Iterable<readonly [KvKey, LockRow]>;
  heldBy(session: string): readonly KvKey[];
  /** Locks of which only a delay is left. */
  locksWithoutKey(): readonly KvKey[];
}

interface KeyedLock {
  readonly key: KvKey;
  readonly row: LockRow;
  /** Revision of the key's own last put: its ModifyIndex may be the lock's. */
  readonly keyRevision: number;
}

/** Deletions that are remembered at most: beyond it the oldest are forgotten early (then an index may be too high for a while). */
const tombstonesMax = 50_000;

export class KvTable implements KvView {
  index = 0;
  private readonly entries = new SortedMap<KvEntry | KvKey>((item) => (typeof item === 'string' ? item : item.Key));
  private readonly locks = new SortedMap<KeyedLock>((lock) => lock.key);
  private readonly keysBySession = new Map<string, Set<KvKey>>();
  private tombstones: { readonly key: KvKey; readonly revision: number }[] = [];
  private live = 0;
  /** No prefix with anything in it answers less: deletions before the load may have been forgotten. */
  private floor = 0;
  private readonly watches: Watches;

  constructor(watches: Watches) {
    this.watches = watches;
  }

  get size(): number {
    return this.live;
  }

  get(key: KvKey): KvEntry | null {
    const item = this.entries.get(key);
    return item === undefined || typeof item === 'string' ? null : item;
  }

  *below(prefix: KvKey): Generator<KvEntry> {
    for (const item of this.entries.below(prefix)) if (typeof item !== 'string') yield item;
  }

  indexBelow(prefix: KvKey): number {
    if (prefix === '') return this.index;
    const stamp = this.entries.stampBelow(prefix);
    return stamp < 0 ? -1 : Math.max(stamp, this.floor);
  }

  revisionOf(key: KvKey): number {
    const entry = this.get(key);
    if (!entry) return 0;
    const lock = this.locks.get(key);
    return lock ? lock.keyRevision : entry.ModifyIndex;
  }

  lock(key: KvKey): LockRow | undefined {
    return this.locks.get(key)?.row;
  }

  *locksBelow(prefix: KvKey): Generator<readonly [KvKey, LockRow]> {
    for (const lock of this.locks.below(prefix)) yield [lock.key, lock.row];
  }

  heldBy(session: string): readonly KvKey[] {
    return [...(this.keysBySession.get(session) ?? [])];
  }

  locksWithoutKey(): readonly KvKey[] {
    const keys: KvKey[] = [];
    for (const lock of this.locks.below('')) if (lock.keyRevision === 0) keys.push(lock.key);
    return keys;
  }

  put(rawKey: string, record: StoredValue, { created, revision }: Revisions): void {
    const key = kvKeyFromStored(rawKey);
    const { Flags, Value } = kvFromStored(record);
    const lock = this.locks.get(key);
    if (!this.get(key)) this.live++;
    if (lock) {
      this.locks.set({ ...lock, keyRevision: revision });
      this.join(key, { Flags, Value }, created);
    } else this.store({ Key: key, Flags, Value, LockIndex: 0, Session: '', CreateIndex: created, ModifyIndex: revision });
    this.touch(key, revision);
  }

  delete(rawKey: string, revision: number): void {
    const key = kvKeyFromStored(rawKey);
    if (!this.get(key)) return;
    const lock = this.locks.get(key);
    if (lock) this.locks.set({ ...lock, keyRevision: 0 });
    this.live--;
    this.entries.set(key, revision);
    this.tombstones.push({ key, revision });
    this.touch(key, revision);
    if (this.tombstones.length > tombstonesMax) this.forget(tombstonesMax >> 1);
  }

  deleteBelow(prefix: string, revision: number): void {
    for (const entry of [...this.below(kvKeyFromStored(prefix))]) this.delete(entry.Key, revision);
  }

  /** A deletion that storage remembers from before the load. */
  remember(rawKey: string, revision: number): void {
    const key = kvKeyFromStored(rawKey);
    if (this.get(key)) return;
    this.entries.set(key, revision);
    this.tombstones.push({ key, revision });
  }

  putLock(rawKey: string, record: StoredValue, { revision }: Revisions): void {
    const key = kvKeyFromStored(rawKey);
    const { Session, LockIndex, DelayUntil } = lockFromStored(record);
    this.dropHolder(key);
    this.locks.set({ key, row: { Session, LockIndex, DelayUntil, revision }, keyRevision: this.revisionOf(key) });
    if (Session !== '') this.addHolder(Session, key);
    const entry = this.get(key);
    if (!entry) return;
    this.join(key, entry, entry.CreateIndex);
    this.touch(key, revision);
  }

  /** Locks go with their keys, or when nothing is left of them but a delay that is over: entries do not change by it. */
  deleteLock(rawKey: string): void {
    const key = kvKeyFromStored(rawKey);
    this.dropHolder(key);
    this.locks.delete(key);
  }

  deleteLocksBelow(prefix: string): void {
    for (const [key] of [...this.locksBelow(kvKeyFromStored(prefix))]) this.deleteLock(key);
  }

  /** Forgets deletions up to a revision. */
  prune(upTo: number): void {
    const keep = this.tombstones.findIndex((tombstone) => tombstone.revision > upTo);
    this.forget(keep < 0 ? this.tombstones.length : keep);
  }

  /** After the load: what was deleted before it is no longer known, so nothing may answer less than the newest revision. */
  raiseFloor(revision: number): void {
    this.floor = revision;
    this.index = revision;
  }

  private forget(howMany: number): void {
    for (const { key, revision } of this.tombstones.slice(0, howMany)) {
      if (typeof this.entries.get(key) === 'string' && this.entries.stampOf(key) <= revision) this.entries.delete(key);
    }
    this.tombstones = this.tombstones.slice(howMany);
  }

  private join(key: KvKey, { Flags, Value }: Pick<KvEntry, 'Flags' | 'Value'>, created: number): void {
    const lock = this.locks.get(key);
    if (!lock) return;
    const { row, keyRevision } = lock;
    const LockIndex = row.revision >= keyRevision ? row.LockIndex : 0;
    const ModifyIndex = Math.max(keyRevision, row.revision);
    this.store({ Key: key, Flags, Value, LockIndex, Session: row.Session, CreateIndex: created, ModifyIndex });
  }

  private store(entry: KvEntry): void {
    this.entries.set(entry, entry.ModifyIndex);
  }

  private touch(key: KvKey, revision: number): void {
    this.index = revision;
    this.watches.markKey(key);
  }

  private addHolder(session: string, key: KvKey): void {
    const keys = this.keysBySession.get(session);
    if (keys) keys.add(key);
    else this.keysBySession.set(session, new Set([key]));
  }

  private dropHolder(key: KvKey): void {
    const session = this.locks.get(key)?.row.Session ?? '';
    const keys = this.keysBySession.get(session);
    if (keys?.delete(key) && keys.size === 0) this.keysBySession.delete(session);
  }
}
