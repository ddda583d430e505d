/** The store's facts about itself: few rows, each by its name. Settings of the cluster that are changed over the API live here. */
import type { Indexes } from '../model/records.js';
import type { StoredValue } from '../model/storage.js';
import type { Revisions } from './stored.js';

/** Put by every restore of a snapshot: whoever waits for anything has to look again. */
export const restoredKey = 'restored';

/** Put by a transaction in which a service came and went: nothing of it is left, and the services have changed all the same. */
export const passedServiceKey = 'passed-service';

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

  /** Of the newest such transaction; 0 when there was none. */
  get passedServiceRevision(): number {
    return this.rows.get(passedServiceKey)?.ModifyIndex ?? 0;
  }

  /** Of the newest restore; 0 when there was none. */
  get restoredRevision(): number {
    return this.rows.get(restoredKey)?.ModifyIndex ?? 0;
  }
}
