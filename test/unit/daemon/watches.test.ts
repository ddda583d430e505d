import { expect, test } from 'vitest';
import { planWatches } from '../../../src/daemon/watches.js';

const nodes = { type: 'nodes', args: ['true'] };

test('equal definitions are a watch each, and are recognised again at a reload', () => {
  const first = planWatches([nodes, nodes, { ...nodes, type: 'services' }], { hasHttp: true });
  expect(first.size).toBe(3);
  const again = planWatches([nodes], { hasHttp: true });
  expect([...again.keys()].every((text) => first.has(text))).toBe(true);
});

test('watches ask the agent itself, so it has to answer somewhere', () => {
  expect(() => planWatches([nodes], { hasHttp: false })).toThrow('watch plans require an HTTP or HTTPS endpoint');
  expect(planWatches([], { hasHttp: false }).size).toBe(0);
});

test('one bad definition refuses them all', () => {
  expect(() => planWatches([nodes, { type: 'nope', args: ['true'] }], { hasHttp: true })).toThrow('Unsupported watch type: nope');
});
