import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DurationError, durationFromNanoseconds, formatDuration, parseDuration, toNanoseconds } from '../../../src/lib/duration.js';

describe('durations as Go writes them', () => {
  test.each([
    ['0', 0],
    ['0s', 0],
    ['10ms', 10],
    ['1.5s', 1500],
    ['.5s', 500],
    ['1.s', 1000],
    ['1h2m3.5s', 3_723_500],
    ['-3s', -3000],
    ['+2m', 120_000],
    ['100us', 0.1],
    ['100µs', 0.1],
    ['87600h', 315_360_000_000],
    ['0.3s', 300],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    ['', 'time: invalid duration ""'],
    ['bad', 'time: invalid duration "bad"'],
    ['10', 'time: missing unit in duration "10"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
    ['1 s', 'time: unknown unit " s" in duration "1 s"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['-', 'time: invalid duration "-"'],
    ['1s.', 'time: invalid duration "1s."'],
    ['99999999h', 'time: invalid duration "99999999h"'],
    ['"', 'time: invalid duration "\\""'],
    ['1constructor', 'time: unknown unit "constructor" in duration "1constructor"'],
  ])("%j is refused with Go's words", (text, message) => {
    expect(() => parseDuration(text)).toThrow(new DurationError(message));
  });

  test.each([
    [0, '0s'],
    [1000, '1s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [5_415_000, '1h30m15s'],
    [1500, '1.5s'],
    [300, '300ms'],
    [0.1, '100µs'],
    [-1500, '-1.5s'],
  ])('%d ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('what is written is read back', () => {
    fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms));
  });

  test('a bare number of the API is nanoseconds', () => {
    expect(durationFromNanoseconds(1.5e9)).toBe(1500);
    expect(toNanoseconds(1500)).toBe(1.5e9);
  });
});
