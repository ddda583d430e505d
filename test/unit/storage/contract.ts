/**
 * What every storage engine must do, run by each of them unchanged. Nothing here supposes that revisions are consecutive, or how a deletion of
 * several rows is told (as a prefix or row by row).
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Change, Committed, Expectation, Storage, TableName, Transaction } from '../../../src/model/storage.js';
import { Model } from './model.js';

/** One store. `open` again, after `close`, opens the same. */
export interface StoreUnderTest {
  open(): Promise<Storage>;
  remove(): Promise<void>;
}

export interface EngineUnderTest {
  readonly name: string;
  /** Whether data outlives `close`. */
  readonly persists: boolean;
  /** How many random histories are tried. */
  readonly runs: number;
  create(): Promise<StoreUnderTest>;
}

export const put = (key: string, record: object = { v: 1 }, table: TableName = 'kv'): Change => ({
  kind: 'put',
  table,
  key,
  record: { ...record },
});
export const del = (key: string, table: TableName = 'kv'): Change => ({ kind: 'delete', table, key });
export const delPrefix = (key: string, table: TableName = 'kv'): Change => ({ kind: 'deletePrefix', table, key });
export const txn = (...changes: Change[]): Transaction => ({ expect: [], changes });
export const when = (expected: Expectation[], ...changes: Change[]): Transaction => ({ expect: expected, changes });
export const at = (key: string, revision: number): Expectation => ({ table: 'kv', key, revision });
export const quiet = (prefix: string, notAfter: number): Expectation => ({ table: 'kv', prefix, notAfter });

/** Everything `load` tells, folded, with the newest revision it named. */
export async function loaded(storage: Storage): Promise<{ model: Model; revision: number; deletions: string[] }> {
  const model = new Model();
  const deletions: string[] = [];
  let revision = -1;
  for await (const committed of storage.load()) {
    for (const change of committed.changes) if (change.kind !== 'put') deletions.push(`${committed.revision} ${change.kind} ${change.key}`);
    model.fold({ ...committed, changes: committed.changes.filter((change) => change.kind === 'put') });
    revision = committed.revision;
  }
  return { model, revision, deletions };
}

/** The next `count` commits after `after`. */
export async function follow(storage: Storage, after: number, count: number): Promise<Committed[]> {
  const seen: Committed[] = [];
  const stop = new AbortController();
  if (count === 0) return seen;
  for await (const committed of storage.changes(after, stop.signal)) {
    seen.push(committed);
    if (seen.length === count) break;
  }
  stop.abort();
  return seen;
}

export function storageContract(engine: EngineUnderTest): void {
  describe(`storage contract: ${engine.name}`, () => {
    let store: StoreUnderTest;
    let storage: Storage;
    beforeEach(async () => {
      store = await engine.create();
      storage = await store.open();
      await loaded(storage);
    });
    afterEach(async () => {
      await storage.close();
      await store.remove();
    });
    const context = { storage: () => storage };
    commits(context);
    conflicts(context);
    following(context);
    properties(engine);
    test.skipIf(!engine.persists)('what was committed is there after closing and opening again', async () => {
      const first = await storage.commit([txn(put('a', { n: 1 }), put('gone'), put('below/1'))]);
      const second = await storage.commit([txn(put('a', { n: 2 }), del('gone'), delPrefix('below/'))]);
      await storage.close();
      storage = await store.open();
      const { model, revision, deletions } = await loaded(storage);
      expect(revision).toBe(second.revision);
      expect([...model.rows.values()]).toEqual([
        { table: 'kv', key: 'a', record: { n: 2 }, created: first.revision, revision: second.revision },
      ]);
      expect(deletions.length).toBeGreaterThanOrEqual(2);
      const third = await storage.commit([when([at('a', second.revision)], put('a', { n: 3 }))]);
      expect(third.refused).toEqual([]);
      expect(third.revision).toBeGreaterThan(second.revision);
      expect((await follow(storage, second.revision, 1))[0]?.revision).toBe(third.revision);
    });
    test('close may be called twice', async () => {
      await storage.commit([txn(put('a'))]);
      await Promise.all([storage.close(), storage.close()]);
      await storage.close();
      await expect(storage.commit([txn(put('b'))])).rejects.toThrow();
    });
  });
}

interface Context {
  storage(): Storage;
}

