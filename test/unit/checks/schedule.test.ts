import { describe, expect, test } from 'vitest';
import { startPeriodicCheck } from '../../../src/checks/periodic.js';
import type { Probe, ProbeResult } from '../../../src/checks/probe.js';
import { Thresholds } from '../../../src/checks/thresholds.js';
import { startTtlCheck } from '../../../src/checks/ttl.js';
import { type Logger, silentLogger } from '../../../src/lib/log.js';
import type { CheckStatus } from '../../../src/model/records.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

function periodic({ random = 0.5, success = 0, failures = 0, log = silentLogger as Logger } = {}) {
  const clock = new FakeClock();
  const reports: string[] = [];
  const runs: { at: number; signal: AbortSignal; finish(result: ProbeResult): Promise<void>; fail(error: Error): Promise<void> }[] = [];
  const start = clock.now();
  const probe: Probe = {
    run: (signal) =>
      new Promise((resolve, reject) => {
        const settled = (how: () => void) => {
          how();
          return settle();
        };
        runs.push({
          at: clock.now() - start,
          signal,
          finish: (result) => settled(() => resolve(result)),
          fail: (error) => settled(() => reject(error)),
        });
      }),
  };
  const thresholds = new Thresholds({ checkId: 'c', successBeforePassing: success, failuresBeforeCritical: failures, log });
  const report = (status: CheckStatus, output: string) => reports.push(`${status} ${output}`.trim());
  const check = startPeriodicCheck({ checkId: 'c', probe, intervalMs: 10_000, thresholds, report, clock, random: () => random, log });
  const last = () => runs.at(-1) ?? expect.fail('no run yet');
  return { clock, reports, runs, check, last };
}

const passing = { status: 'passing', output: '' } as const;
const critical = { status: 'critical', output: 'bad' } as const;

describe('a check at an interval', () => {
  test.each([
    [0.0001, 1],
    [0.5, 5000],
    [0.999, 9990],
  ])('with chance %d runs first after %d ms', async (random, at) => {
    const { clock, runs } = periodic({ random });
    await clock.advance(at - 1);
    expect(runs).toHaveLength(0);
    await clock.advance(1);
    expect(runs).toHaveLength(1);
  });

  test('counts the interval from the end of a run, and never runs twice at once', async () => {
    const { clock, runs, last } = periodic();
    await clock.advance(60_000);
    expect(runs.map(({ at }) => at)).toEqual([5000]);
    await last().finish(passing);
    await clock.advance(9_999);
    expect(runs).toHaveLength(1);
    await clock.advance(1);
    expect(runs.map(({ at }) => at)).toEqual([5000, 70_000]);
  });

  test('stopped says nothing more and lets go of the run', async () => {
    const { clock, check, reports, last } = periodic();
    await clock.advance(5000);
    check.stop();
    check.stop();
    expect(last().signal.aborted).toBe(true);
    await last().finish(passing);
    await clock.advance(60_000);
    expect(reports).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('whose probe breaks is critical and goes on', async () => {
    const { clock, reports, runs, last } = periodic();
    await clock.advance(5000);
    await last().fail(new TypeError('oops'));
    await clock.advance(10_000);
    expect(reports).toEqual(['critical oops']);
    expect(runs).toHaveLength(2);
  });
});

describe('thresholds', () => {
  async function run(settings: { success?: number; failures?: number; log?: Logger }, results: readonly ProbeResult[]) {
    const check = periodic(settings);
    await check.clock.advance(5000);
    for (const result of results) {
      await check.last().finish(result);
      await check.clock.advance(10_000);
    }
    return check.reports.map((line) => line.split(' ')[0]);
  }

  test.each([
    {
      name: 'without any every result counts',
      settings: {},
      results: [passing, critical, passing],
      reports: ['passing', 'critical', 'passing'],
    },
    {
      name: 'the first result counts at once, later successes need their number',
      settings: { success: 3 },
      results: [passing, critical, passing, passing, passing],
      reports: ['passing', 'critical', 'passing'],
    },
    {
      name: 'failures need their number in a row',
      settings: { failures: 3 },
      results: [passing, critical, critical, passing, critical, critical, critical],
      reports: ['passing', 'passing', 'critical'],
    },
    { name: 'a first failure counts at once', settings: { failures: 3 }, results: [critical], reports: ['critical'] },
    {
      name: 'a warning is a success',
      settings: { success: 2 },
      results: [critical, { status: 'warning', output: '' } as const, passing],
      reports: ['critical', 'passing'],
    },
    {
      name: 'what could not be run counts at once',
      settings: { failures: 9 },
      results: [passing, { ...critical, isFinal: true }],
      reports: ['passing', 'critical'],
    },
  ])('$name', async ({ settings, results, reports }) => {
    expect(await run(settings, results)).toEqual(reports);
  });

  test('say in the log what happens', async () => {
    const lines: string[] = [];
    const log: Logger = { log: (level, text, fields) => lines.push(`${level} ${text} ${JSON.stringify(fields)}`), named: () => log };
    await run({ success: 2, failures: 2, log }, [passing, critical, critical, passing]);
    expect(lines).toEqual([
      'debug Check status updated {"check":"c","status":"passing"}',
      'warn Check failed but has not reached failure threshold {"check":"c","status":"critical","failure_count":1,"failure_threshold":2}',
      'warn Check is now critical {"check":"c"}',
      'warn Check passed but has not reached success threshold {"check":"c","status":"passing","success_count":1,"success_threshold":2}',
    ]);
  });
});

describe('a check with a TTL', () => {
  function ttl(outputBytesMax = 4096) {
    const clock = new FakeClock();
    const reports: string[] = [];
    const report = (status: CheckStatus, output: string) => reports.push(`${status} ${output}`.trim());
    return { clock, reports, check: startTtlCheck({ checkId: 'c', ttlMs: 1000, outputBytesMax, report, clock, log: silentLogger }) };
  }

  test('turns critical when nothing is told, once', async () => {
    const { clock, reports } = ttl();
    await clock.advance(999);
    expect(reports).toEqual([]);
    await clock.advance(60_000);
    expect(reports).toEqual(['critical TTL expired']);
  });

  test('repeats the last words', async () => {
    const { clock, reports, check } = ttl();
    check.update('warning', 'hm');
    await clock.advance(1000);
    check.update('passing', '');
    await clock.advance(1000);
    expect(reports).toEqual([
      'warning hm',
      'critical TTL expired (last output before timeout follows): hm',
      'passing',
      'critical TTL expired',
    ]);
  });

  test('is put off by updates and rests when stopped', async () => {
    const { clock, reports, check } = ttl();
    for (let i = 0; i < 5; i += 1) {
      await clock.advance(900);
      check.update('passing', '');
    }
    check.stop();
    await clock.advance(5000);
    expect(reports).toEqual(Array(5).fill('passing'));
  });

  test('keeps the first bytes of a long text', () => {
    const { reports, check } = ttl(5);
    check.update('passing', 'äbcdefgh');
    expect(reports).toEqual(['passing äbcd ... (captured 5 of 9 bytes)']);
  });
});
