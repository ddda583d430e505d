/** Random writes, decided as the server decides them; after each, every read is held against a full scan. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Query } from '../../../src/model/query.js';
import { State } from '../../../src/state/state.js';
import { scan } from './full-scan.js';
import { key } from './harness.js';
import { answerOf, asked, names, plain, queries, runs, Store, sessionIds, surroundings, write } from './random-writes.js';

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
