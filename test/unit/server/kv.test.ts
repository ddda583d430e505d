import { afterEach, describe, expect, test } from 'vitest';
import { keyToText } from '../../../src/model/kv-key.js';
import { type Harness, key, startServer } from './harness.js';

let mesh: Harness;
const start = async () => {
  mesh = await startServer();
  return mesh;
};
afterEach(() => mesh.server.stop());

const keysBelow = async (prefix: string, separator = '') => {
  const { value, index } = await mesh.query({ kind: 'kv.keys', prefix: key(prefix), separator: key(separator) });
  return { keys: value.map(keyToText), index };
};

describe('indexes', () => {
  test('an untouched store answers 1', async () => {
    await start();
    expect(await mesh.get('a')).toEqual({ value: null, index: 1, knownLeader: true, lastContactMs: 0 });
  });

  test('a key has its ModifyIndex, a missing one that of the store, a prefix the highest below it and its deletions', async () => {
    await start();
    await mesh.put('p/a', '1');
    await mesh.put('q/b', '1');
    expect((await mesh.get('p/a')).index).toBe(1);
    expect((await mesh.get('none')).index).toBe(2);
    expect(await keysBelow('p/')).toEqual({ keys: ['p/a'], index: 1 });
    expect((await keysBelow('none/')).index).toBe(2);
    await mesh.put('p/c', '1');
    await mesh.write({ kind: 'kv.delete', key: key('p/c') });
    expect(await keysBelow('p/')).toEqual({ keys: ['p/a'], index: 4 });
    expect((await mesh.get('p/a')).index).toBe(1);
    expect((await keysBelow('q/')).index).toBe(2);
    expect((await keysBelow('')).index).toBe(4);
  });

  test('the same value again changes nothing, other flags do', async () => {
    await start();
    await mesh.put('a', 'same');
    expect(await mesh.put('a', 'same')).toBe(true);
    expect((await mesh.get('a')).value).toMatchObject({ ModifyIndex: 1 });
    await mesh.put('a', 'same', { flags: '18446744073709551615' });
    expect((await mesh.get('a')).value).toMatchObject({ CreateIndex: 1, ModifyIndex: 2, Flags: '18446744073709551615' });
  });

  test('a forgotten deletion leaves an index that is not lower', async () => {
    await start();
    for (const name of ['p/a', 'p/b', 'q']) await mesh.put(name, '1');
    await mesh.write({ kind: 'kv.delete', key: key('p/b') });
    await mesh.clock.advance(16 * 60_000);
    expect((await keysBelow('p/')).index).toBe(4);
  });
});