function commits({ storage }: Context): void {
  test('a new store is empty at revision 0 or above and says so in its last batch', async () => {
    const { model, revision } = await loaded(storage());
    expect(model.rows.size).toBe(0);
    expect(revision).toBe(await storage().barrier());
  });
  test('a group shares one revision, above all before it', async () => {
    const first = await storage().commit([txn(put('a')), txn(put('b'))]);
    const second = await storage().commit([txn(put('c'))]);
    expect(first.revision).toBeGreaterThan(0);
    expect(second.revision).toBeGreaterThan(first.revision);
    const { model } = await loaded(storage());
    expect([...model.rows.values()].map((row) => [row.key, row.revision]).sort()).toEqual([
      ['a', first.revision],
      ['b', first.revision],
      ['c', second.revision],
    ]);
  });
  test('the revision of the first put stays until the key is deleted, and then starts anew', async () => {
    const first = await storage().commit([txn(put('a'))]);
    const second = await storage().commit([txn(put('a'))]);
    await storage().commit([txn(del('a'))]);
    const fourth = await storage().commit([txn(put('a'))]);
    const seen = await follow(storage(), first.revision - 1, 4);
    const created = seen.map(({ changes }) => changes[0]?.kind === 'put' && changes[0].created);
    expect(created).toEqual([first.revision, first.revision, false, fourth.revision]);
    expect(second.revision).toBeGreaterThan(first.revision);
  });
  test('a group that changes nothing uses up no revision', async () => {
    const { revision } = await storage().commit([txn(put('a'))]);
    const idle: Transaction[][] = [[], [txn()], [txn(del('absent')), txn(delPrefix('absent/'))], [when([at('a', 99_999)], put('a'))]];
    for (const group of idle) expect((await storage().commit(group)).revision).toBe(revision);
    expect(await storage().barrier()).toBe(revision);
  });
  test('a prefix is deleted with all below it and nothing beside it', async () => {
    const keys = ['a', 'a/', 'a/1', 'a/2/3', 'a0', 'b'];
    await storage().commit([txn(...keys.map((key) => put(key)), put('a/1', { other: true }, 'locks'))]);
    await storage().commit([txn(delPrefix('a/'))]);
    const { model } = await loaded(storage());
    expect([...model.rows.keys()].sort()).toEqual(['kv a', 'kv a0', 'kv b', 'locks a/1']);
    await storage().commit([txn(delPrefix(''))]);
    expect([...(await loaded(storage())).model.rows.keys()]).toEqual(['locks a/1']);
  });
  test('every key and record comes back as it was', async () => {
    const keys = ['', ' ', 'a\0b', 'é', '\u00ff\u0000', '"\\', '\ud800 alone', '\u{10ffff}', 'x'.repeat(2000), '日本', '/', '!', 'a/b'];
    const record = { text: 'é\u0000\ud800"', nested: { list: [1, null, true, { deep: '' }] }, number: 1.5, ['__proto__']: 'own' };
    await storage().commit([txn(...keys.map((key) => put(key, record)))]);
    const { model } = await loaded(storage());
    expect([...model.rows.values()].map((row) => row.key).sort()).toEqual([...keys].sort());
    for (const row of model.rows.values()) expect(JSON.stringify(row.record)).toBe(JSON.stringify({ ...record }));
  });
}

