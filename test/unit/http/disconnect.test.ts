/**
 * Clients that go away while they wait, against a real server behind the door: waiters, timers and memory are what they were before.
 * Ten thousand waiting queries at a time, most of them in rows on shared connections, twenty times.
 */
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/lib/clock.js';
import { silentLogger } from '../../../src/lib/log.js';
import { keyFromText } from '../../../src/model/kv-key.js';
import type { Blocking } from '../../../src/server/blocking.js';
import { createServer } from '../../../src/server/server.js';
import { memoryStorage } from '../../../src/storage/memory.js';
import { startFake } from './fake-agent.js';

const rounds = 20;
const perRound = 10_000;
const alonePerRound = 1000;
const perRow = 10;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Counts what has been asked to happen later and has not happened yet. */
function countingClock(): Clock & { pending: number } {
  const clock = {
    pending: 0,
    now: () => systemClock.now(),
    after: (delayMs: number, task: () => void) => {
      clock.pending += 1;
      let over = false;
      const end = () => {
        if (!over) clock.pending -= 1;
        over = true;
      };
      const cancel = systemClock.after(delayMs, () => {
        end();
        task();
      });
      return () => {
        end();
        cancel();
      };
    },
  };
  return clock;
}

test('clients that drop their waiting queries leave nothing behind', { timeout: 240_000 }, async () => {
  const clock = countingClock();
  const options = {
    storage: memoryStorage(),
    clock,
    random: Math.random,
    logger: silentLogger,
    datacenter: 'dc1',
    self: { id: 'server-id', name: 's1', address: '10.0.0.1:8300', version: '0.1.0', startedAtMs: 0 },
  };
  const server = createServer(options);
  await server.start();
  const { blocked } = (server as unknown as { readonly blocking: Blocking }).blocking;
  const fake = await startFake({ connectionsPerClientMax: 0 }, silentLogger, server.backend);
  const { port } = new URL(fake.base);
  const write = { kind: 'kv.put' as const, key: keyFromText('c'), value: '', flags: '0' };
  await server.backend.write(write, { token: '', datacenter: '' });
  const timers = clock.pending;
  const heap: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const sockets = openWaiting(Number(port), round);
    await expect.poll(() => blocked.size, { timeout: 60_000 }).toBe(perRound);
    for (const socket of sockets) socket.resetAndDestroy(); // without a goodbye, and without a port that stays taken
    await expect.poll(() => blocked.size, { timeout: 60_000 }).toBe(0);
    expect(clock.pending).toBe(timers);
    collectGarbage();
    heap.push(process.memoryUsage().heapUsed);
  }
  const [early = 0, late = 0] = [heap[4], heap[rounds - 1]];
  expect(late - early).toBeLessThan(4 * 1024 * 1024);
  await fake.server.stop();
  await server.stop();
});

/** Keys, prefixes, services and nodes. */
function openWaiting(port: number, round: number): readonly Socket[] {
  const targets = ['/v1/kv/a?index=1', '/v1/kv/b?recurse&index=1', '/v1/health/service/web?index=1', '/v1/catalog/nodes?index=1'];
  const ask = (i: number) => `GET ${targets[i % targets.length]}&wait=5m&n=${round} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const open = (count: number) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}); // we cut it ourselves
    socket.write(Array.from({ length: count }, (_, i) => ask(i)).join(''));
    return socket;
  };
  const alone = Array.from({ length: alonePerRound }, () => open(1));
  const inRows = Array.from({ length: (perRound - alonePerRound) / perRow }, () => open(perRow));
  return [...alone, ...inRows];
}
