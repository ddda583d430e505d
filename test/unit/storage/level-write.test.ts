/** The order of writing: what the commit log may forget is in LevelDB for good, and LevelDB's failures end writing without losing anything. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Batch } from '../../../src/storage/level-batch.js';
import { createSegments, LevelLog } from '../../../src/storage/level-log.js';
import { type Opened, openDirectory } from '../../../src/storage/level-open.js';
import { Digest, rowBody, rowKey, seal } from '../../../src/storage/level-row.js';
import { LevelWriter } from '../../../src/storage/level-write.js';
import { type LevelStore, levelStore } from './level-store.js';

const segmentBytes = 8192;
let store: LevelStore;
beforeEach(async () => {
  store = levelStore(segmentBytes);
  await (await store.open()).close();
});
afterEach(() => store.remove());

/** One row of about so many characters. */
function batch(revision: number, characters: number): Batch {
  const key = rowKey('kv', 'key');
  const { text, crc } = seal(key, rowBody(1, revision, { text: 'x'.repeat(characters) }));
  const digest = new Digest();
  digest.add(crc);
  return { operations: [{ type: 'put', key, value: text }], digest, rows: [], remembered: new Map(), forgotten: [], characters };
}

const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  const turn = new Promise((resolve) => setImmediate(resolve, pending));
  return (await Promise.race([promise, turn])) !== pending;
};

test('a file of the log is written over only when its commits are durable in LevelDB', async () => {
  createSegments(store.directory, segmentBytes);
  const settlements: ((error?: Error) => void)[] = [];
  const settle = () =>
    new Promise<void>((resolve, reject) => {
      settlements.push((error) => (error ? reject(error) : resolve()));
    });
  const log = new LevelLog(store.directory, segmentBytes, 0, settle);
  const record = Buffer.alloc(segmentBytes);
  await log.append(record);
  await log.append(record);
  const third = log.append(record);
  expect(await isSettled(third)).toBe(false);
  settlements[0]?.();
  await third;
  const fourth = log.append(record);
  settlements[1]?.(new Error('no sync'));
  await expect(fourth).rejects.toThrow('no sync');
  await log.close();
});

test('when LevelDB takes a batch no more, nothing more is written, and what was acknowledged is replayed', async () => {
  const opened = await openDirectory(store.directory, segmentBytes);
  const refusing = { batch: () => Promise.reject(new Error('disk full')) };
  const writer = new LevelWriter({ ...opened, database: refusing } as unknown as Opened);
  const acknowledged = await writeUntilRefused(writer);
  await writer.close();
  opened.witness.note(acknowledged);
  opened.witness.close();
  await opened.database.close();
  expect(acknowledged).toBeGreaterThan(1);
  const storage = await store.open();
  const rows = [];
  for await (const { changes } of storage.load()) rows.push(...changes);
  expect(rows).toHaveLength(1);
  expect(await storage.barrier()).toBe(acknowledged);
  await storage.close();
});

async function writeUntilRefused(writer: LevelWriter): Promise<number> {
  for (let revision = 1; revision < 1000; revision++) {
    const failure = await writer.write(batch(revision, 500), revision).then(
      () => null,
      (error) => error,
    );
    if (failure) return revision - 1;
  }
  throw new Error('it was never refused');
}

test('a store that lost both files of its log and its note of what was acknowledged is still refused', async () => {
  const storage = await store.open();
  for await (const _ of storage.load());
  await storage.commit([{ expect: [], changes: [{ kind: 'put', table: 'kv', key: 'a', record: {} }] }]);
  await storage.close();
  for (const name of ['log-0', 'log-1', 'acknowledged']) rmSync(`${store.directory}/${name}`);
  await expect(store.open()).rejects.toMatchObject({ code: 'storage-corrupt' });
});
