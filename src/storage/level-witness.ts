/**
 * The newest acknowledged revision, in a file beside the database. LevelDB takes a log that ends early for one that was being written
 * when the power failed, and opens without a word; for an acknowledged write that would be silent loss. So the revision is noted here
 * after each synced batch, and a store that ends before it is refused.
 *
 * The note is not synced itself: it survives `kill -9` in the page cache, and after a power failure may only be too old, which makes
 * the check weaker and never wrong.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { syncDirectory } from './sync-directory.js';

const digits = 16;

/** @returns the revision, null when there is no such file, NaN when it is damaged */
export function readWitness(path: string): number | null {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const revision = text.slice(0, digits);
  return text === line(Number(revision)) ? Number(revision) : Number.NaN;
}

export class Witness {
  private fd: number | null;

  /** Creates the file when it is missing. */
  constructor(path: string, directory: string, revision: number) {
    const isNew = readWitness(path) === null;
    this.fd = openSync(path, isNew ? 'w' : 'r+', 0o600);
    this.note(revision);
    if (isNew) {
      fsyncSync(this.fd);
      syncDirectory(directory);
    }
  }

  note(revision: number): void {
    if (this.fd !== null) writeSync(this.fd, line(revision), 0, 'latin1');
  }

  close(): void {
    if (this.fd === null) return;
    fsyncSync(this.fd);
    closeSync(this.fd);
    this.fd = null;
  }
}

/** Always of the same length: it is written over in place. */
function line(revision: number): string {
  const text = String(revision).padStart(digits, '0');
  return `${text} ${crc32(text).toString(16).padStart(8, '0')}\n`;
}
