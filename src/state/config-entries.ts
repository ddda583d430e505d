/** Config entries by kind and name. They are few, and what is made of them (chains, gateways, intentions) is made when it is asked for. */
import type { ConfigEntry, EntryOf } from '../model/config-entry/entry.js';
import type { EntryKind } from '../model/config-entry/shapes.js';
import type { StoredValue } from '../model/storage.js';
import { configEntryFromStored, pairKey, type Revisions } from './stored.js';
import type { Watches } from './watches.js';

export interface ConfigEntriesView {
  /** Newest change of any entry. */
  readonly index: number;
  entry<K extends EntryKind>(kind: K, name: string): EntryOf<K> | undefined;
  /** In order of their names. */
  ofKind<K extends EntryKind>(kind: K): readonly EntryOf<K>[];
  /** By kind, then by name. */
  all(): readonly ConfigEntry[];
}

export class ConfigEntries implements ConfigEntriesView {
  index = 0;
  private readonly rows = new Map<string, ConfigEntry>();
  private readonly watches: Watches;

  constructor(watches: Watches) {
    this.watches = watches;
  }

  entry<K extends EntryKind>(kind: K, name: string): EntryOf<K> | undefined {
    const entry = this.rows.get(pairKey(kind, name));
    return entry && isOfKind(entry, kind) ? entry : undefined;
  }

  ofKind<K extends EntryKind>(kind: K): readonly EntryOf<K>[] {
    return this.all().filter((entry) => isOfKind(entry, kind));
  }

  all(): readonly ConfigEntry[] {
    return Array.from(
      [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1)),
      ([, entry]) => entry,
    );
  }

  put(key: string, record: StoredValue, revisions: Revisions): void {
    this.rows.set(key, configEntryFromStored(record, revisions));
    this.touch(revisions.revision);
  }

  delete(key: string, revision: number): void {
    if (this.rows.delete(key)) this.touch(revision);
  }

  keysBelow(prefix: string): string[] {
    return [...this.rows.keys()].filter((key) => key.startsWith(prefix));
  }

  raiseFloor(revision: number): void {
    this.index = revision;
  }

  private touch(revision: number): void {
    this.index = revision;
    this.watches.markTable('config');
  }
}

function isOfKind<K extends EntryKind>(entry: ConfigEntry, kind: K): entry is EntryOf<K> {
  return entry.Kind === kind;
}
