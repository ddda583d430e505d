import { expect, test } from 'vitest';
import { lockKey, rolloutSettings, shownTarget } from '../../../../templater/rollout/settings.js';

const table = { lock: 'rollout/nginx', limit: undefined, waitHealthy: undefined, timeoutMs: undefined };

test('defaults: one at a time, two minutes, no health asked for', () => {
  expect(rolloutSettings(table)).toEqual({ lock: 'rollout/nginx', limit: 1, waitHealthy: [], timeoutMs: 120_000 });
});

test('targets are read and shown alike', () => {
  const { waitHealthy } = rolloutSettings({ ...table, waitHealthy: ['service:web', 'check:a:b', 'node'] });
  expect(waitHealthy).toEqual([{ kind: 'service', name: 'web' }, { kind: 'check', id: 'a:b' }, { kind: 'node' }]);
  expect(waitHealthy.map(shownTarget)).toEqual(['service:web', 'check:a:b', 'node']);
});

test('slashes around a lock mean nothing', () => {
  expect(lockKey('/rollout/nginx/')).toBe('rollout/nginx');
});

test.each([
  { name: 'a lock without a name', given: { ...table, lock: '/' }, message: 'it must name a key, such as "rollout/nginx"' },
  { name: 'no lock', given: { ...table, lock: undefined }, message: 'it must name a key, such as "rollout/nginx"' },
  { name: 'nobody at once', given: { ...table, limit: 0 }, message: 'it must be a whole number of at least 1, it is 0' },
  { name: 'no time', given: { ...table, timeoutMs: 0 }, message: 'it must be longer than nothing' },
  {
    name: 'an unknown target',
    given: { ...table, waitHealthy: ['web'] },
    message: '"web" is none of "service:NAME", "check:ID" and "node"',
  },
])('refused: $name', ({ given, message }) => {
  expect(() => rolloutSettings(given)).toThrow(message);
});
