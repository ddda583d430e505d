import { expect, test } from 'vitest';
import { Deadlines } from '../../../src/lib/deadlines.js';
import { FakeClock } from '../../support/fake-clock.js';

function timer(clock: FakeClock) {
  const start = clock.now();
  const expired: number[] = [];
  return { expired, expire: () => expired.push(clock.now() - start) };
}

test.each([{ waitMs: 1 }, { waitMs: 320 }, { waitMs: 1000 }, { waitMs: 20_000 }, { waitMs: 300_001 }])(
  'a wait of $waitMs ms is not cut short and lasts at most a 64th longer',
  async ({ waitMs }) => {
    const clock = new FakeClock(1_700_000_000_123);
    const deadline = timer(clock);
    new Deadlines(clock).add(deadline, waitMs);
    await clock.advance(waitMs * 1.1 + 2);
    expect(deadline.expired).toHaveLength(1);
    expect(deadline.expired[0]).toBeGreaterThanOrEqual(waitMs);
    expect(deadline.expired[0]).toBeLessThanOrEqual(waitMs + Math.max(1, waitMs / 64));
  },
);

test('one that is taken back never expires, and the last one takes the timer along', async () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock);
  const [one, two] = [timer(clock), timer(clock)];
  const at = deadlines.add(one, 1000);
  expect(deadlines.add(two, 1000)).toBe(at);
  expect(clock.pending).toBe(1);
  deadlines.remove(one, at);
  expect(clock.pending).toBe(1);
  deadlines.remove(two, at);
  deadlines.remove(two, at);
  expect(clock.pending).toBe(0);
  await clock.advance(5000);
  expect([one.expired, two.expired]).toEqual([[], []]);
});
