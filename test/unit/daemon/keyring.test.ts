import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RuntimeConfig } from '../../../src/config/runtime-config.js';
import { openKeyring } from '../../../src/daemon/keyring.js';

const first = Buffer.alloc(16, 1).toString('base64');
const second = Buffer.alloc(32, 2).toString('base64');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-keyring-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => join(directory, 'serf', 'local.keyring');
const open = (settings: object = {}) =>
  openKeyring({ settings: { data_dir: directory, encrypt: first, disable_keyring_file: false, ...settings } } as unknown as RuntimeConfig);
const opened = async (settings: object = {}) => {
  const ring = await open(settings);
  if (!ring) throw new Error('no keyring');
  return ring;
};
const keep = (text: string) => {
  mkdirSync(join(directory, 'serf'));
  writeFileSync(file(), text);
};

describe('a keyring', () => {
  test('is none without a key', async () => {
    expect(await open({ encrypt: '' })).toBeNull();
  });

  test('is kept for its owner alone, and what is kept wins over the configuration', async () => {
    const ring = await opened();
    await ring.install(second);
    await ring.use(second);
    await ring.remove(first);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual([second]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect((await opened()).keys).toEqual([second]);
    expect((await opened({ encrypt: '' })).keys).toEqual([second]);
  });

  test('changes that come at once are kept one after the other', async () => {
    const ring = await opened();
    await Promise.all([ring.install(second), ring.use(second), ring.remove(first)]);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual([second]);
  });

  test('writes nothing with disable_keyring_file', async () => {
    const ring = await opened({ disable_keyring_file: true });
    await ring.install(second);
    expect(ring.keys).toEqual([first, second]);
    expect(() => statSync(file())).toThrow('ENOENT');
  });

  test.each([
    { name: 'a key of the wrong size', change: 'install', key: 'c2hvcnQ=', text: 'key size must be 16, 24 or 32 bytes' },
    { name: 'what is no base64', change: 'install', key: 'short', text: 'illegal base64 data at input byte 4' },
    { name: 'the use of a key that is not there', change: 'use', key: second, text: 'Requested key is not in the keyring' },
    { name: 'taking out the key in use', change: 'remove', key: first, text: 'Removing the primary key is not allowed' },
  ] as const)('refuses $name', async ({ change, key, text }) => {
    const ring = await opened();
    await expect((async () => ring[change](key))()).rejects.toThrow(text);
    expect(ring.keys).toEqual([first]);
  });

  test.each([
    { name: 'no JSON', kept: '[', text: /local\.keyring: is no JSON/ },
    { name: 'no list', kept: '{}', text: /is no list of keys/ },
    { name: 'no keys', kept: '["short"]', text: /illegal base64/ },
  ])('that holds $name keeps the agent from starting', async ({ kept, text }) => {
    keep(kept);
    await expect(open()).rejects.toThrow(text);
  });
});
