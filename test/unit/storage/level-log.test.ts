/** The commit log in front of LevelDB: what LevelDB has lost is replayed, and what the log itself has lost is noticed. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Storage } from '../../../src/model/storage.js';
import { findRecord, readHeader } from '../../../src/storage/level-log-record.js';
import { del, delPrefix, loaded, put, txn } from './contract.js';
import { type LevelStore, levelStore } from './level-store.js';
import type { ModelRow } from './model.js';

const segmentBytes = 16 * 1024;
let store: LevelStore;
let directory = '';
beforeEach(() => {
  store = levelStore(segmentBytes);
  directory = store.directory;
});
afterEach(() => store.remove());

const open = (path = directory): Promise<Storage> => store.openAt(path);

async function contents(storage: Storage): Promise<{ rows: [string, ModelRow][]; revision: number }> {
  const { model, revision } = await loaded(storage);
  return { rows: [...model.rows].sort(([a], [b]) => (a < b ? -1 : 1)), revision };
}

async function reopened(path = directory): Promise<{ rows: [string, ModelRow][]; revision: number }> {
  const storage = await open(path);
  try {
    return await contents(storage);
  } finally {
    await storage.close();
  }
}

/** Row by row over few keys, with deletions, so that replaying in the wrong order or in part comes out wrong. */
async function write(storage: Storage, count: number, characters = 100): Promise<void> {
  for (let i = 0; i < count; i++) {
    const changes =
      i % 7 === 6
        ? [del(`key ${i % 5}`), delPrefix('p/')]
        : [put(`key ${i % 5}`, { i, text: 'ü'.repeat(characters) }), put(`p/${i % 3}`, { i })];
    await storage.commit([txn(...changes)]);
  }
}

async function written(count: number, characters = 100): Promise<{ rows: [string, ModelRow][]; revision: number }> {
  const storage = await open();
  await loaded(storage);
  await write(storage, count, characters);
  const found = await contents(storage);
  await storage.close();
  return found;
}

const log = (name = 'log-0') => join(directory, name);
function change(path: string, edit: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  edit(bytes);
  writeFileSync(path, bytes);
}
function records(name = 'log-0', after = 0): { start: number; end: number; revision: number }[] {
  const bytes = readFileSync(log(name));
  const found = [];
  for (let record = readHeader(bytes, 0, after); record; record = readHeader(bytes, record.end, after)) found.push(record);
  return found;
}

describe('what LevelDB has lost is replayed', () => {
  test('all that came after it was opened', async () => {
    const storage = await open();
    await loaded(storage);
    cpSync(join(directory, 'db'), join(directory, 'before'), { recursive: true });
    await write(storage, 30);
    const found = await contents(storage);
    await storage.close();
    rmSync(join(directory, 'db'), { recursive: true });
    cpSync(join(directory, 'before'), join(directory, 'db'), { recursive: true });
    expect(await reopened()).toEqual(found);
    expect(await reopened()).toEqual(found);
  });
  test('any part of its own log, from the end or from the middle, with files of the log reused', async () => {
    const found = await written(400);
    expect(records('log-0')[0]?.revision, 'the first file was reused').toBeGreaterThan(1);
    const copy = join(directory, '..', 'copy');
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0.97, max: 0.9999, noNaN: true }), fc.boolean(), async (where, cut) => {
        rmSync(copy, { recursive: true, force: true });
        cpSync(directory, copy, { recursive: true });
        const path = join(copy, 'db', readdirSync(join(copy, 'db')).filter((name) => name.endsWith('.log'))[0] ?? '');
        const position = Math.floor(readFileSync(path).length * where);
        if (cut) truncateSync(path, position);
        else change(path, (bytes) => bytes.fill(0, position, Math.min(position + 10, bytes.length)));
        const outcome = await reopened(copy).catch((error) => error);
        // A cut before the last settling takes what the log holds no longer: to be refused, never to be half there.
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'storage-corrupt' });
        else expect(outcome).toEqual(found);
      }),
      { numRuns: 40 },
    );
  });
  test('what was committed before a load, while LevelDB was behind, is loaded', async () => {
    const storage = await open();
    await loaded(storage);
    await write(storage, 3);
    expect((await contents(storage)).revision).toBe(3);
    await write(storage, 2);
    expect((await contents(storage)).revision).toBe(5);
    await storage.close();
  });
});

