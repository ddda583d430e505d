/** Random writes of every kind while every read that can wait is waited for: who is woken, and what those who ask again and again end with. */
import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemRandom } from '../../../src/lib/random.js';
import type { Query } from '../../../src/model/query.js';
import { Answers } from '../../../src/server/answers.js';
import { Blocking } from '../../../src/server/blocking.js';
import { trustDomainKey } from '../../../src/server/connect.js';
import { State } from '../../../src/state/state.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { defaults } from './harness.js';
import { answerOf, anyWrite, asked, plain, runs, Store, surroundings, waitingQueries } from './random-writes.js';

test('every kind of read that can wait is among those that are tried', () => {
  const answers = new Answers(surroundings) as unknown as { readonly values: Readonly<Record<Query['kind'], unknown>> };
  const tried = new Set(waitingQueries.map(({ kind }) => kind));
  const untried = Object.keys(answers.values).filter((kind) => !tried.has(kind as Query['kind']));
  expect(untried.filter((kind) => canWait(kind as Query['kind']))).toEqual([]);
});

/** Discovery chains ask for the name of the cluster. */
function prepared(): Store {
  const store = new Store();
  const record = { ID: 'a' };
  const committed = store.rows.commit({ expect: [], changes: [{ kind: 'put', table: 'meta', key: trustDomainKey, record }] });
  if (committed) store.state.apply(committed);
  return store;
}

/** Reads that do not wait touch nothing, whatever they are asked. */
function canWait(kind: Query['kind']): boolean {
  const anything = new Proxy({ kind }, { get: (query, name) => Reflect.get(query, name) ?? 'x' }) as unknown as Query;
  const { read, query } = asked(anything);
  return read.touched(new State(), query).length > 0;
}

test('whoever waits is woken when the answer changed, and only when something of it did', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(anyWrite, { maxLength: 30 }), (writes) => {
      const store = prepared();
      for (const each of writes) {
        const waiting = waitingQueries.map((query) => {
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

/** Asks again with the index of each answer, as clients do; `last` is what it knows. */
class Client {
  last = '';
  private readonly blocking: Blocking;
  private readonly query: Query;
  private readonly signal: AbortSignal;

  constructor(blocking: Blocking, query: Query, signal: AbortSignal) {
    this.blocking = blocking;
    this.query = query;
    this.signal = signal;
  }

  async follow(): Promise<void> {
    for (let minIndex = 0; !this.signal.aborted; ) {
      const { query } = asked(this.query);
      const answer = await this.blocking.query(query.kind, query, { ...defaults(), minIndex, signal: this.signal });
      this.last = plain(answer.value);
      minIndex = answer.index;
    }
  }
}

test('whoever asks again with the index of the last answer ends with the last state', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyWrite, fc.boolean()), { maxLength: 20 }), async (steps) => {
      const store = prepared();
      const contact = { current: true, lastContactMs: () => 0 };
      const answers = new Answers(surroundings);
      const blocking = new Blocking({ state: store.state, answers, clock: new FakeClock(), random: systemRandom, contact });
      const stop = new AbortController();
      setMaxListeners(0, stop.signal);
      const clients = waitingQueries.map((query) => new Client(blocking, query, stop.signal));
      const ended = clients.map((client) => client.follow().catch(() => {})); // let go at the end
      for (const [each, lets] of steps) {
        store.attempt(each);
        if (lets) await settle();
      }
      await settle();
      waitingQueries.forEach((query, position) => {
        expect(clients[position]?.last, plain(query)).toBe(answerOf(store.state, query));
      });
      stop.abort();
      await Promise.all(ended);
      expect(blocking.blocked.size).toBe(0);
    }),
    { numRuns: runs },
  );
});
