/** A store that was damaged from outside is refused with a text that says where and what to do; it is never taken for empty or older. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MeshError } from '../../../src/model/errors.js';
import type { Storage } from '../../../src/model/storage.js';
import { del, delPrefix, loaded, put, txn } from './contract.js';
import { levelStore } from './level-store.js';
import type { ModelRow } from './model.js';

/** A sound store with a table file, logs and remembered deletions; each test damages a copy of it. */
const sound = levelStore(16 * 1024);
let expected: [string, ModelRow][] = [];
let newest = 0;
let work = '';
let directory = '';

beforeAll(async () => {
  for (let round = 0; round < 2; round++) {
    const storage = await sound.open();
    await loaded(storage);
    for (let i = 0; i < 40; i++) await storage.commit([txn(put(`key ${round}/${i}`, { i, text: 'x'.repeat(200) }), put('again', { i }))]);
    await storage.commit([txn(del(`key ${round}/3`), delPrefix(`key ${round}/1`))]);
    ({ rows: expected, revision: newest } = await contents(storage));
    await storage.close();
  }
});
afterAll(() => sound.remove());
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'mesh-damage-'));
  directory = join(work, 'store');
  cpSync(sound.directory, directory, { recursive: true });
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

async function reopen(path: string): Promise<{ rows: [string, ModelRow][]; revision: number }> {
  const storage = await sound.openAt(path);
  try {
    return await contents(storage);
  } finally {
    await storage.close();
  }
}

async function contents(storage: Storage): Promise<{ rows: [string, ModelRow][]; revision: number }> {
  const { model, revision } = await loaded(storage);
  return { rows: [...model.rows].sort(([a], [b]) => (a < b ? -1 : 1)), revision };
}

async function refusal(path: string): Promise<MeshError> {
  return reopen(path).then(
    ({ rows }) => Promise.reject(new Error(`it opened, with ${rows.length} rows`)),
    (error) => error,
  );
}

/** The error comes again and again: opening does not make it go away. */
async function expectRefused(path: string, what: RegExp): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const error = await refusal(path);
    expect(error).toMatchObject({ name: 'MeshError', code: 'storage-corrupt' });
    expect(error.message).toContain(`"${path}"`);
    expect(error.message).toMatch(what);
    expect(error.message).toMatch(/restore a backup .* or move it away to start empty$/);
  }
}

const file = (pattern: RegExp): string => {
  const names = readdirSync(join(directory, 'db')).filter((name) => pattern.test(name) && statSync(join(directory, 'db', name)).size > 0);
  const name = names.sort().at(-1);
  if (!name) throw new Error(`no file like ${pattern}`);
  return join(directory, 'db', name);
};
const kinds = { CURRENT: /^CURRENT$/, manifest: /^MANIFEST-/, table: /\.ldb$/ };
const databaseLog = /^\d+\.log$/;

describe('a damaged store is refused', () => {
  test.each(Object.entries(kinds))('the %s was removed', async (_, pattern) => {
    unlinkSync(file(pattern));
    await expectRefused(directory, /./);
  });
  test.each(Object.entries(kinds))('the %s was emptied', async (_, pattern) => {
    truncateSync(file(pattern), 0);
    await expectRefused(directory, /./);
  });
  test.each(Object.entries(kinds))('the %s was cut in half', async (_, pattern) => {
    truncateSync(file(pattern), Math.floor(statSync(file(pattern)).size / 2));
    await expectRefused(directory, /./);
  });
  test('the log of the database was removed', async () => {
    unlinkSync(file(databaseLog));
    await expectRefused(directory, /./);
  });
  test('the database was removed and the rest left', async () => {
    rmSync(join(directory, 'db'), { recursive: true });
    await expectRefused(directory, /CURRENT/);
    unlinkSync(join(directory, 'acknowledged'));
    await expectRefused(directory, /CURRENT/);
  });
  test('all of the database but its tables was removed', async () => {
    for (const name of readdirSync(join(directory, 'db'))) if (!name.endsWith('.ldb')) unlinkSync(join(directory, 'db', name));
    unlinkSync(join(directory, 'acknowledged'));
    for (const name of ['log-0', 'log-1']) unlinkSync(join(directory, name));
    await expectRefused(directory, /CURRENT/);
  });
  test('the note of the acknowledged revision was damaged', async () => {
    writeFileSync(join(directory, 'acknowledged'), 'rubbish');
    await expectRefused(directory, /"acknowledged" is damaged/);
  });
  test('any byte of any file: refused, or nothing is missing', { timeout: 60_000 }, async () => {
    const inDatabase = readdirSync(join(sound.directory, 'db')).map((name) => join('db', name));
    const names = [...inDatabase, 'log-0', 'log-1', 'acknowledged'].filter((name) => statSync(join(sound.directory, name)).size > 0);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (name, where, mask) => {
          const path = join(work, 'flipped');
          rmSync(path, { recursive: true, force: true });
          cpSync(sound.directory, path, { recursive: true });
          const bytes = readFileSync(join(path, name));
          const position = Math.floor(where * bytes.length);
          bytes[position] = (bytes[position] ?? 0) ^ mask;
          writeFileSync(join(path, name), bytes);
          const outcome = await reopen(path).catch((error) => error);
          if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'storage-corrupt' });
          else expect(outcome).toEqual({ rows: expected, revision: newest });
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('a store that came through a power failure opens', () => {
  test('a batch that was being written and never acknowledged is dropped', async () => {
    const log = file(databaseLog);
    const before = statSync(log).size;
    writeFileSync(log, Buffer.concat([readFileSync(log), Buffer.from('\x12\x34\x56\x78\xff\x00\x01half a rec', 'latin1')]));
    expect(statSync(log).size).toBeGreaterThan(before);
    expect(await reopen(directory)).toEqual({ rows: expected, revision: newest });
  });
  test('a batch that reached the disk before it was acknowledged is kept', async () => {
    const older = mkdtempSync(join(work, 'older-'));
    const storage = await sound.openAt(join(older, 's'));
    await loaded(storage);
    await storage.commit([txn(put('a'))]);
    const noted = readFileSync(join(older, 's', 'acknowledged'));
    await storage.commit([txn(put('b'))]);
    await storage.close();
    writeFileSync(join(older, 's', 'acknowledged'), noted);
    expect((await reopen(join(older, 's'))).revision).toBe(2);
  });
  test('one that failed while the store was being made leaves a new store', async () => {
    const fresh = join(work, 'fresh');
    cpSync(directory, fresh, { recursive: true });
    for (const name of readdirSync(join(fresh, 'db'))) if (!name.startsWith('MANIFEST')) unlinkSync(join(fresh, 'db', name));
    for (const name of ['acknowledged', 'log-0', 'log-1']) unlinkSync(join(fresh, name));
    expect(await reopen(fresh)).toEqual({ rows: [], revision: 0 });
  });
});