describe('any history survives being opened again', () => {
  test('with records larger than a file of the log among the others', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ count: fc.integer({ min: 0, max: 60 }), isLarge: fc.boolean() }), { maxLength: 5 }),
        async (steps) => {
          rmSync(directory, { recursive: true, force: true });
          for (const { count, isLarge } of steps) {
            const storage = await open();
            await loaded(storage);
            await write(storage, count);
            if (isLarge) await storage.commit([txn(put('key 1', { text: 'x'.repeat(segmentBytes) }))]);
            await write(storage, count % 3);
            const found = await contents(storage);
            await storage.close();
            expect(await reopened()).toEqual(found);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
  test('a directory from before there was a commit log gets one', async () => {
    const found = await written(12);
    await makeOld();
    expect(await reopened()).toEqual(found);
    expect(existsSync(log())).toBe(true);
    const storage = await open();
    await loaded(storage);
    await write(storage, 5);
    await storage.close();
    expect((await reopened()).revision).toBe(17);
  });
});

describe('a damaged commit log', () => {
  test('a last record that is torn was never acknowledged', async () => {
    await written(10);
    const acknowledged = readFileSync(join(directory, 'acknowledged'));
    const storage = await open();
    const before = await contents(storage);
    writeFileSync(join(directory, 'noted'), readFileSync(join(directory, 'acknowledged')));
    await storage.commit([txn(put('torn', { text: 'x'.repeat(500) }))]);
    await storage.close();
    writeFileSync(join(directory, 'acknowledged'), acknowledged);
    const [record] = records('log-0', 10);
    change(log(), (bytes) => bytes.fill(0, (record?.end ?? 0) - 200, record?.end));
    expect(await reopened()).toEqual(before);
  });
  test('a last record that is torn and was acknowledged is missed', async () => {
    await written(10);
    const end = records().at(-1)?.end ?? 0;
    change(log(), (bytes) => bytes.fill(0, end - 5, end));
    await expectRefused(/ends at revision 9, but (writes up to )?revision 10/);
  });
  test.each([0, 4])('record %i was changed, and there are sound ones behind it', async (position) => {
    await written(10);
    unlinkSync(join(directory, 'acknowledged'));
    change(log(), (bytes) => {
      const at = (records()[position]?.end ?? 0) - 3;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
    });
    await expectRefused(new RegExp(`revision ${position + 1} is damaged in its commit log`));
  });
  test.each(['log-0', 'log-1'])('%s is missing, or cut short', async (name) => {
    await written(10);
    truncateSync(log(name), segmentBytes - 1);
    await expectRefused(/commit log \("log-0", "log-1"\) is missing or cut short/);
    unlinkSync(log(name));
    await expectRefused(/commit log \("log-0", "log-1"\) is missing or cut short/);
  });
  test('the files are of another store', async () => {
    await written(10);
    for (const name of ['log-0', 'log-1']) writeFileSync(log(name), Buffer.alloc(segmentBytes, 7));
    await expectRefused(/ends at revision 0, but/);
  });
  test('any byte: refused, or nothing is missing', { timeout: 60_000 }, async () => {
    const found = await written(400);
    const copy = join(directory, '..', 'copy');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('log-0', 'log-1'),
        fc.nat(segmentBytes - 1),
        fc.integer({ min: 1, max: 255 }),
        async (name, at, mask) => {
          rmSync(copy, { recursive: true, force: true });
          cpSync(directory, copy, { recursive: true });
          change(join(copy, name), (bytes) => {
            bytes[at] = (bytes[at] ?? 0) ^ mask;
          });
          const outcome = await reopened(copy).catch((error) => error);
          if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'storage-corrupt' });
          else expect(outcome).toEqual(found);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('a record that looks like another one cannot be found inside a value', async () => {
  const storage = await open();
  await loaded(storage);
  await storage.commit([txn(put('a'))]);
  const text = readFileSync(log()).toString('latin1', 0, records()[0]?.end);
  await storage.commit([txn(put('b', { text }))]);
  await storage.close();
  const bytes = readFileSync(log());
  expect(findRecord(bytes, (records()[1]?.start ?? 0) + 1, 0)).toBeNull();
});

async function expectRefused(what: RegExp): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(reopened()).rejects.toMatchObject({ code: 'storage-corrupt', message: expect.stringMatching(what) });
  }
}

/** As it was left by a version without a commit log. */
async function makeOld(): Promise<void> {
  const { ClassicLevel } = await import('classic-level');
  const { headBody, headKey, seal, unseal } = await import('../../../src/storage/level-row.js');
  await reopened(); // LevelDB gets everything
  const database = new ClassicLevel(join(directory, 'db'));
  const head = JSON.parse(unseal(headKey, (await database.get(headKey)) ?? '')?.body ?? '');
  await database.put(headKey, seal(headKey, headBody({ ...head, logAfter: null })).text);
  await database.close();
  for (const name of ['log-0', 'log-1']) unlinkSync(log(name));
}
