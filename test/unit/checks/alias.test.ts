import { describe, expect, test } from 'vitest';
import { type AliasedChecks, type AliasSource, startAliasCheck, worstOf } from '../../../src/checks/alias.js';
import { silentLogger } from '../../../src/lib/log.js';
import type { CheckStatus } from '../../../src/model/records.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const check = (Name: string, Status: CheckStatus, Output = '') => ({ CheckID: Name, Name, Status, Output });
const aliased = (...checks: AliasedChecks['checks']): AliasedChecks => ({ serviceExists: true, checks });

describe('the worst of what is followed', () => {
  test.each([
    { name: 'no checks', of: aliased(), is: 'passing No checks found.' },
    { name: 'all passing', of: aliased(check('a', 'passing')), is: 'passing All checks passing.' },
    { name: 'a warning', of: aliased(check('a', 'passing'), check('b', 'warning', 'w')), is: 'warning Aliased check "b" failing: w' },
    {
      name: 'critical beats warning',
      of: aliased(check('a', 'warning'), check('b', 'critical', 'f')),
      is: 'critical Aliased check "b" failing: f',
    },
    { name: 'no such service', of: { serviceExists: false, checks: [] }, is: 'critical Service s could not be found on node n' },
    { name: 'no such node', of: null, is: 'critical Service s could not be found on node n' },
  ])('$name', ({ of, is }) => {
    const { status, output } = worstOf({ node: 'n', serviceId: 's' }, of);
    expect(`${status} ${output}`).toBe(is);
  });

  test('a node without a service', () => {
    expect(worstOf({ node: 'n', serviceId: '' }, null)).toEqual({ status: 'critical', output: 'Node n could not be found' });
    expect(worstOf({ node: 'n', serviceId: '' }, { serviceExists: false, checks: [] }).status).toBe('passing');
  });
});

function start(source: Partial<AliasSource>, node = '') {
  const clock = new FakeClock();
  const reports: string[] = [];
  const running = startAliasCheck({
    checkId: 'me',
    node,
    serviceId: 's',
    source: { local: () => aliased(), onLocalChange: () => () => {}, remote: () => Promise.reject(new Error('not asked')), ...source },
    outputBytesMax: 60,
    report: (status, output) => reports.push(`${status} ${output}`),
    clock,
    random: () => 0.5,
    log: silentLogger,
  });
  return { clock, reports, running };
}

describe('an alias of this agent', () => {
  test('follows changes at once and looks again every minute', async () => {
    let now = aliased(check('a', 'passing'));
    let changed = () => {};
    let listeners = 0;
    const { clock, reports, running } = start({
      local: () => now,
      onLocalChange(task) {
        changed = task;
        listeners += 1;
        return () => {
          listeners -= 1;
        };
      },
    });
    await clock.advance(0);
    now = aliased(check('a', 'critical', 'x'));
    changed();
    changed();
    expect(reports).toHaveLength(1);
    await clock.advance(0);
    now = aliased(check('a', 'critical', 'y'));
    await clock.advance(60_000);
    expect(reports).toEqual([
      'passing All checks passing.',
      'critical Aliased check "a" failing: x',
      'critical Aliased check "a" failing: y',
    ]);
    running.stop();
    expect([listeners, clock.pending]).toEqual([0, 0]);
  });

  test('does not follow itself', async () => {
    const asked: string[] = [];
    const { clock } = start({
      local(serviceId, without) {
        asked.push(`${serviceId} ${without}`);
        return aliased();
      },
    });
    await clock.advance(0);
    expect(asked).toEqual(['s me']);
  });

  test('keeps its text within the limit, so that two that follow each other cannot grow', async () => {
    const { clock, reports } = start({ local: () => aliased(check('a', 'critical', 'x'.repeat(100))) });
    await clock.advance(0);
    expect(reports[0]).toMatch(/^critical Aliased check "a" failing: x+ \.\.\. \(captured 60 of 127 bytes\)$/);
  });
});

describe('an alias of another node', () => {
  test('waits for the catalog to move, and begins anew when its index goes back', async () => {
    const asked: number[] = [];
    const answers: ((answer: { index: number; aliased: AliasedChecks | null }) => void)[] = [];
    const { reports, running } = start(
      {
        remote: (_target, index) => {
          asked.push(index);
          return new Promise((resolve) => answers.push(resolve));
        },
      },
      'far',
    );
    answers[0]?.({ index: 7, aliased: aliased(check('a', 'passing')) });
    await settle();
    answers[1]?.({ index: 5, aliased: aliased(check('a', 'warning', 'w')) });
    await settle();
    expect(asked).toEqual([0, 7, 0]);
    expect(reports).toEqual(['passing All checks passing.', 'warning Aliased check "a" failing: w']);
    running.stop();
    answers[2]?.({ index: 9, aliased: aliased() });
    await settle();
    expect(reports).toHaveLength(2);
  });

  test('survives a missing node and a catalog that fails, without haste', async () => {
    let asked = 0;
    const { clock, reports, running } = start(
      {
        async remote() {
          asked += 1;
          if (asked === 1) return { index: 4, aliased: null };
          throw new Error('No cluster leader');
        },
      },
      'far',
    );
    await clock.advance(0);
    await clock.advance(999);
    expect(asked).toBe(1);
    await clock.advance(1);
    expect(reports).toEqual([
      'critical Service s could not be found on node far',
      'critical Failed to read the checks of far: No cluster leader',
    ]);
    await clock.advance(600_000);
    expect(asked).toBeLessThan(25);
    running.stop();
    expect(clock.pending).toBe(0);
  });
});
