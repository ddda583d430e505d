/** Random writes, decided as the server decides them; after each, every read is held against a full scan and every watch against its answer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Query, QueryKind } from '../../../src/model/query.js';
import type { Write } from '../../../src/model/write.js';
import type { Read } from '../../../src/server/reads/read.js';
import { readOf } from '../../../src/server/reads/reads.js';
import { decide } from '../../../src/server/writes/decide.js';
import { Draft } from '../../../src/server/writes/draft.js';
import { State } from '../../../src/state/state.js';
import { Rows, scan } from './full-scan.js';
import { aCheck, aNode, aServer, aService, key, listArguments, ofService } from './harness.js';

const names = { nodes: ['n1', 'N1', 'n2', 'n3'], services: ['web', 'Web', 'db', 'api'], keys: ['a', 'a/b', 'a/c', 'ab', 'b/', 'b/é', 'c'] };
const ids = ['0c6b1f0e-7a51-4bd5-9ad2-3c6a2a4f0001', '0c6b1f0e-7a51-4bd5-9ad2-3c6a2a4f0002', ''];
const sessionIds = Array.from({ length: 4 }, (_, i) => `1111111${i}-2222-3333-4444-555555555555`);
const surroundings = {
  datacenter: 'dc1',
  self: aServer,
  random: () => 0,
  leaderAddress: () => '',
  peerAddresses: () => [],
  connectEnabled: true,
};

const pick = <T>(...items: readonly T[]) => fc.constantFrom(...items);
const aKey = pick(...names.keys).map(key);
const node = fc.record({
  ID: pick(...ids, '', ''),
  Node: pick(...names.nodes),
  Address: pick('10.0.0.1', '10.0.0.2'),
  Meta: pick(null, { az: 'a' }),
});
const service = fc.record({
  ID: pick('', 'one', 'ONE', 'two'),
  Service: pick(...names.services),
  Tags: pick<readonly string[]>([], ['a'], ['a', 'b']),
  Port: pick(80, 81),
  Address: pick('', '10.0.0.1', '10.0.0.3'),
  Kind: pick('' as const, '' as const, 'connect-proxy' as const),
  Proxy: fc.record({ DestinationServiceName: pick('web', 'db') }),
  Connect: pick({}, { Native: true }),
});
const check = fc.record({
  CheckID: pick('c1', 'C1', 'c2', 'serfHealth'),
  Status: pick('passing', 'critical', 'warning'),
  ServiceID: pick('', '', 'one', 'two', 'web'),
  Output: pick('', 'x'),
});
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ key: aKey, value: pick('', 'MQ==', 'Mg=='), flags: pick('0', '7') }).map((put) => ({ kind: 'kv.put' as const, ...put })),
  fc
    .record({ key: aKey, session: pick(...sessionIds), mode: pick('acquire', 'release') })
    .map(({ key, session, mode }) => ({ kind: 'kv.put' as const, key, value: 'TA==', flags: '0', [mode]: session })),
  aKey.map((key) => ({ kind: 'kv.delete' as const, key })),
  aKey.map((prefix) => ({ kind: 'kv.delete-tree' as const, prefix })),
  fc.record({ node, service: fc.option(service), checks: fc.array(check, { maxLength: 2 }), skipNodeUpdate: fc.boolean() }).map((all) => ({
    kind: 'catalog.register' as const,
    node: aNode(all.node),
    skipNodeUpdate: all.skipNodeUpdate,
    service: all.service && aService(all.service),
    checks: all.checks.map(aCheck),
  })),
  fc
    .record({ node: pick(...names.nodes), serviceId: pick('', '', 'one', 'two', 'web'), checkId: pick('', 'c1', 'c2') })
    .map((gone) => ({ kind: 'catalog.deregister' as const, ...gone })),
  fc
    .record({ Node: pick(...names.nodes), Behavior: pick('release' as const, 'delete' as const), NodeChecks: pick([], ['c1']) })
    .map((made) => ({ kind: 'session.create' as const, session: { Name: '', LockDelay: 0, TTL: '', ServiceChecks: null, ...made } })),
  pick(...sessionIds).map((id) => ({ kind: 'session.destroy' as const, id })),
);

const meta = { ...listArguments, nodeMeta: { az: 'a' } };
const queries: readonly Query[] = [
  ...names.keys.flatMap((name): Query[] => [
    { kind: 'kv.get', key: key(name) },
    { kind: 'kv.list', prefix: key(name) },
    { kind: 'kv.keys', prefix: key(name), separator: key('/') },
  ]),
  { kind: 'kv.list', prefix: key('') },
  { kind: 'catalog.nodes', ...listArguments },
  { kind: 'catalog.nodes', ...meta },
  ...['n1', 'n3', ids[0] ?? '', '0c6b'].map((wanted): Query => ({ kind: 'catalog.node', node: wanted, filter: '' })),
  { kind: 'catalog.services', filter: '', nodeMeta: {} },
  { kind: 'catalog.services', filter: '', nodeMeta: meta.nodeMeta },
  ...['web', 'db', 'api'].flatMap((wanted): Query[] => [
    { kind: 'catalog.service', ...ofService(wanted) },
    { kind: 'catalog.service', ...ofService(wanted, { connect: true }) },
    { kind: 'health.service', passing: false, ...ofService(wanted, { tags: ['A'] }) },
    { kind: 'health.service', passing: false, ...ofService(wanted, { nodeMeta: meta.nodeMeta }) },
    { kind: 'health.checks', service: wanted, ...listArguments },
    { kind: 'health.checks', service: wanted, ...meta },
  ]),
  ...['passing', 'Critical', 'any'].map((state): Query => ({ kind: 'health.state', state, ...listArguments })),
  { kind: 'health.state', state: 'any', ...meta },
  ...['n1', 'n2'].flatMap((wanted): Query[] => [
    { kind: 'health.node', node: wanted, filter: '' },
    { kind: 'session.node', node: wanted },
  ]),
  ...['10.0.0.1', '10.0.0.3'].map((address): Query => ({ kind: 'catalog.address', address })),
  ...sessionIds.map((id): Query => ({ kind: 'session.info', id })),
  { kind: 'session.list' },
];

/** The table pairs each kind with its read; a union of pairs cannot be called otherwise. */
function asked(query: Query): { read: Read<QueryKind>; query: Query<QueryKind> } {
  return { read: readOf(query.kind) as unknown as Read<QueryKind>, query };
}

