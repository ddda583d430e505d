/** Saving and restoring the whole store: beside `Backend`, because both are streams of bytes and no values. */
import type { Answer } from '../backend.js';

export interface SnapshotOptions {
  readonly token: string;
  readonly datacenter: string;
  /** `stale`: also while nobody leads. */
  readonly isStale: boolean;
}

/** What is known before the first byte: `index` is not above the moment that the archive shows. */
export interface SavedSnapshot extends Omit<Answer<unknown>, 'value'> {
  /** A gzip stream (archive.ts) of one moment of the store, whatever is written meanwhile. Destroying it lets go of everything. */
  readonly archive: NodeJS.ReadableStream & { destroy(error?: Error): unknown };
}

export interface Snapshots {
  /** Rejects with MeshError. */
  save(options: SnapshotOptions): Promise<SavedSnapshot>;
  /**
   * Makes the store what the archive shows, under one revision: readers see the old store or the new one. What is as it was keeps its
   * indexes, everything else gets the new revision, and every blocking read ends. Writes wait meanwhile. Rejects with MeshError `refused`
   * before anything has changed when the archive is damaged, cut off or none.
   */
  restore(archive: AsyncIterable<Uint8Array>, options: SnapshotOptions): Promise<void>;
}
