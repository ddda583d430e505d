import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settleNodeId } from '../../../src/daemon/node-id.js';

const uuid = 'ADF4238A-882B-9DDC-4A9D-5B6758E4159E';
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-id-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const settle = (options: Partial<Parameters<typeof settleNodeId>[0]> = {}) =>
  settleNodeId({ configured: '', dataDirectory: '', disableHostNodeId: true, ...options });

test('a configured id is made small and kept', () => {
  const dataDirectory = join(directory, 'made');
  expect(settle({ configured: uuid, dataDirectory })).toBe(uuid.toLowerCase());
  expect(readFileSync(join(dataDirectory, 'node-id'), 'utf8')).toBe(uuid.toLowerCase());
  expect(statSync(join(dataDirectory, 'node-id')).mode & 0o777).toBe(0o600);
});

test('a random one is made once and found again', () => {
  const id = settle({ dataDirectory: directory });
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(settle({ dataDirectory: directory })).toBe(id);
});

test('without a data directory every start has its own', () => {
  expect(settle()).not.toBe(settle());
});

test.each([
  { name: 'too short', configured: 'xyz', text: 'failed to setup node ID: specified NodeID is invalid: uuid string is wrong length' },
  {
    name: 'no UUID',
    configured: uuid.replaceAll('-', '_'),
    text: 'failed to setup node ID: specified NodeID is invalid: uuid is improperly formatted',
  },
])('refused: $name', ({ configured, text }) => {
  expect(() => settle({ configured })).toThrow(text);
});

test('a file with something else in it is named', () => {
  writeFileSync(join(directory, 'node-id'), 'rubbish');
  expect(() => settle({ dataDirectory: directory })).toThrow(
    `NodeID in ${join(directory, 'node-id')} is invalid: uuid string is wrong length`,
  );
});

test('a data directory that cannot be made is named', () => {
  writeFileSync(join(directory, 'file'), '');
  expect(() => settle({ dataDirectory: join(directory, 'file', 'below') })).toThrow('not a directory');
});
