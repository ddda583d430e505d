import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileAtomically } from '../../../src/lib/atomic-file.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-atomic-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([true, false])('a file is there whole, for its owner only (durable: %s)', async (durable) => {
  const path = join(folder, 'below', 'file');
  await writeFileAtomically(path, 'one', { durable });
  await writeFileAtomically(path, 'two', { durable });
  expect([readFileSync(path, 'utf8'), readdirSync(join(folder, 'below'))]).toEqual(['two', ['file']]);
  expect([statSync(path).mode & 0o777, statSync(join(folder, 'below')).mode & 0o777]).toEqual([0o600, 0o700]);
});

test('what could not be written leaves nothing behind', async () => {
  mkdirSync(join(folder, 'taken'));
  await expect(writeFileAtomically(join(folder, 'taken'), 'text', { durable: false })).rejects.toThrow(/EISDIR/);
  expect(readdirSync(folder)).toEqual(['taken']);
});
