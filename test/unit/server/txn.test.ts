import { afterEach, describe, expect, test } from 'vitest';
import type { CheckInput, NodeInput, ServiceInput } from '../../../src/model/inputs.js';
import type { CatalogVerb, KvVerb, TxnOperation } from '../../../src/model/txn.js';
import { aCheck, aNode, aService, base64, type Harness, key, startServer } from './harness.js';

let mesh: Harness;
const start = async () => {
  mesh = await startServer();
};
afterEach(() => mesh.server.stop());

const kv = (verb: string, name: string, more: Partial<Extract<TxnOperation, { kind: 'kv' }>> = {}): TxnOperation => ({
  ...{ kind: 'kv', verb: verb as KvVerb, key: key(name), value: '', flags: '0', index: 0, session: '' },
  ...more,
});
const onNode = (verb: string, node: Partial<NodeInput>, index = 0): TxnOperation => ({
  ...{ kind: 'node', verb: verb as CatalogVerb, node: aNode(node), index },
});
const onService = (verb: string, service: Partial<ServiceInput>, index = 0): TxnOperation => ({
  ...{ kind: 'service', verb: verb as CatalogVerb, node: 'n1', service: aService(service), index },
});
const onCheck = (verb: string, check: Partial<CheckInput & { Node: string }>, index = 0): TxnOperation => ({
  ...{ kind: 'check', verb: verb as CatalogVerb, check: aCheck({ Node: 'n1', ...check }), index },
});
const txn = (...operations: TxnOperation[]) => mesh.write({ kind: 'txn', operations });
const read = async (...operations: TxnOperation[]) => (await mesh.query({ kind: 'txn.read', operations })).value;
const faults = (...texts: readonly (readonly [number, string])[]) => ({
  results: [],
  errors: texts.map(([OpIndex, What]) => ({ OpIndex, What })),
});

describe('keys', () => {
  test('writes are seen by what follows, and all share one revision', async () => {
    await start();
    const value = base64('one');
    const outcome = await txn(kv('set', 'a', { value, flags: '5' }), kv('set', 'b'), kv('get', 'a'), kv('get-tree', ''));
    const entry = { Key: 'a', Flags: '5', Value: value, LockIndex: 0, Session: '', CreateIndex: 1, ModifyIndex: 1 };
    expect(outcome).toMatchObject({
      results: [{ entry, showValue: false }, {}, { entry, showValue: true }, { entry }, { entry: { Key: 'b' } }],
      errors: [],
    });
    expect((await mesh.get('a')).value).toEqual(entry);
  });

  test('every fault is told with its place, and nothing is kept', async () => {
    await start();
    await mesh.put('a', '1');
    const outcome = await txn(
      kv('set', 'new'),
      kv('check-not-exists', 'a'),
      kv('cas', 'a', { index: 9 }),
      kv('get', 'zzz'),
      kv('delete', 'a'),
    );
    expect(outcome).toEqual(faults([1, 'key "a" exists'], [2, 'failed to set key "a", index is stale'], [3, `key "zzz" doesn't exist`]));
    expect((await mesh.get('a')).value).not.toBeNull();
    expect((await mesh.get('new')).value).toBeNull();
  });

  test.each([
    { operation: kv('check-index', 'a', { index: 7 }), text: 'failed index check for key "a", current modify index 1 != 7' },
    { operation: kv('check-index', 'none', { index: 1 }), text: `failed to check index, key "none" doesn't exist` },
    { operation: kv('check-session', 'none', { session: 'x' }), text: `failed to check session, key "none" doesn't exist` },
    { operation: kv('check-session', 'a', { session: 'x' }), text: 'failed session check for key "a", current session "" != "x"' },
    { operation: kv('delete-cas', 'a', { index: 7 }), text: 'failed to delete key "a", index is stale' },
    { operation: kv('lock', 'a', {}), text: 'missing session' },
    { operation: kv('unlock', 'a', { session: 'x' }), text: `failed to unlock key "a", lock isn't held, or is held by another session` },
    { operation: kv('frobnicate', 'a'), text: 'unknown KV verb "frobnicate"' },
    { operation: kv('set', ''), text: 'Must provide key' },
    { operation: onNode('set', { Node: '' }), text: 'Must provide node' },
    { operation: onNode('set', { ID: 'bad' }), text: 'Bad node ID: uuid string is wrong length' },
    { operation: onNode('get', {}), text: `node "n1" doesn't exist` },
    { operation: onNode('frobnicate', {}), text: 'unknown Node verb "frobnicate"' },
    { operation: onService('set', { ID: 's' }), text: 'Missing node registration' },
    { operation: onService('set', { ID: 's', Service: '' }), text: 'Must provide service name with ID' },
    { operation: onService('set', { Address: '0.0.0.0' }), text: 'Invalid service address' },
    { operation: onService('get', { ID: 's' }), text: `service "s" on node "n1" doesn't exist` },
    { operation: onService('delete-cas', { ID: 's' }, 7), text: 'failed to delete service "s" on node "n1", index is stale' },
    { operation: onCheck('set', {}), text: 'Missing node registration' },
    { operation: onCheck('get', { CheckID: 'c' }), text: `check "c" on node "n1" doesn't exist` },
  ])('fault: $text', async ({ operation, text }) => {
    await start();
    await mesh.put('a', '1');
    expect(await txn(operation)).toEqual(faults([0, text]));
  });

  test('deletions add nothing, also of what is missing; a tree may be cleared and filled again', async () => {
    await start();
    for (const name of ['a', 't/a', 't/b']) await mesh.put(name, '1');
    const outcome = await txn(
      kv('delete', 'a'),
      kv('delete-tree', 't/'),
      kv('delete', 'nope'),
      kv('delete-cas', 'nope', { index: 3 }),
      kv('set', 't/c'),
    );
    expect(outcome).toMatchObject({ results: [{ entry: { Key: 't/c' } }], errors: [] });
    const { value } = await mesh.query({ kind: 'kv.list', prefix: key('') });
    expect(value.map((entry) => entry.Key)).toEqual(['t/c']);
  });

  test('locks, their holders and their delay', async () => {
    await start();
    await mesh.register({});
    const [one, two] = [await mesh.session({ LockDelay: 2e9 }), await mesh.session()];
    expect(await txn(kv('lock', 'l', { session: one }))).toMatchObject({ results: [{ entry: { LockIndex: 1, Session: one } }] });
    expect(await txn(kv('lock', 'l', { session: two }))).toEqual(faults([0, 'failed to lock key "l", lock is already held']));
    expect(await txn(kv('check-session', 'l', { session: one }))).toMatchObject({ errors: [] });
    await mesh.write({ kind: 'session.destroy', id: one });
    expect(await txn(kv('lock', 'l', { session: two }))).toEqual(faults([0, 'failed to lock key "l" due to lock delay']));
    const gone = '99999999-aaaa-bbbb-cccc-dddddddddddd';
    expect(await txn(kv('lock', 'x', { session: gone }))).toEqual(faults([0, `invalid session "${gone}"`]));
  });

  test('the same key again and again', async () => {
    await start();
    const outcome = await txn(...Array.from({ length: 64 }, (_, i) => kv('set', `k${i % 2}`, { value: base64(`${i}`) })));
    expect(outcome.results).toHaveLength(64);
    expect((await mesh.get('k1')).value).toMatchObject({ Value: base64('63'), CreateIndex: 1 });
  });
});

