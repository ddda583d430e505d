/**
 * Standard output and error by plain system calls: nothing is left to flush when the process ends, and Node's stream objects need
 * not be loaded (they cost milliseconds of every short command).
 */
import { readSync, writeSync } from 'node:fs';
import { isSystemError } from './system-error.js';

export const standardOutput = 1;
export const standardError = 2;

/** For `Atomics.wait`, the one way to sleep without giving up the turn. */
const neverChanges = new Int32Array(new SharedArrayBuffer(4));
const fullPipeWaitMs = 5;

/**
 * Writes all of it before it returns. When the other end is a full pipe it waits as long as that takes, as a blocking write would.
 * @throws the system's error; code EPIPE when nobody reads any more
 */
export function writeFully(descriptor: number, text: string | Uint8Array): void {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
  let written = 0;
  while (written < bytes.byteLength) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if (!isSystemError(error, 'EAGAIN')) throw error;
      Atomics.wait(neverChanges, 0, 0, fullPipeWaitMs);
    }
  }
}

/** Everything on standard input. @throws RangeError when there are more than `bytesMax` bytes */
export function readStandardInput(bytesMax: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(65_536);
    const length = readSome(chunk);
    if (length === 0) return Buffer.concat(chunks, total);
    total += length;
    if (total > bytesMax) throw new RangeError(`standard input is longer than ${bytesMax} bytes`);
    chunks.push(chunk.subarray(0, length));
  }
}

/** Bytes read, 0 at the end. */
function readSome(into: Buffer): number {
  for (;;) {
    try {
      return readSync(0, into, 0, into.length, null);
    } catch (error) {
      if (isSystemError(error, 'EOF')) return 0;
      if (!isSystemError(error, 'EAGAIN')) throw error;
      Atomics.wait(neverChanges, 0, 0, fullPipeWaitMs);
    }
  }
}
