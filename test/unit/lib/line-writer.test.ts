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
  let seen = '';
  const buffer = Buffer.alloc(65_536);
  const drained = writer.drained().then(() => {
    seen += 'drained';
  });
  writer.write('late\n');
  while (!seen.endsWith('drained')) {
    try {
      seen += buffer.toString('utf8', 0, readSync(reader, buffer));
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await drained;
  closeSync(reader);
  closeSync(descriptor);
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
