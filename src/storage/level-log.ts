/**
 * The commit log in front of LevelDB: two files of fixed size, `log-0` and `log-1`, filled with zeros once and then only written over.
 * LevelDB's own log grows, so each sync of it commits the new size of the file to the file system's journal as well; writing over
 * what is there, through O_DSYNC, is one write to the disk (docs/decisions/store-on-disk.md).
 *
 * A commit is one record here (level-log-record.ts), written and synced in one call; it is acknowledged then. LevelDB gets the same
 * operations after that, unsynced. When a file is full the other one is written, and meanwhile LevelDB's logs are synced (`settle`),
 * after which the full one is free.
 *
 * Why this survives a power failure, of which kill tests prove nothing since the page cache outlives a process:
 *
 *  1. A record is on disk before the next one is begun, so only the last one can be torn, and that was never acknowledged.
 *  2. LevelDB never has a commit that the log does not have. What it has beyond the last `settle` may be lost in any pattern, not only
 *     from the end: pages are written back in any order, LevelDB's reader skips damaged blocks, and a log it has switched away from is
 *     never synced by it. So its head revision does not tell what is there: at open the log is replayed as a whole and in order.
 *     Operations name whole rows, so that repeating those that LevelDB has is no harm.
 *  3. What is no longer in the log is in LevelDB for good: a file is written over only when `settle` for its commits has ended.
 *     LevelDB's log files that are gone by then have become tables, which LevelDB syncs, with its manifest, before it removes a log.
 *  4. The replay is one synced batch with a head that begins a new run (`logAfter` = the revision reached), so it is there whole or will
 *     be done again; records of older runs are known by their `after` and ignored. LevelDB makes synced tables of what it recovers while
 *     it opens, so all before this batch is durable too. A batch too large for a file is done alike: settle, then one synced batch
 *     that begins a run.
 *  5. Whatever else happens to the files, count and digest of all rows are checked when they are loaded, and the end against the
 *     acknowledged revision.
 */
import { closeSync, constants, existsSync, fsyncSync, openSync, readFileSync, rmSync, write, writeSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../lib/system-error.js';
import { syncDirectory } from './sync-directory.js';

export const defaultSegmentBytes = 4 * 1024 * 1024;

const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** @returns the files' bytes; null for one that is missing or is not of this size */
export function readSegments(directory: string, segmentBytes: number): readonly (Buffer | null)[] {
  return logPaths(directory).map((path) => {
    try {
      const bytes = readFileSync(path);
      return bytes.length === segmentBytes ? bytes : null;
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return null;
      throw error;
    }
  });
}

/** They are made after the database. */
export function hasSegments(directory: string): boolean {
  return logPaths(directory).some((path) => existsSync(path));
}

/** Elsewhere O_DSYNC is missing (Windows) or does not reach the disk (macOS). */
export const canLog = process.platform === 'linux';

/** @returns false when the disk has no room for them; then there are none, and commits are synced batches of LevelDB */
export function createSegments(directory: string, segmentBytes: number): boolean {
  const paths = logPaths(directory);
  try {
    for (const path of paths) createSegment(path, segmentBytes);
    syncDirectory(directory);
    return true;
  } catch (error) {
    if (!noRoom.some((code) => isSystemError(error, code))) throw error;
    for (const path of paths) rmSync(path, { force: true });
    return false;
  }
}

/** Makes what was handed to LevelDB durable: see 3. above. */
export async function syncDatabaseLogs(databasePath: string): Promise<void> {
  const names = (await readdir(databasePath)).filter((name) => name.endsWith('.log'));
  for (const path of [...names.map((name) => join(databasePath, name)), databasePath]) {
    try {
      const handle = await open(path, 'r');
      await handle.sync().finally(() => handle.close());
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw error;
    }
  }
}

export class LevelLog {
  readonly segmentBytes: number;
  private runAfter: number;
  private readonly settle: () => Promise<void>;
  private current: number;
  private other: number;
  private position = 0;
  /** Ends when the other segment may be written over; kept with its error, which the next switch reports. */
  private freeing: Promise<unknown> = Promise.resolve(null);

  /**
   * @param after the revision that the run begins after
   * @param settle to be called by the log; ends when all that was appended before the call is durable in LevelDB
   */
  constructor(directory: string, segmentBytes: number, after: number, settle: () => Promise<void>) {
    const [first, second] = logPaths(directory);
    this.segmentBytes = segmentBytes;
    this.runAfter = after;
    this.settle = settle;
    this.current = openSync(first, constants.O_RDWR | constants.O_DSYNC);
    this.other = openSync(second, constants.O_RDWR | constants.O_DSYNC);
  }

  get after(): number {
    return this.runAfter;
  }

  /** One call at a time. On return the record survives power loss. @param record not longer than a segment */
  async append(record: Buffer): Promise<void> {
    if (this.position + record.length > this.segmentBytes) await this.switch();
    await writeWhole(this.current, record, this.position);
    this.position += record.length;
  }

  /** Begins a new run; to be called when LevelDB has everything up to `after` durably, and a head that says so. */
  async restart(after: number): Promise<void> {
    await this.freeing;
    this.freeing = Promise.resolve(null);
    this.runAfter = after;
    this.position = 0;
  }

  async close(): Promise<void> {
    await this.freeing;
    closeSync(this.current);
    closeSync(this.other);
  }

  private async switch(): Promise<void> {
    const failure = await this.freeing;
    if (failure) throw failure;
    [this.current, this.other] = [this.other, this.current];
    this.position = 0;
    this.freeing = this.settle().then(
      () => null,
      (error: unknown) => error,
    );
  }
}

function logPaths(directory: string): readonly [string, string] {
  return [join(directory, 'log-0'), join(directory, 'log-1')];
}

function createSegment(path: string, segmentBytes: number): void {
  const fd = openSync(path, 'w', 0o600);
  try {
    const zeros = Buffer.alloc(segmentBytes);
    for (let position = 0; position < segmentBytes; ) position += writeSync(fd, zeros, position, segmentBytes - position, position);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeWhole(fd: number, bytes: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, position, (error, written) => {
      if (error) reject(error);
      else if (written === bytes.length) resolve();
      else reject(new Error(`the commit log took ${written} of ${bytes.length} bytes`));
    });
  });
}
