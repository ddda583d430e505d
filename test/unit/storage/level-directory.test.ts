/** What is particular to the LevelDB engine: the directory, the lock, remembered deletions and the limit of what followers may miss. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLevelStorage } from '../../../src/storage/level.js';
import { del, delPrefix, follow, loaded, put, txn } from './contract.js';
import { type LevelStore, levelStore } from './level-store.js';

let store: LevelStore;
beforeEach(() => {
  store = levelStore();
});
afterEach(() => store.remove());

test('the directory is made for its owner alone', async () => {
  const storage = await store.open();
  await storage.close();
  expect(statSync(store.directory).mode & 0o777).toBe(0o700);
});

test('a second opener is told who holds the directory and what to do', async () => {
  const storage = await store.open();
  await expect(store.open()).rejects.toMatchObject({
    code: 'storage-locked',
    message: `the data directory "${store.directory}" is in use by another process; stop that one, or give this one a directory of its own with -data-dir`,
  });
  await storage.close();
  await (await store.open()).close();
});

test('a directory that cannot be made is named', async () => {
  mkdirSync(dirname(store.directory), { recursive: true });
  writeFileSync(store.directory, 'a file');
  await expect(store.open()).rejects.toMatchObject({ code: 'storage-failed' });
  await expect(store.open()).rejects.toThrow(store.directory);
});

test('deletions are remembered for 15 minutes, and not when the key was put again', async () => {
  let storage = await store.open();
  await loaded(storage);
  await storage.commit([txn(put('a'), put('b'), put('p/1'), put('p/2'))]);
  await storage.commit([txn(del('a'), del('b'), delPrefix('p/'))]);
  await storage.commit([txn(put('b'))]);
  await storage.close();
  storage = await store.open();
  expect((await loaded(storage)).deletions.sort()).toEqual(['2 delete a', '2 deletePrefix p/']);
  store.clock.nowMs += 15 * 60_000 + 1;
  expect((await loaded(storage)).deletions).toEqual([]);
  await storage.commit([txn(put('c'))]);
  store.clock.nowMs -= 15 * 60_000;
  await storage.close();
  storage = await store.open();
  const { deletions, model } = await loaded(storage);
  expect(deletions).toEqual([]);
  expect([...model.rows.keys()]).toEqual(['kv b', 'kv c']);
  await storage.close();
});

test('rows changed several times within one group come out right', async () => {
  let storage = await store.open();
  await loaded(storage);
  await storage.commit([txn(put('a', { n: 1 })), txn(del('a')), txn(put('b', { n: 1 }), put('b', { n: 2 }))]);
  await storage.commit([txn(del('b'), put('b', { n: 3 })), txn(put('p/1')), txn(delPrefix('p/')), txn(put('p/2'))]);
  await storage.close();
  storage = await store.open();
  const { model } = await loaded(storage);
  expect([...model.rows.values()].map(({ key, record, created }) => ({ key, record, created }))).toEqual([
    { key: 'b', record: { n: 3 }, created: 2 },
    { key: 'p/2', record: { v: 1 }, created: 2 },
  ]);
  await storage.close();
});

test('changes from before the store was opened are not told', async () => {
  let storage = await store.open();
  await loaded(storage);
  await storage.commit([txn(put('a'))]);
  await storage.close();
  storage = await store.open();
  await loaded(storage);
  await storage.commit([txn(put('b'))]);
  expect((await follow(storage, 1, 1)).map((committed) => committed.revision)).toEqual([2]);
  await expect(follow(storage, 0, 1)).rejects.toMatchObject({ code: 'storage-compacted' });
  await storage.close();
});

test('a follower that falls too far behind is told so', async () => {
  const storage = await store.open();
  await loaded(storage);
  const stop = new AbortController();
  const slow = storage.changes(0, stop.signal)[Symbol.asyncIterator]();
  const text = 'x'.repeat(100_000);
  for (let i = 0; i < 40; i++) await storage.commit([txn(put('big', { text }))]);
  await expect(slow.next()).rejects.toMatchObject({ code: 'storage-compacted' });
  expect((await follow(storage, 35, 5)).length).toBe(5);
  await storage.close();
});

test('committing before the store was loaded is a mistake of the caller', async () => {
  const storage = await openLevelStorage({ directory: store.directory, clock: store.clock });
  await expect(storage.commit([txn(put('a'))])).rejects.toThrow(TypeError);
  await storage.close();
});
