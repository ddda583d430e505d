import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/lib/clock.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([1, 1000, 3_600_000 * 1000])('a delay of %d ms is that long, whatever a timer can count', async (delayMs) => {
  let fired = 0;
  systemClock.after(delayMs, () => {
    fired += 1;
  });
  await vi.advanceTimersByTimeAsync(delayMs - 1);
  expect(fired).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(fired).toBe(1);
});

test('a long delay is cancelled at any time', async () => {
  let fired = 0;
  const cancel = systemClock.after(2 ** 32, () => {
    fired += 1;
  });
  await vi.advanceTimersByTimeAsync(2 ** 31 + 5);
  cancel();
  await vi.advanceTimersByTimeAsync(2 ** 32);
  expect(fired).toBe(0);
});
