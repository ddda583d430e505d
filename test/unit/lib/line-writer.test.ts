import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLineWriter } from '../../../src/lib/line-writer.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-lines-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('lines arrive whole and in order', async () => {
  const path = join(directory, 'out');
  const descriptor = openSync(path, 'w');
  const writer = createLineWriter({ descriptor, queuedMax: 1_000_000 });
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`);
  for (const line of lines) writer.write(line);
  await writer.drained();
  closeSync(descriptor);
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
});

test('a reader that stalls stalls nobody: lines beyond the limit are dropped and counted', async () => {
  const path = join(directory, 'pipe');
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const writer = createLineWriter({ descriptor, queuedMax: 200_000 });
  const line = `${'x'.repeat(99)}\n`;
  for (let i = 0; i < 10_000; i++) writer.write(line);
  writer.write('late\n');
  let isDrained = false;
  const drained = writer.drained().then(() => {
    isDrained = true;
    closeSync(descriptor);
  });
  const seen = await readToEnd(reader, () => isDrained);
  await drained;
  closeSync(reader);
  expect(seen.startsWith(line)).toBe(true);
  expect(seen).toMatch(/\d+ lines were dropped here/);
});

test('a reader that is gone ends nothing', async () => {
  const path = join(directory, 'pipe');
  execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  closeSync(reader);
  const writer = createLineWriter({ descriptor, queuedMax: 1000 });
  writer.write('nobody reads this\n');
  await writer.drained();
  writer.write('nor this\n');
  writer.flushNow();
  closeSync(descriptor);
});

/** All that is written to the pipe: what it still holds when the writer is done is read as well. */
async function readToEnd(reader: number, isDone: () => boolean): Promise<string> {
  const buffer = Buffer.alloc(65_536);
  for (let seen = ''; ; ) {
    const wasDone = isDone();
    try {
      const count = readSync(reader, buffer);
      if (count === 0 && wasDone) return seen;
      seen += buffer.toString('utf8', 0, count);
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
