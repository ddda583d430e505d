import { afterEach, describe, expect, test } from 'vitest';
import type { QueryOptions } from '../../../src/model/backend.js';
import type { Query } from '../../../src/model/query.js';
import { holdTimeMs } from '../../../src/server/blocking.js';
import { settle } from '../../support/fake-clock.js';
import { type Harness, key, listArguments, ofService, startServer } from './harness.js';

let mesh: Harness;
afterEach(() => mesh.server.stop());

/** Starts a blocked query; `state()` tells whether it has been answered. */
function watch(query: Query, options: Partial<QueryOptions>) {
  let outcome: { index: number; value: unknown } | Error | 'waiting' = 'waiting';
  mesh.query(query, options).then(
    (answer) => {
      outcome = answer;
    },
    (error: Error) => {
      outcome = error;
    },
  );
  return {
    state: async () => {
      await settle();
      return outcome;
    },
  };
}

describe('waiting', () => {
  test('a change of the key ends the wait, other keys and the same value do not', async () => {
    mesh = await startServer();
    await mesh.put('a', '1');
    const waiting = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 1 });
    await mesh.put('b', '1');
    await mesh.put('a', '1');
    expect(await waiting.state()).toBe('waiting');
    await mesh.put('a', '2');
    expect(await waiting.state()).toMatchObject({ index: 3, value: { ModifyIndex: 3 } });
  });

  test('a deletion, an acquisition and a release end it', async () => {
    mesh = await startServer();
    await mesh.register({});
    const session = await mesh.session();
    await mesh.put('a', '1');
    const acquired = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 3 });
    await mesh.put('a', '1', { acquire: session });
    expect(await acquired.state()).toMatchObject({ index: 4 });
    const released = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 4 });
    await mesh.write({ kind: 'session.destroy', id: session });
    expect(await released.state()).toMatchObject({ index: 5 });
    const deleted = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 5 });
    await mesh.write({ kind: 'kv.delete', key: key('a') });
    expect(await deleted.state()).toMatchObject({ index: 6, value: null });
  });

  test('a prefix wakes for what is below it alone, for deleted trees too', async () => {
    mesh = await startServer();
    await mesh.put('p/a', '1');
    await mesh.put('q/a', '1');
    const waiting = watch({ kind: 'kv.list', prefix: key('p/') }, { minIndex: 1 });
    await mesh.put('pp', '1');
    await mesh.write({ kind: 'kv.delete', key: key('q/a') });
    expect(await waiting.state()).toBe('waiting');
    await mesh.write({ kind: 'kv.delete-tree', prefix: key('p') });
    expect(await waiting.state()).toMatchObject({ index: 5, value: [] });
  });

  test('a missing key ends when it appears; at the end of the time its index is that of the store', async () => {
    mesh = await startServer();
    await mesh.put('seed', '1');
    const [created, timed] = [0, 1].map(() => watch({ kind: 'kv.get', key: key('k') }, { minIndex: 1, waitMs: 1000 }));
    await mesh.put('sibling', '1');
    expect(await created?.state()).toBe('waiting');
    await mesh.clock.advance(1100);
    expect(await timed?.state()).toMatchObject({ index: 2, value: null });
    const again = watch({ kind: 'kv.get', key: key('k') }, { minIndex: 2 });
    await mesh.put('k', '1');
    expect(await again.state()).toMatchObject({ index: 3 });
  });

  test('an index of 0, below the current one or ahead of the store is answered at once', async () => {
    mesh = await startServer();
    await mesh.put('a', '1');
    await mesh.put('a', '2');
    for (const minIndex of [0, 1, 100_000]) expect((await mesh.get('a', { minIndex })).index).toBe(2);
  });

  test('an untouched store blocks on index 1', async () => {
    mesh = await startServer();
    const waiting = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 1 });
    expect(await waiting.state()).toBe('waiting');
    await mesh.put('b', '1');
    await mesh.put('a', '1');
    expect(await waiting.state()).toMatchObject({ index: 2 });
  });

  test('all waiters of a key wake with one index', async () => {
    mesh = await startServer();
    await mesh.put('a', '1');
    const waiting = Array.from({ length: 50 }, () => mesh.get('a', { minIndex: 1 }));
    await mesh.put('a', '2');
    const answers = await Promise.all(waiting);
    expect(new Set(answers.map((answer) => answer.index))).toEqual(new Set([2]));
    expect(new Set(answers.map((answer) => answer.value)).size).toBe(1);
  });
});

