import { describe, expect, test } from 'vitest';
import { createLog, thresholdNamed } from '../../../templater/log.js';

describe('the log of mesh-template', () => {
  test('lines look as those of confd, and each is one line', () => {
    const lines: string[] = [];
    const log = createLog({
      threshold: 'info',
      origin: 'host mesh-template[1]',
      now: () => Date.UTC(2026, 0, 31, 12),
      write: (line) => lines.push(line),
    });
    log.log('warn', 'two\nlines', { resource: 'a.toml', output: 'x y\n' });
    log.log('debug', 'not shown');
    log.fatal('the end');
    expect(lines).toEqual([
      '2026-01-31T12:00:00Z host mesh-template[1]: WARNING two\\nlines resource=a.toml output="x y\\n"\n',
      '2026-01-31T12:00:00Z host mesh-template[1]: FATAL the end\n',
    ]);
  });

  test.each([
    ['debug', 'debug'],
    ['WARNING', 'warn'],
    ['panic', 'panic'],
    ['loud', undefined],
  ] as const)('the level %s is %s', (name, threshold) => {
    expect(thresholdNamed(name)).toBe(threshold);
  });
});
