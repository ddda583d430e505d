import { describe, expect, test } from 'vitest';
import { keyFromText } from '../../../src/model/kv-key.js';
import type { CommittedChange } from '../../../src/model/storage.js';
import { State } from '../../../src/state/state.js';
import type { Topic } from '../../../src/state/topics.js';
import { aCheck, aNode, aService } from '../server/harness.js';

const key = keyFromText;

function put(table: CommittedChange['table'], name: string, record: Record<string, unknown>, created = 0): CommittedChange {
  return { kind: 'put', table, key: name, record, created };
}
const kv = (name: string, Value = 'MQ==') => put('kv', key(name), { Flags: '0', Value }, 1);

/** Applies changes one revision after the other. */
function stateWith(...commits: readonly CommittedChange[][]): State {
  const state = new State();
  for (const changes of commits) state.apply({ revision: state.revision + 1, changes });
  return state;
}

describe('waking', () => {
  const counting = (state: State, topics: readonly Topic[]) => {
    const waiter = { woken: 0, wake: () => waiter.woken++ };
    state.watch(topics, waiter);
    return waiter;
  };

  test('once per revision, after everything of it has landed', () => {
    const state = stateWith([kv('p/a')]);
    const seen: string[][] = [];
    const topics: Topic[] = [
      { kind: 'prefix', name: 'p/' },
      { kind: 'key', name: 'p/b' },
    ];
    state.watch(topics, { wake: () => seen.push(Array.from(state.kv.below(key('p/')), (entry) => entry.Key)) });
    state.apply({ revision: 2, changes: [kv('p/b'), kv('p/c'), { kind: 'delete', table: 'kv', key: 'p/a' }] });
    expect(seen).toEqual([['p/b', 'p/c']]);
  });

  test('of ten thousand waiters on ten thousand keys exactly one', () => {
    const state = new State();
    const waiters = Array.from({ length: 10_000 }, (_, i) => counting(state, [{ kind: 'key', name: `k${i}` }]));
    state.apply({ revision: 1, changes: [kv('k77')] });
    expect(waiters.filter((waiter) => waiter.woken > 0)).toEqual([waiters[77]]);
  });

  test('a waiter may take itself and others off while it is woken', () => {
    const state = new State();
    const topics: Topic[] = [{ kind: 'key', name: 'a' }];
    const second = { wake: () => {} };
    const first = {
      wake: () => {
        state.unwatch(topics, first);
        state.unwatch(topics, second);
      },
    };
    state.watch(topics, first);
    state.watch(topics, second);
    state.apply({ revision: 1, changes: [kv('a')] });
    state.apply({ revision: 2, changes: [kv('a', 'Mg==')] });
  });

  test('after a load everybody', () => {
    const state = new State();
    const waiters = [counting(state, [{ kind: 'key', name: 'a' }]), counting(state, [{ kind: 'prefix', name: 'x' }])];
    state.startLoad();
    state.load({ revision: 5, changes: [kv('b')] });
    expect(state.kv.get(key('b'))).toBeNull();
    state.endLoad(9);
    expect(waiters.map((waiter) => waiter.woken)).toEqual([1, 1]);
    expect(state.kv.get(key('b'))?.ModifyIndex).toBe(5);
  });
});

describe('order', () => {
  test('a revision that is not newer is a broken invariant', () => {
    const state = stateWith([kv('a')]);
    expect(() => state.apply({ revision: 1, changes: [] })).toThrow(TypeError);
  });

  test('rows may be loaded before what they hang on', () => {
    const state = new State();
    state.startLoad();
    const check = aCheck({ Node: 'N1', CheckID: 'c', ServiceID: 'w', ServiceName: 'web' });
    state.load({ revision: 3, changes: [put('checks', 'n1\0c', { ...check })] });
    state.load({ revision: 2, changes: [put('locks', 'k', { Session: 's', LockIndex: 1, DelayUntil: 0 })] });
    state.load({
      revision: 1,
      changes: [put('services', 'n1\0w', { ...aService({ ID: 'w', Service: 'Web' }), Node: 'N1' })],
    });
    state.load({ revision: 1, changes: [put('nodes', 'n1', { ...aNode({ Node: 'N1' }) }), kv('k')] });
    state.endLoad(3);
    expect(state.catalog.service('WEB')?.asHealth()).toMatchObject([{ Node: { Node: 'N1' }, Checks: [{ CheckID: 'c' }] }]);
    expect(state.kv.get(key('k'))).toMatchObject({ Session: 's', LockIndex: 1, ModifyIndex: 2, CreateIndex: 1 });
    expect(state.kv.heldBy('s')).toEqual(['k']);
  });
});

describe('after a load no index is lower than before it', () => {
  test('deletions may have been forgotten: prefixes and tables answer the newest revision', () => {
    const state = new State();
    state.startLoad();
    state.load({ revision: 4, changes: [kv('p/a')] });
    state.load({ revision: 7, changes: [{ kind: 'delete', table: 'kv', key: 'q/gone' }] });
    state.endLoad(9);
    expect([state.kv.indexBelow(key('p/')), state.kv.indexBelow(key('q/')), state.kv.index, state.catalog.indexes.services]).toEqual([
      9, 9, 9, 9,
    ]);
    expect(state.kv.get(key('p/a'))?.ModifyIndex).toBe(4);
  });
});

describe('forgetting deletions', () => {
  test('beyond fifty thousand the oldest go early, and no index falls', () => {
    const state = new State();
    state.apply({ revision: 1, changes: [kv('a'), kv('z')] });
    const names = Array.from({ length: 60_000 }, (_, i) => `m${String(i).padStart(6, '0')}`);
    state.apply({ revision: 2, changes: names.map((name) => kv(name)) });
    state.apply({ revision: 3, changes: [{ kind: 'deletePrefix', table: 'kv', key: 'm' }] });
    expect([state.kv.size, state.kv.indexBelow(key('m'))]).toEqual([2, 3]);
    state.pruneTombstones(3);
    expect([state.kv.indexBelow(key('m')), state.kv.index]).toEqual([-1, 3]);
  });

  test('a key that came back is not forgotten with its deletion', () => {
    const state = stateWith([kv('a')], [{ kind: 'delete', table: 'kv', key: 'a' }], [kv('a')]);
    state.pruneTombstones(3);
    expect(state.kv.get(key('a'))).not.toBeNull();
  });
});