describe('compare and set', () => {
  test('0 only creates, another index only changes', async () => {
    await start();
    expect(await mesh.put('a', '1', { cas: 5 })).toBe(false);
    expect(await mesh.put('a', '1', { cas: 0 })).toBe(true);
    expect(await mesh.put('a', '2', { cas: 0 })).toBe(false);
    expect(await mesh.put('a', '2', { cas: 2 })).toBe(false);
    expect(await mesh.put('a', '2', { cas: 1 })).toBe(true);
    expect((await mesh.get('a')).value).toMatchObject({ CreateIndex: 1, ModifyIndex: 2 });
  });

  test('of many at once exactly one wins', async () => {
    await start();
    await mesh.put('a', '0');
    const won = await Promise.all(Array.from({ length: 20 }, (_, i) => mesh.put('a', `new ${i}`, { cas: 1 })));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  test('a deletion with an index wants that index; what is missing counts as deleted', async () => {
    await start();
    await mesh.put('a', '1');
    expect(await mesh.write({ kind: 'kv.delete', key: key('a'), cas: 0 })).toBe(false);
    expect(await mesh.write({ kind: 'kv.delete', key: key('a'), cas: 1 })).toBe(true);
    expect(await mesh.write({ kind: 'kv.delete', key: key('a'), cas: 1 })).toBe(true);
  });
});

describe('many writers', () => {
  test('puts of one key at once all succeed, and one of the values stays', async () => {
    await start();
    const done = await Promise.all(Array.from({ length: 100 }, (_, i) => mesh.put('hot', `${i}`)));
    expect(done.every(Boolean)).toBe(true);
    expect((await mesh.get('hot')).value).toMatchObject({ CreateIndex: 1, ModifyIndex: 1 });
  });

  test('different keys share one revision', async () => {
    await start();
    await Promise.all(Array.from({ length: 100 }, (_, i) => mesh.put(`k${i}`, '1')));
    const { value } = await mesh.query({ kind: 'kv.list', prefix: key('') });
    expect(new Set(value.map((entry) => entry.ModifyIndex))).toEqual(new Set([1]));
  });
});

describe('trees', () => {
  test('keys are cut after the separator, in byte order', async () => {
    await start();
    for (const name of ['a/b/c', 'a/b/d', 'a/e', 'f', 'é']) await mesh.put(name, '1');
    expect((await keysBelow('', '/')).keys).toEqual(['a/', 'f', 'é']);
    expect((await keysBelow('a/', '/')).keys).toEqual(['a/b/', 'a/e']);
    expect((await keysBelow('a', '/')).keys).toEqual(['a/']);
  });

  test('a tree goes with every key that starts like it', async () => {
    await start();
    for (const name of ['t/a', 't/b/c', 'tx', 'u']) await mesh.put(name, '1');
    await mesh.write({ kind: 'kv.delete-tree', prefix: key('t/') });
    expect((await keysBelow('')).keys).toEqual(['tx', 'u']);
    await mesh.write({ kind: 'kv.delete-tree', prefix: key('t') });
    expect((await keysBelow('')).keys).toEqual(['u']);
  });
});

describe('locks', () => {
  test('the holder may write again without counting; a stranger may not', async () => {
    await start();
    await mesh.register({});
    const [one, two] = [await mesh.session(), await mesh.session()];
    expect(await mesh.put('l', 'one', { acquire: one })).toBe(true);
    expect((await mesh.get('l')).value).toMatchObject({ LockIndex: 1, Session: one });
    expect(await mesh.put('l', 'two', { acquire: two })).toBe(false);
    expect(await mesh.put('l', 'again', { acquire: one })).toBe(true);
    expect((await mesh.get('l')).value).toMatchObject({ LockIndex: 1, Session: one });
    expect(await mesh.put('l', 'no', { release: two })).toBe(false);
    expect(await mesh.put('l', 'bye', { release: one })).toBe(true);
    expect((await mesh.get('l')).value).toMatchObject({ LockIndex: 1, Session: '' });
    expect(await mesh.put('l', 'bye', { release: one })).toBe(false);
    expect(await mesh.put('l', 'three', { acquire: two })).toBe(true);
    expect((await mesh.get('l')).value).toMatchObject({ LockIndex: 2, Session: two });
  });

  test('a plain put keeps the holder and forgets the count', async () => {
    await start();
    await mesh.register({});
    const session = await mesh.session();
    await mesh.put('l', 'one', { acquire: session });
    await mesh.put('l', 'two');
    expect((await mesh.get('l')).value).toMatchObject({ LockIndex: 0, Session: session });
  });

  test.each([
    {
      name: 'an unknown session',
      more: { acquire: '11111111-2222-3333-4444-555555555555' },
      text: 'raft apply failed: invalid session "11111111-2222-3333-4444-555555555555"',
    },
    {
      name: 'a word',
      more: { acquire: 'nonsense' },
      text: 'raft apply failed: failed session lookup: index error: UUID must be 36 characters',
    },
    { name: 'nothing', more: { acquire: '' }, text: 'raft apply failed: missing session' },
    { name: 'nothing to release', more: { release: '' }, text: 'raft apply failed: missing session' },
  ])('$name is refused', async ({ more, text }) => {
    await start();
    await expect(mesh.put('l', 'x', more)).rejects.toMatchObject({ code: 'refused', message: text });
  });

  test('the delay after a session is kept beyond the key and holds only lockers up', async () => {
    await start();
    await mesh.register({});
    const [one, two] = [await mesh.session({ LockDelay: 2e9 }), await mesh.session()];
    await mesh.put('l', '1', { acquire: one });
    await mesh.write({ kind: 'session.destroy', id: one });
    expect((await mesh.get('l')).value).toMatchObject({ Session: '' });
    await mesh.write({ kind: 'kv.delete', key: key('l') });
    expect(await mesh.put('l', '2', { acquire: two })).toBe(false);
    expect(await mesh.put('l', '3')).toBe(true);
    await mesh.clock.advance(2_000);
    expect(await mesh.put('l', '4', { acquire: two })).toBe(true);
    expect((await mesh.get('l')).value).toMatchObject({ LockIndex: 1, Session: two });
  });
});
