/** The store's facts about itself: few rows, each by its name. Settings of the cluster that are changed over the API live here. */
import type { Indexes } from '../model/records.js';
import type { StoredValue } from '../model/storage.js';
import type { Revisions } from './stored.js';

/** Put by every restore of a snapshot: whoever waits for anything has to look again. */
export const restoredKey = 'restored';

export interface MetaRow extends Indexes {
  readonly record: StoredValue;
}

export interface MetaView {
  get(key: string): MetaRow | undefined;
}

export class MetaTable implements MetaView {
  private readonly rows = new Map<string, MetaRow>();

  get(key: string): MetaRow | undefined {
    return this.rows.get(key);
  }

  put(key: string, record: StoredValue, { created, revision }: Revisions): void {
    this.rows.set(key, { record, CreateIndex: created, ModifyIndex: revision });
  }

  delete(key: string): void {
    this.rows.delete(key);
  }

  keysBelow(prefix: string): string[] {
    return [...this.rows.keys()].filter((key) => key.startsWith(prefix));
  }

  /** Of the newest restore; 0 when there was none. */
  get restoredRevision(): number {
    return this.rows.get(restoredKey)?.ModifyIndex ?? 0;
  }
}
