import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { basePath, cleanPath, GlobPattern, joinPath, parentPath } from '../../../../templater/functions/go-path.js';

describe('globs', () => {
  // The table of Go's own documentation of path.Match, and the corners around it.
  test.each([
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a/b', false],
    ['a*b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-x]', '-', true],
    ['*x', 'xxx', true],
    ['/app/?', '/app/\xc3\xa9', true],
    ['', '', true],
    ['', 'a', false],
  ])('%s against %s is %s', (pattern, name, matches) => {
    expect(new GlobPattern(pattern).matches(name)).toBe(matches);
  });

  test.each(['[', '[a', '[]a]', '[a-', '[-x]', 'a\\', '[x-]', '[^'])('%s is a syntax error', (pattern) => {
    expect(() => new GlobPattern(pattern)).toThrow('syntax error in pattern');
  });

  test('agree with the regular expression of the same meaning', () => {
    const letters = fc.constantFrom('a', 'b', '/', '*', '?');
    const word = (max: number, ...alphabet: string[]) =>
      fc.array(fc.constantFrom(...alphabet), { maxLength: max }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 8 }), word(10, 'a', 'b', '/'), (parts, name) => {
        const source = parts.map((part) => (part === '*' ? '[^/]*' : part === '?' ? '[^/]' : part)).join('');
        expect(new GlobPattern(parts.join('')).matches(name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 3000 },
    );
  });

  test('take no exponential time', () => {
    expect(new GlobPattern(`${'*a'.repeat(200)}b`).matches('a'.repeat(5000))).toBe(false);
  });
});

test.each([
  ['', '.'],
  ['/', '/'],
  ['a/b/../c', 'a/c'],
  ['/../a', '/a'],
  ['../a', '../a'],
  ['a//b/./', 'a/b'],
  ['a/..', '.'],
])('%s is cleaned to %s', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

test('base, parent and join', () => {
  expect(['/a/b', '/a/b/', '', '/', 'x'].map(basePath)).toEqual(['b', 'b', '.', '/', 'x']);
  expect(['/a/b', '/a/b/', '', '/', 'x'].map(parentPath)).toEqual(['/a', '/a/b', '.', '/', '.']);
  expect(joinPath('a', '', '/b')).toBe('a/b');
});