describe('catalog', () => {
  test('node, service and check in one go; a later fault undoes them', async () => {
    await start();
    const operations = [onNode('set', {}), onService('set', { ID: 's1' }), onCheck('set', { CheckID: 'c1', ServiceID: 's1' })];
    expect(await txn(...operations, kv('check-index', 'none', { index: 3 }))).toEqual(
      faults([3, `failed to check index, key "none" doesn't exist`]),
    );
    expect((await mesh.query({ kind: 'catalog.node', node: 'n1', filter: '' })).value).toBeNull();
    expect(await txn(...operations)).toMatchObject({
      results: [
        { node: { Node: 'n1', Datacenter: 'dc1', CreateIndex: 1, ModifyIndex: 1 } },
        { service: { ID: 's1', Node: 'n1', CreateIndex: 1 } },
        { check: { CheckID: 'c1', ServiceName: 'web', ModifyIndex: 1 } },
      ],
      errors: [],
    });
  });

  test('indexes decide about cas and delete-cas', async () => {
    await start();
    expect(await txn(onNode('cas', {}, 0))).toMatchObject({ results: [{ node: { ModifyIndex: 1 } }] });
    expect(await txn(onNode('cas', { Address: '10.0.0.2' }, 9))).toEqual(faults([0, 'failed to set node "n1", index is stale']));
    expect(await txn(onNode('cas', { Address: '10.0.0.2' }, 1))).toMatchObject({ results: [{ node: { CreateIndex: 1, ModifyIndex: 2 } }] });
    expect(await txn(onNode('delete-cas', {}, 1))).toEqual(faults([0, 'failed to delete node "n1", index is stale']));
    expect(await txn(onNode('delete-cas', {}, 2))).toEqual({ results: [], errors: [] });
    expect(await txn(onNode('delete', {}))).toEqual({ results: [], errors: [] });
  });

  test('a service made and removed in one transaction was never there', async () => {
    await start();
    const outcome = await txn(
      onNode('set', {}),
      onService('set', { ID: 's' }),
      onCheck('set', { ServiceID: 's' }),
      onService('delete', { ID: 's' }),
    );
    expect(outcome.errors).toEqual([]);
    expect((await mesh.query({ kind: 'catalog.node', node: 'n1', filter: '' })).value?.Services).toEqual([]);
    expect((await mesh.query({ kind: 'health.node', node: 'n1', filter: '' })).value).toEqual([]);
  });

  test('a service that came and went is told with a revision of its own, also when nothing else has changed', async () => {
    await start();
    await txn(onNode('set', {}));
    const outcome = await txn(onService('set', { ID: 's' }), onService('delete', { ID: 's' }));
    expect(outcome.results).toMatchObject([{ service: { CreateIndex: 2, ModifyIndex: 2 } }]);
    expect((await mesh.query({ kind: 'catalog.node', node: 'n1', filter: '' })).index).toBe(2);
    await txn(onService('set', { ID: 's' }));
    await txn(onService('set', { ID: 's', Port: 1 }), onService('delete', { ID: 's' }));
    expect((await mesh.query({ kind: 'catalog.node', node: 'n1', filter: '' })).index).toBe(4);
  });
});

describe('reading', () => {
  test('gets answer with values and change nothing', async () => {
    await start();
    await mesh.put('t/a', '1');
    await mesh.register({ service: {} });
    expect(await read(kv('get-tree', 't/'), kv('get-tree', 'none/'), kv('get', 't/a'), onService('get', { ID: 'web' }))).toMatchObject({
      results: [{ showValue: true }, { showValue: true }, { service: { ID: 'web' } }],
      errors: [],
    });
    expect(await read(kv('get', 'none'), kv('', 'x'))).toEqual(faults([0, `key "none" doesn't exist`], [1, 'unknown KV verb ""']));
    expect(await read()).toEqual({ results: [], errors: [] });
  });
});
