import { expect, test } from 'vitest';
import { StopStack } from '../../../src/lib/stop-stack.js';

test('parts are stopped in the reverse order, once, and a failing one stops nobody', async () => {
  const events: string[] = [];
  const stack = new StopStack((name, error) => events.push(`${name} failed: ${String(error)}`));
  stack.push('first', () => void events.push('first'));
  stack.push('second', async () => {
    await Promise.resolve();
    throw new Error('no');
  });
  stack.push('third', async () => {
    await Promise.resolve();
    events.push('third');
  });
  await Promise.all([stack.stop(), stack.stop()]);
  expect(events).toEqual(['third', 'second failed: Error: no', 'first']);
});
