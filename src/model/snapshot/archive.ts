/**
 * The archive of a whole store, as `GET /v1/snapshot` sends it: a gzip stream of a tar archive with the files that Consul's has, so that
 * its command line verifies what it has saved. It is neither written nor read in one piece: state.bin comes as many files of that name.
 *
 *     state.bin    lines of JSON, to be looked into with `tar -xzOf backup.snap state.bin`:
 *         {"format":"mesh-snapshot","version":1,"datacenter":"dc1","time":"2026-01-02T15:04:05.000Z"}
 *         ["kv","web/port",7,9,{"Flags":"0","Value":"ODA="}]    table, key, revisions of the first and last put, record
 *         …
 *         {"revision":9,"rows":1,"sha256":"…"}                  the digest is of all bytes before this line
 *     meta.json    the revision and the size of state.bin, for tools that know Consul's
 *     SHA256SUMS   of both files, for `sha256sum` and the same tools
 *
 * Keys are written as JSON strings: keys of `kv` are byte strings and every byte survives.
 */
import type { StoredValue } from '../storage.js';

export const archiveFormat = 'mesh-snapshot';
export const archiveVersion = 1;

export const stateFile = 'state.bin';
export const metaFile = 'meta.json';
export const sumsFile = 'SHA256SUMS';

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
