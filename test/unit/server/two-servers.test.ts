/** Two servers on one storage, as an engine for several would have it: neither is the only writer. */
import { afterEach, expect, test } from 'vitest';
import { silentLogger } from '../../../src/lib/log.js';
import type { Storage } from '../../../src/model/storage.js';
import { createServer } from '../../../src/server/server.js';
import { memoryStorage } from '../../../src/storage/memory.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import { aServer, type Harness, harness, key, ofService } from './harness.js';

let servers: Harness[] = [];
afterEach(async () => {
  for (const each of servers) await each.server.stop();
});

async function startTwo(change: (storage: Storage) => Partial<Storage> = () => ({})): Promise<readonly [Harness, Harness]> {
  const memory = memoryStorage();
  const storage: Storage = { ...memory, isSoleWriter: false, ...change(memory) };
  servers = [1, 2].map((i) => {
    const clock = new FakeClock();
    const options = {
      storage,
      clock,
      random: Math.random,
      logger: silentLogger,
      datacenter: 'dc1',
      self: { ...aServer, address: `10.0.0.${i}:8300` },
    };
    return harness(createServer(options), clock);
  });
  for (const each of servers) await each.server.start();
  const [one, two] = servers;
  if (!one || !two) throw new TypeError('two servers were started');
  return [one, two];
}

test('what one has written the other reads, and its waiters wake', async () => {
  const [one, two] = await startTwo();
  await one.put('a', '1');
  expect((await two.get('a')).value).toMatchObject({ ModifyIndex: 1 });
  const waiting = two.get('a', { minIndex: 1 });
  await one.put('a', '2');
  expect((await waiting).index).toBe(2);
});

test('of writes that rest on the same, one wins wherever they are decided', async () => {
  const [one, two] = await startTwo();
  await one.put('a', '1');
  const won = await Promise.all([one.put('a', 'x', { cas: 1 }), two.put('a', 'y', { cas: 1 }), one.put('a', 'z', { cas: 1 })]);
  expect(won.filter(Boolean)).toHaveLength(1);
});

test('registrations of one node on both at once are all kept', async () => {
  const [one, two] = await startTwo();
  await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? one : two).register({ service: { ID: `w${i}` } })));
  for (const each of [one, two]) {
    expect((await each.query({ kind: 'catalog.service', ...ofService('web') })).value).toHaveLength(40);
  }
});

test('no lock survives its session, whoever takes and whoever ends', async () => {
  const [one, two] = await startTwo();
  await one.register({});
  const id = await one.session();
  await Promise.allSettled([
    ...Array.from({ length: 5 }, (_, i) => two.put(`l${i}`, '1', { acquire: id })),
    one.write({ kind: 'session.destroy', id }),
    ...Array.from({ length: 5 }, (_, i) => two.put(`m${i}`, '1', { acquire: id })),
  ]);
  const { value } = await one.query({ kind: 'kv.list', prefix: key('') });
  expect(value.filter((entry) => entry.Session !== '')).toEqual([]);
});

test('a read waits for the barrier unless it may be stale; one question serves all that wait', async () => {
  const questions: ((revision: number) => void)[] = [];
  const [one] = await startTwo(() => ({ barrier: () => new Promise((resolve) => questions.push(resolve)) }));
  await one.put('a', '1');
  const reads = Array.from({ length: 5 }, () => one.get('a'));
  await settle();
  const later = [one.get('a'), one.get('a', { consistency: 'consistent' })];
  expect((await one.get('a', { consistency: 'stale' })).index).toBe(1);
  await settle();
  expect(questions).toHaveLength(1);
  questions[0]?.(1);
  expect((await Promise.all(reads)).every((answer) => answer.index === 1)).toBe(true);
  await settle();
  expect(questions).toHaveLength(2);
  questions[1]?.(1);
  await Promise.all(later);
});
