/**
 * Writes text to a descriptor without ever waiting for its reader: a reader that stalls must not stall the program. What cannot be
 * written yet is queued up to a limit; beyond it lines are dropped and counted, and the count is written when there is room again.
 * When the reader is gone everything is dropped: a daemon outlives the terminal it was started from.
 */
import { write, writeSync } from 'node:fs';
import { isSystemError } from './system-error.js';

export interface LineWriter {
  /** Whole lines; never blocks, never throws. */
  write(text: string): void;
  /** Resolves when all that was written before has left the program, or its reader is gone. */
  drained(): Promise<void>;
  /** For the very end of the process: what is still queued, written at once. */
  flushNow(): void;
}

export interface LineWriterOptions {
  readonly descriptor: number;
  /** UTF-16 units that may wait. */
  readonly queuedMax: number;
}

/** The descriptor is non-blocking and full. */
const retryMs = 5;

export function createLineWriter({ descriptor, queuedMax }: LineWriterOptions): LineWriter {
  let queue: string[] = [];
  let queued = 0;
  let dropped = 0;
  let isGone = false;
  let pumping: Promise<void> | null = null;

  const pump = async () => {
    while (queue.length > 0 && !isGone) {
      const note = dropped > 0 ? `${dropped} lines were dropped here: whoever reads this is too slow\n` : '';
      const chunk = Buffer.from(queue.join('') + note);
      [queue, queued, dropped] = [[], 0, 0];
      isGone = !(await writeAll(descriptor, chunk));
    }
    pumping = null;
  };
  return {
    write(text) {
      if (isGone) return;
      if (queued + text.length > queuedMax) {
        dropped += 1;
        return;
      }
      queue.push(text);
      queued += text.length;
      pumping ??= pump();
    },
    drained: async () => {
      while (pumping) await pumping;
    },
    flushNow() {
      const rest = queue.join('');
      queue = [];
      try {
        if (rest !== '' && !isGone) writeSync(descriptor, rest);
      } catch {
        // The process ends now: nobody is left to be told.
      }
    },
  };
}

/** @returns whether there is still somebody who reads */
async function writeAll(descriptor: number, chunk: Buffer): Promise<boolean> {
  let offset = 0;
  while (offset < chunk.length) {
    try {
      offset += await writeSome(descriptor, chunk.subarray(offset));
    } catch (error) {
      if (!isSystemError(error, 'EAGAIN')) return false;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  return true;
}

function writeSome(descriptor: number, chunk: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, chunk, (error, written) => (error ? reject(error) : resolve(written)));
  });
}