function conflicts({ storage }: Context): void {
  test('a transaction whose expectation fails changes nothing, the others of its group go through', async () => {
    const { revision } = await storage().commit([txn(put('a', { n: 1 }))]);
    const group = [
      when([at('a', revision)], put('b')),
      when([at('a', revision + 1)], put('c')),
      when([at('absent', 0), at('a', 0)], put('d'), put('e')),
      when([at('absent', 0)], put('f')),
    ];
    expect((await storage().commit(group)).refused).toEqual([1, 2]);
    expect([...(await loaded(storage())).model.rows.keys()].sort()).toEqual(['kv a', 'kv b', 'kv f']);
  });
  test('of two transactions of a group that expect the same row the first wins', async () => {
    const { revision } = await storage().commit([txn(put('a', { n: 0 }))]);
    const group = [when([at('a', revision)], put('a', { n: 1 })), when([at('a', revision)], put('a', { n: 2 }))];
    expect((await storage().commit(group)).refused).toEqual([1]);
    const absent = [when([at('new', 0)], put('new', { n: 1 })), when([at('new', 0)], put('new', { n: 2 }))];
    expect((await storage().commit(absent)).refused).toEqual([1]);
    const { model } = await loaded(storage());
    expect([...model.rows.values()].map((row) => row.record)).toEqual([{ n: 1 }, { n: 1 }]);
  });
  test('an expectation is lost to a later commit, also to one that put the same value', async () => {
    const first = await storage().commit([txn(put('a'))]);
    await storage().commit([txn(put('a'))]);
    expect((await storage().commit([when([at('a', first.revision)], del('a'))])).refused).toEqual([0]);
  });
  test('a row that was deleted is absent', async () => {
    const { revision } = await storage().commit([txn(put('a'))]);
    await storage().commit([txn(del('a'))]);
    expect((await storage().commit([when([at('a', revision)], put('b'))])).refused).toEqual([0]);
    expect((await storage().commit([when([at('a', 0)], put('b'))])).refused).toEqual([]);
  });
  test('a prefix expectation is lost to a put below it and to nothing else', async () => {
    const { revision } = await storage().commit([txn(put('p/1'), put('p/2'), put('q/1'))]);
    const next = await storage().commit([txn(put('q/2'), del('p/2'))]);
    expect((await storage().commit([when([quiet('p/', revision)], put('r'))])).refused).toEqual([]);
    expect((await storage().commit([when([quiet('q/', revision)], put('r'))])).refused).toEqual([0]);
    expect((await storage().commit([when([quiet('q/', next.revision)], put('r'))])).refused).toEqual([]);
    expect((await storage().commit([when([quiet('none/', 0)], put('r'))])).refused).toEqual([]);
  });
  test('a prefix expectation sees what its group has put before it', async () => {
    const { revision } = await storage().commit([txn(put('p/1'))]);
    const group = [when([quiet('p/', revision)], put('p/2')), when([quiet('p/', revision)], put('p/3'))];
    expect((await storage().commit(group)).refused).toEqual([1]);
  });
}

function following({ storage }: Context): void {
  test('a follower gets every commit after its revision, whole and in order', async () => {
    const start = await storage().barrier();
    const early = follow(storage(), start, 30);
    const revisions: number[] = [];
    for (let i = 0; i < 30; i++) revisions.push((await storage().commit([txn(put('a', { i }), put(`b${i}`, { i }))])).revision);
    for (const seen of [await early, await follow(storage(), start, 30)]) {
      expect(seen.map((committed) => committed.revision)).toEqual(revisions);
      for (const [i, { changes }] of seen.entries()) expect(changes.map((c) => c.kind === 'put' && c.record)).toEqual([{ i }, { i }]);
    }
    const late = await follow(storage(), revisions[9] ?? 0, 20);
    expect(late.map((committed) => committed.revision)).toEqual(revisions.slice(10));
  });
  test('followers of their own pace do not disturb each other', async () => {
    const start = await storage().barrier();
    const stop = new AbortController();
    const slow = storage().changes(start, stop.signal)[Symbol.asyncIterator]();
    const quick = follow(storage(), start, 5);
    for (let i = 0; i < 5; i++) await storage().commit([txn(put('a', { i }))]);
    expect((await quick).length).toBe(5);
    for (let i = 0; i < 5; i++) {
      const { value } = await slow.next();
      expect(value.changes[0]).toMatchObject({ kind: 'put', record: { i } });
    }
    const waiting = slow.next();
    stop.abort();
    expect((await waiting).done).toBe(true);
    expect((await slow.next()).done).toBe(true);
  });
  test('a commit of very many rows is there whole or not at all for whoever loads meanwhile', { timeout: 60_000 }, async () => {
    const keys = Array.from({ length: 10_000 }, (_, i) => `k${i}`);
    await storage().commit([txn(...keys.map((key) => put(key, { v: 'old' })))]);
    const [half, rest] = [keys.slice(0, 5000), keys.slice(5000)];
    const committing = storage().commit([txn(...half.map((key) => put(key, { v: 'new' })), ...rest.map((key) => del(key)))]);
    let isCommitted = false;
    const seen = new Set<string>();
    do {
      isCommitted = await Promise.race([committing.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
      const { model } = await loaded(storage());
      const values = [...model.rows.values()].map(({ record }) => record.v);
      seen.add(`${values.length} ${[...new Set(values)].join()}`);
    } while (!isCommitted);
    expect([...seen].filter((found) => found !== '10000 old')).toEqual(['5000 new']);
    expect(await storage().commit([when([at('k0', (await committing).revision)], put('k0'))])).toMatchObject({ refused: [] });
  });
  test('following ends when the storage is closed', async () => {
    const waiting = storage()
      .changes(await storage().barrier(), new AbortController().signal)
      [Symbol.asyncIterator]()
      .next();
    await storage().close();
    expect((await waiting).done).toBe(true);
  });
  test('a signal that has fired before ends at once', async () => {
    await storage().commit([txn(put('a'))]);
    const ended = await storage().changes(0, AbortSignal.abort())[Symbol.asyncIterator]().next();
    expect(ended.done).toBe(true);
  });
  test('a barrier is no older than the commits before it', async () => {
    const { revision } = await storage().commit([txn(put('a'))]);
    expect(await storage().barrier()).toBeGreaterThanOrEqual(revision);
  });
}

/** Few keys, so that histories meet; values of their own, so that a lost update shows. */
const someKey = fc.constantFrom('a', 'a/', 'a/b', 'a/b/c', 'ab', 'b', 'b/c', '');
const someTable = fc.constantFrom<TableName>('kv', 'locks');
/** Relative, because revisions are not known beforehand: 0 absent, 1 as it is now, 2 something older. */
const somewhen = fc.constantFrom(0, 1, 1, 1, 2);
const someChange = fc.record({
  kind: fc.constantFrom<Change['kind']>('put', 'put', 'put', 'delete', 'deletePrefix'),
  table: someTable,
  key: someKey,
  value: fc.nat(),
});
const someExpectation = fc.record({ table: someTable, key: someKey, isPrefix: fc.boolean(), when: somewhen });
const someTransaction = fc.record({
  expect: fc.array(someExpectation, { maxLength: 2 }),
  changes: fc.array(someChange, { minLength: 1, maxLength: 3 }),
});
const someHistory = fc.array(fc.array(someTransaction, { maxLength: 4 }), { minLength: 1, maxLength: 12 });
type Plan = typeof someTransaction extends fc.Arbitrary<infer T> ? T : never;

function properties(engine: EngineUnderTest): void {
  test('any history of groups comes to what the model comes to', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(someHistory, async (history) => {
        const store = await engine.create();
        let storage = await store.open();
        try {
          await loaded(storage);
          const model = await play(storage, history);
          expect(sorted((await loaded(storage)).model)).toEqual(sorted(model));
          if (!engine.persists) return;
          const newest = await storage.barrier();
          await storage.close();
          storage = await store.open();
          const again = await loaded(storage);
          expect(sorted(again.model)).toEqual(sorted(model));
          expect(again.revision).toBe(newest);
        } finally {
          await storage.close();
          await store.remove();
        }
      }),
      { numRuns: engine.runs },
    );
  });
}

