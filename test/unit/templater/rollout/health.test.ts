import { expect, test } from 'vitest';
import { ConnectionError } from '../../../../src/client/errors.js';
import type { CheckRecord } from '../../../../src/model/records.js';
import { type HealthOptions, healthOf, untilHealthy } from '../../../../templater/rollout/health.js';
import { rolloutSettings } from '../../../../templater/rollout/settings.js';
import { FakeClock } from '../../../support/fake-clock.js';

const check = (given: Partial<CheckRecord>): CheckRecord => ({
  Node: 'web-1',
  CheckID: 'web-http',
  Name: '',
  Status: 'passing',
  Notes: '',
  Output: '',
  ServiceID: 'web-80',
  ServiceName: 'web',
  ServiceTags: [],
  Type: '',
  Interval: '',
  Timeout: '',
  ExposedPort: 0,
  Definition: {},
  CreateIndex: 1,
  ModifyIndex: 1,
  ...given,
});
const targets = (...texts: readonly string[]) =>
  rolloutSettings({ lock: 'a', limit: undefined, waitHealthy: texts, timeoutMs: undefined }).waitHealthy;

test.each([
  { name: 'a service whose checks pass', targets: ['service:web'], checks: [check({})], fault: '' },
  {
    name: 'a service with a check that does not',
    targets: ['service:web'],
    checks: [check({}), check({ CheckID: 'web-tcp', Status: 'critical', Output: 'refused\nmore' })],
    fault: 'check "web-tcp" is critical (refused)',
  },
  {
    name: 'a warning is not passing',
    targets: ['check:web-http'],
    checks: [check({ Status: 'warning' })],
    fault: 'check "web-http" is warning',
  },
  { name: 'a service without checks', targets: ['service:db'], checks: [], fault: '' },
  { name: 'a service that is not there', targets: ['service:mail'], checks: [check({})], fault: 'service:mail is not known to the agent' },
  { name: 'a check that is not there', targets: ['check:disk'], checks: [check({})], fault: 'check:disk is not known to the agent' },
  { name: 'the node has no checks', targets: ['node'], checks: [check({ Status: 'critical' })], fault: '' },
  {
    name: 'the node is in maintenance',
    targets: ['node'],
    checks: [check({ CheckID: '_node_maintenance', ServiceID: '', ServiceName: '', Status: 'critical' })],
    fault: 'check "_node_maintenance" is critical',
  },
])('health: $name', ({ targets: texts, checks, fault }) => {
  expect(healthOf(targets(...texts), { checks, services: ['web', 'db'] }).fault).toBe(fault);
});

test('the slowest check tells how long it takes to be sure', () => {
  const checks = [check({ Interval: '10s', Timeout: '2s' }), check({ CheckID: 'b', Interval: '5s' })];
  expect(healthOf(targets('service:web'), { checks, services: ['web'] }).slowestMs).toBe(12_000);
});

/** Health over time: what the agent says from each second on. */
async function watched(timeline: Readonly<Record<number, CheckRecord | 'silent'>>, timeoutMs: number) {
  const clock = new FakeClock();
  const begunAt = clock.now();
  const said: string[] = [];
  const now = () => {
    const seconds = Object.keys(timeline).map(Number);
    const current = timeline[Math.max(...seconds.filter((second) => second * 1000 <= clock.now() - begunAt))];
    if (current === undefined || current === 'silent') throw new ConnectionError('Get "http://127.0.0.1:8500/v1/agent/checks": EOF');
    return new Map([[current.CheckID, current]]);
  };
  const agent = { checks: async () => now(), services: async () => new Map() } as unknown as HealthOptions['client']['agent'];
  const options: HealthOptions = { client: { agent }, clock, signal: new AbortController().signal, say: (text) => said.push(text) };
  let end: string | undefined;
  void untilHealthy({ waitHealthy: targets('check:web-http'), timeoutMs }, options).then((fault) => {
    end = fault;
  });
  while (end === undefined && clock.now() - begunAt < 600_000) await clock.advance(250);
  return { end, afterMs: clock.now() - begunAt, said };
}

test('passing for a second is enough without an interval', async () => {
  const { end, afterMs } = await watched({ 0: check({}) }, 60_000);
  expect(end).toBe('');
  expect(afterMs).toBeLessThanOrEqual(1_500);
});

test('a check that passed before the reload has to run again first', async () => {
  const slow = { Interval: '10s', Timeout: '1s' };
  const { end } = await watched({ 0: check(slow), 9: check({ ...slow, Status: 'critical', Output: 'HTTP 500' }) }, 60_000);
  expect(end).toBe('not healthy within 60 s: check "web-http" is critical (HTTP 500)');
});

test('healthy in the end is healthy', async () => {
  const { end, afterMs, said } = await watched({ 0: check({ Status: 'critical' }), 20: check({}) }, 60_000);
  expect(end).toBe('');
  expect(afterMs).toBeGreaterThan(20_000);
  expect(said[0]).toBe('not healthy: check "web-http" is critical');
});

test('while the agent does not answer, nothing is decided', async () => {
  const { end, afterMs, said } = await watched({ 0: check({ Status: 'critical' }), 2: 'silent', 100: check({}) }, 10_000);
  expect(end).toBe('');
  expect(afterMs).toBeGreaterThan(100_000);
  expect(said).toContain(
    'cannot see whether this machine is healthy, the files stay as they are: http://127.0.0.1:8500 does not answer: EOF',
  );
});