const plain = (value: unknown) => JSON.stringify(value);
const answerOf = (state: State, query: Query) => plain(asked(query).read.value(state, query, surroundings));
const runs = Number(process.env.RUNS ?? 60);

class Store {
  readonly rows = new Rows();
  readonly state = new State();
  private sessions = 0;

  /** Refused writes change nothing. */
  attempt(write: Write): void {
    const draft = new Draft(this.state, 0);
    const newId = sessionIds[this.sessions % sessionIds.length] ?? '';
    if (write.kind === 'session.create') {
      this.sessions++;
      if (this.state.sessions.get(newId)) return;
    }
    try {
      decide(draft, write, { datacenter: 'dc1', newId, sessionTtlMinMs: 10_000, connectEnabled: true, now: 0 });
    } catch {
      return;
    }
    const committed = this.rows.commit(draft.transaction());
    if (committed) this.state.apply(committed);
  }
}

describe('after any writes', () => {
  test('every indexed read answers what a full scan finds', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const store = new Store();
        for (const each of writes) store.attempt(each);
        for (const query of queries)
          expect(answerOf(store.state, query), plain(query)).toBe(plain(ordered(scan(store.rows, query), store.state, query)));
        for (const id of sessionIds) {
          const held = store.rows.kv().filter((entry) => entry.Session === id);
          expect([...store.state.kv.heldBy(id)].sort()).toEqual(held.map((entry) => entry.Key));
        }
      }),
      { numRuns: runs },
    );
  });

  test('whoever waits is woken when the answer changed, and only when something of it did', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        const store = new Store();
        for (const each of writes) {
          const waiting = queries.map((query) => {
            const topics = asked(query).read.touched(store.state, query);
            const seen = { value: answerOf(store.state, query), version: asked(query).read.version(store.state, query) };
            const waiter = { woken: 0, wake: () => waiter.woken++ };
            store.state.watch(topics, waiter);
            return { query, topics, waiter, ...seen };
          });
          store.attempt(each);
          for (const { query, topics, waiter, value, version } of waiting) {
            store.state.unwatch(topics, waiter);
            const after = asked(query).read.version(store.state, query);
            const text = `${plain(query)} after ${plain(each)}`;
            expect(waiter.woken, text).toBeLessThanOrEqual(1);
            if (answerOf(store.state, query) !== value) expect([waiter.woken, after !== version], text).toEqual([1, true]);
            if (waiter.woken > 0) expect(after, text).not.toBe(version);
          }
        }
      }),
      { numRuns: runs },
    );
  });

  test('an index is at least the revision at which the answer last changed, also when deletions were forgotten and after a load', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(write, fc.boolean()), { maxLength: 30 }), (steps) => {
        const store = new Store();
        const changed = new Map<Query, number>();
        for (const [each, prunes] of steps) {
          const before = queries.map((query) => answerOf(store.state, query));
          store.attempt(each);
          queries.forEach((query, position) => {
            if (answerOf(store.state, query) !== before[position]) changed.set(query, store.state.revision);
          });
          if (prunes) store.state.pruneTombstones(store.state.revision);
          checkIndexes(store.state, changed);
        }
        const loaded = new State();
        loaded.startLoad();
        for (const batch of store.rows.all()) loaded.load(batch);
        loaded.endLoad(store.rows.revision);
        for (const query of queries) expect(answerOf(loaded, query)).toBe(answerOf(store.state, query));
        checkIndexes(loaded, changed);
      }),
      { numRuns: runs },
    );
  });

  test('a prefix answers its newest change or deletion', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const store = new Store();
        for (const each of writes) store.attempt(each);
        for (const name of names.keys) {
          const changes = store.rows.kv().filter((entry) => entry.Key.startsWith(key(name)));
          const gone = store.rows.deletions.filter((deletion) => deletion.key.startsWith(key(name)));
          const newest = Math.max(-1, ...changes.map((entry) => entry.ModifyIndex), ...gone.map((deletion) => deletion.revision));
          expect(store.state.kv.indexBelow(key(name))).toBe(newest);
        }
      }),
      { numRuns: runs },
    );
  });
});

function checkIndexes(state: State, changed: ReadonlyMap<Query, number>): void {
  for (const [query, revision] of changed) {
    const { read } = asked(query);
    // A node that is not there answers 1, and a connect list the index of the service alone: whoever blocks is shown the version.
    const index = Math.max(read.index(state, query), read.version(state, query));
    if (query.kind === 'kv.get' && read.value(state, query, surroundings) !== null) continue; // A load may not lower it, nor raise it.
    expect(index, plain(query)).toBeGreaterThanOrEqual(revision);
  }
}

/** The order of members is not the scan's business. */
function ordered(value: unknown, state: State, query: Query): unknown {
  const actual: unknown = asked(query).read.value(state, query, surroundings);
  expect(actual).toEqual(value);
  return actual;
}
