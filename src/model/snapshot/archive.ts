/**
 * The archive of a whole store, as `GET /v1/snapshot` sends it: lines of JSON in one gzip stream, so that it can be looked into with
 * `zcat` and is neither written nor read in one piece.
 *
 *     {"format":"mesh-snapshot","version":1,"datacenter":"dc1","time":"2026-01-02T15:04:05.000Z"}
 *     ["kv","web/port",7,9,{"Flags":"0","Value":"ODA="}]        table, key, revisions of the first and last put, record
 *     …
 *     {"revision":9,"rows":1,"sha256":"…"}                      the digest is of all bytes before this line
 *
 * Keys are written as JSON strings: keys of `kv` are byte strings and every byte survives.
 */
import type { StoredValue } from '../storage.js';

export const archiveFormat = 'mesh-snapshot';
export const archiveVersion = 1;

/** One line longer than this is no row of ours. */
export const lineBytesMax = 64 * 1024 * 1024;
/** Unpacked: the rows are held in memory until all of them have been seen to be sound. */
export const unpackedBytesMax = 1024 * 1024 * 1024;

export interface ArchiveHead {
  readonly datacenter: string;
  /** When it was made, RFC 3339. */
  readonly time: string;
}

export interface ArchiveRow {
  readonly table: string;
  readonly key: string;
  readonly created: number;
  readonly revision: number;
  readonly record: StoredValue;
}

export interface ArchiveEnd {
  /** The newest of the store: the moment the archive shows. */
  readonly revision: number;
  readonly rows: number;
  readonly sha256: string;
}

export interface Archive {
  readonly head: ArchiveHead;
  readonly rows: readonly ArchiveRow[];
  readonly end: ArchiveEnd;
}