describe('time', () => {
  test.each([
    { name: 'nothing asked is five minutes', requestedMs: 0, random: 0, holdMs: 300_000 },
    { name: 'negative is five minutes', requestedMs: -5, random: 0, holdMs: 300_000 },
    { name: 'more than ten minutes is ten', requestedMs: 3_600_000, random: 0, holdMs: 600_000 },
    { name: 'up to a sixteenth is added', requestedMs: 16_000, random: 0.999_999, holdMs: 16_999.999 },
  ])('$name', ({ requestedMs, random, holdMs }) => {
    expect(holdTimeMs(requestedMs, () => random)).toBeCloseTo(holdMs, 2);
  });

  test('the wait ends with what there was, not before its time', async () => {
    mesh = await startServer();
    await mesh.put('a', '1');
    const waiting = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 1, waitMs: 1000 });
    await mesh.clock.advance(999);
    expect(await waiting.state()).toBe('waiting');
    await mesh.clock.advance(1000 / 16 + 20);
    expect(await waiting.state()).toMatchObject({ index: 1 });
  });
});

describe('going away', () => {
  test('a client that is gone leaves nothing behind', async () => {
    mesh = await startServer();
    await mesh.put('a', '1');
    const timers = mesh.clock.pending;
    const gone = new AbortController();
    const waiting = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 1, signal: gone.signal });
    expect(mesh.clock.pending).toBe(timers + 1);
    gone.abort(new Error('client gone'));
    expect(mesh.clock.pending).toBe(timers);
    expect(await waiting.state()).toMatchObject({ message: 'client gone' });
  });

  test('ten thousand waits take a hundred timers, and none is left', async () => {
    let chance = 0;
    mesh = await startServer({
      random: () => {
        chance = (chance + 0.618) % 1;
        return chance;
      },
    });
    await mesh.put('a', '1');
    const timers = mesh.clock.pending;
    const clients = Array.from({ length: 10_000 }, () => new AbortController());
    const waiting = clients.map(({ signal }) => mesh.get('a', { minIndex: 1, signal }).catch(() => 'gone'));
    expect(mesh.clock.pending - timers).toBeLessThan(100);
    for (const client of clients) client.abort();
    expect(mesh.clock.pending).toBe(timers);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['gone']));
  });

  test('who asks when already gone does not wait', async () => {
    mesh = await startServer();
    await mesh.put('a', '1');
    await expect(mesh.get('a', { minIndex: 1, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
  });

  test('a server that stops lets everybody go', async () => {
    mesh = await startServer();
    await mesh.put('a', '1');
    const waiting = watch({ kind: 'kv.get', key: key('a') }, { minIndex: 1 });
    await mesh.server.stop();
    expect(await waiting.state()).toMatchObject({ code: 'stopping' });
    expect(mesh.clock.pending).toBe(0);
  });
});

describe('the catalog', () => {
  test('a service wakes for its instances, their checks, nodes and node checks, not for its neighbours', async () => {
    mesh = await startServer();
    await mesh.register({ service: { Service: 'web' } });
    let index = 1;
    const health = () => watch({ kind: 'health.service', passing: false, ...ofService('WEB') }, { minIndex: index });
    const wakes = async (change: () => Promise<unknown>) => {
      const waiting = health();
      await change();
      const answer = await waiting.state();
      if (typeof answer === 'object' && 'index' in answer) index = answer.index;
      return answer !== 'waiting';
    };
    expect(await wakes(() => mesh.register({ service: { Service: 'db' } }))).toBe(false);
    expect(await wakes(() => mesh.register({ node: { Node: 'n2' }, service: { Service: 'db' } }))).toBe(false);
    expect(await wakes(() => mesh.register({ checks: [{ CheckID: 'sc', ServiceID: 'web' }] }))).toBe(true);
    expect(await wakes(() => mesh.register({ checks: [{ CheckID: 'dbc', ServiceID: 'db' }] }))).toBe(false);
    expect(await wakes(() => mesh.register({ checks: [{ CheckID: 'nc' }] }))).toBe(true);
    expect(await wakes(() => mesh.register({ checks: [{ CheckID: 'nc' }] }))).toBe(false);
    expect(await wakes(() => mesh.register({ node: { Address: '10.0.0.9' } }))).toBe(true);
    expect(await wakes(() => mesh.register({ node: { Address: '10.0.0.9' }, service: { Service: 'web', Port: 81 } }))).toBe(true);
    expect(await wakes(() => mesh.write({ kind: 'catalog.deregister', node: 'n1', serviceId: 'web', checkId: '' }))).toBe(true);
    expect(await wakes(() => mesh.register({ node: { Node: 'n2' }, service: { Service: 'web' } }))).toBe(true);
  });

  test('a node wakes for itself and its services, the list of names for names and tags', async () => {
    mesh = await startServer();
    await mesh.register({ service: { Service: 'web', Tags: ['a'] } });
    const node = watch({ kind: 'catalog.node', node: 'n1', filter: '' }, { minIndex: 1 });
    const names = watch({ kind: 'catalog.services', nodeMeta: {}, filter: '' }, { minIndex: 1 });
    await mesh.register({ node: { Node: 'n2' }, service: { Service: 'web', Tags: ['a'] } });
    expect([await node.state(), await names.state()]).toEqual(['waiting', 'waiting']);
    await mesh.register({ service: { Service: 'web', Tags: ['b'] } });
    expect(await node.state()).toMatchObject({ index: 3 });
    expect(await names.state()).toMatchObject({ index: 3, value: [{ Service: 'web', Tags: ['a', 'b'] }] });
  });

  test('checks wake by node, service and state', async () => {
    mesh = await startServer();
    await mesh.register({ service: { Service: 'web' }, checks: [{ CheckID: 'c', ServiceID: 'web' }] });
    await mesh.register({ node: { Node: 'n2' }, checks: [{ CheckID: 'c' }] });
    const ofNode = watch({ kind: 'health.node', node: 'N1', filter: '' }, { minIndex: 2 });
    const ofService_ = watch({ kind: 'health.checks', service: 'web', ...listArguments }, { minIndex: 2 });
    const critical = watch({ kind: 'health.state', state: 'Critical', ...listArguments }, { minIndex: 2 });
    const any = watch({ kind: 'health.state', state: 'any', ...listArguments }, { minIndex: 2 });
    await mesh.register({ node: { Node: 'n2' }, checks: [{ CheckID: 'c', Output: 'new' }] });
    expect([await ofNode.state(), await ofService_.state(), await critical.state()]).toEqual(['waiting', 'waiting', 'waiting']);
    expect(await any.state()).toMatchObject({ index: 3 });
    await mesh.register({ checks: [{ CheckID: 'c', ServiceID: 'web', Status: 'critical' }] });
    for (const waiting of [ofNode, ofService_, critical]) expect(await waiting.state()).toMatchObject({ index: 4 });
  });

  test('a node that is not there can be waited for, by name and by the start of its id', async () => {
    mesh = await startServer();
    const byName = watch({ kind: 'catalog.node', node: 'n1', filter: '' }, { minIndex: 1 });
    const byId = watch({ kind: 'catalog.node', node: '0c6b', filter: '' }, { minIndex: 1 });
    expect([await byName.state(), await byId.state()]).toEqual(['waiting', 'waiting']);
    await mesh.register({ node: { ID: '0c6b1f0e-7a51-4bd5-9ad2-3c6a2a4f0007' } });
    expect(await byName.state()).toMatchObject({ index: 1, value: { Node: { Node: 'n1' } } });
    expect(await byId.state()).toMatchObject({ value: { Node: { Node: 'n1' } } });
  });

  test('a session that is awaited ends the wait when it goes, others do not', async () => {
    mesh = await startServer();
    await mesh.register({});
    const id = await mesh.session();
    const info = watch({ kind: 'session.info', id }, { minIndex: 2 });
    const list = watch({ kind: 'session.list' }, { minIndex: 2 });
    await mesh.session();
    expect(await info.state()).toBe('waiting');
    expect(await list.state()).toMatchObject({ index: 3 });
    await mesh.write({ kind: 'session.destroy', id });
    expect(await info.state()).toMatchObject({ index: 4, value: null });
  });
});

describe('objects', () => {
  test('the same query gets the same value until something it shows changes', async () => {
    mesh = await startServer();
    for (const Node of ['n1', 'n2', 'n3']) {
      await mesh.register({ node: { Node }, service: { Service: 'web' }, checks: [{ CheckID: 'c', ServiceID: 'web' }] });
    }
    const ask = async () => (await mesh.query({ kind: 'health.service', passing: true, ...ofService('web') })).value;
    const before = await ask();
    await mesh.register({ node: { Node: 'n1' }, service: { Service: 'db' } });
    await mesh.put('a', '1');
    expect(await ask()).toBe(before);
    await mesh.register({ node: { Node: 'n2' }, checks: [{ CheckID: 'c', ServiceID: 'web', Output: 'fine' }] });
    const after = await ask();
    expect(after).not.toBe(before);
    expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([true, false, true]);
    expect(after[1]?.Service).toBe(before[1]?.Service);
  });

  test('lists of keys are the same object until something below the prefix changes', async () => {
    mesh = await startServer();
    await mesh.put('p/a', '1');
    const ask = async () => (await mesh.query({ kind: 'kv.list', prefix: key('p/') })).value;
    const before = await ask();
    await mesh.put('q', '1');
    expect(await ask()).toBe(before);
    await mesh.put('p/b', '1');
    expect((await ask())[0]).toBe(before[0]);
    expect(await ask()).not.toBe(before);
  });
});
