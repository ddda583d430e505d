import { expect, test } from 'vitest';
import { giveMemoryBack } from '../../../src/daemon/memory.js';
import { type Heap, systemHeap } from '../../../src/lib/heap.js';
import { silentLogger } from '../../../src/lib/log.js';
import { FakeClock } from '../../support/fake-clock.js';

const mib = 1024 * 1024;

/** Collecting leaves `alive`. */
function fakeHeap() {
  const heap = { old: 12, alive: 10, busy: 0, collected: 0, fails: false };
  const face: Heap = {
    size: () => ({ oldBytes: heap.old * mib, usedBytes: heap.alive * mib }),
    busyShare: () => heap.busy,
    collect: async () => {
      heap.collected++;
      if (heap.fails) throw new Error('no inspector');
      heap.old = heap.alive;
    },
  };
  return { heap, face };
}

function started() {
  const clock = new FakeClock();
  const { heap, face } = fakeHeap();
  const stop = giveMemoryBack({ heap: face, clock, logger: silentLogger });
  return { clock, heap, stop };
}

test('an agent without data has nothing to give back', async () => {
  const { clock, heap } = started();
  await clock.advance(60_000);
  expect(heap.collected).toBe(0);
});

test('after a burst, once there is nothing to do, and once for each burst', async () => {
  const { clock, heap } = started();
  Object.assign(heap, { old: 120, alive: 50, busy: 0.9 });
  await clock.advance(10_000);
  expect(heap.collected).toBe(0);
  heap.busy = 0.1;
  await clock.advance(500);
  expect([heap.collected, heap.old]).toEqual([1, 50]);
  await clock.advance(60_000);
  heap.old = 60;
  await clock.advance(60_000);
  expect(heap.collected).toBe(1);
  heap.old = 70;
  await clock.advance(1000);
  expect(heap.collected).toBe(2);
});

test('a heap that would make everybody wait long is left to V8', async () => {
  const { clock, heap } = started();
  Object.assign(heap, { old: 900, alive: 400 });
  await clock.advance(60_000);
  expect(heap.collected).toBe(0);
});

test('where nothing can be collected it is tried once', async () => {
  const { clock, heap } = started();
  Object.assign(heap, { old: 200, alive: 50, fails: true });
  await clock.advance(60_000);
  expect([heap.collected, clock.pending]).toEqual([1, 0]);
});

test('stopped, it looks no more', async () => {
  const { clock, stop } = started();
  stop();
  expect(clock.pending).toBe(0);
});

test('the heap of this process gets smaller by what nobody needs', async () => {
  const heap = systemHeap();
  let kept: unknown[] = Array.from({ length: 300_000 }, (_, i) => ({ i, text: `text ${i}` }));
  await heap.collect();
  const { oldBytes } = heap.size();
  expect(kept.length).toBe(300_000);
  kept = [];
  await heap.collect();
  expect(heap.size().oldBytes).toBeLessThan(oldBytes - 10 * mib);
  expect(heap.busyShare()).toBeGreaterThan(0);
});