async function play(storage: Storage, history: readonly (readonly Plan[])[]): Promise<Model> {
  const model = new Model();
  const start = await storage.barrier();
  let newest = start;
  let commits = 0;
  for (const plan of history) {
    const group = realise(plan, model, newest);
    const answer = await storage.commit(group);
    const { refused, changed } = model.commit(group, answer.revision);
    expect(answer.refused).toEqual(refused);
    if (changed) expect(answer.revision).toBeGreaterThan(newest);
    else expect(answer.revision).toBe(newest);
    newest = answer.revision;
    if (changed) commits++;
  }
  const followed = new Model();
  for (const committed of await follow(storage, start, commits)) followed.fold(committed);
  expect(sorted(followed)).toEqual(sorted(model));
  return model;
}

/** Keys are changed at most once in a group, as the callers of `commit` see to. */
function realise(plan: readonly Plan[], model: Model, newest: number): Transaction[] {
  const touched: { table: TableName; key: string; isPrefix: boolean }[] = [];
  const isFree = (table: TableName, key: string, isPrefix: boolean) =>
    touched.every(
      (t) => t.table !== table || !(t.key === key || (t.isPrefix && key.startsWith(t.key)) || (isPrefix && t.key.startsWith(key))),
    );
  return plan.map((transaction) => {
    const changes: Change[] = [];
    for (const { kind, table, key, value } of transaction.changes) {
      const isPrefix = kind === 'deletePrefix';
      if (!isFree(table, key, isPrefix)) continue;
      touched.push({ table, key, isPrefix });
      changes.push(kind === 'put' ? { kind, table, key, record: { value } } : { kind, table, key });
    }
    return { expect: transaction.expect.map((e) => expectation(e, model, newest)), changes };
  });
}

function expectation(e: Plan['expect'][number], model: Model, newest: number): Expectation {
  if (e.isPrefix) return { table: e.table, prefix: e.key, notAfter: e.when === 0 ? 0 : newest - (e.when - 1) };
  const now = model.rows.get(`${e.table} ${e.key}`)?.revision ?? 0;
  return { table: e.table, key: e.key, revision: e.when === 0 ? 0 : Math.max(0, now - (e.when - 1)) };
}

function sorted(model: Model): unknown[] {
  return [...model.rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
