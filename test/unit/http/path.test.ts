import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Parameters, parseBoolean, parseParameters } from '../../../src/http/parameters.js';
import { brokenEscape, cleanPath, isPrintable, percentDecode, percentEncode, splitTarget, textOf } from '../../../src/http/path.js';

test.each([
  ['/a?b=c?d', { path: '/a', query: 'b=c?d' }],
  ['/a', { path: '/a', query: undefined }],
  ['/a?', { path: '/a', query: '' }],
  ['http://host:1/a?b', { path: '/a', query: 'b' }],
])('%s in two halves', (target, halves) => {
  expect(splitTarget(target)).toEqual(halves);
});

test.each([
  ['/a/b', '/a/b'],
  ['//a///b//', '/a/b/'],
  ['/a/./b/.', '/a/b'],
  ['/a/../../b', '/b'],
  ['/..', '/'],
  ['/a/..b/c..', '/a/..b/c..'],
  ['/', '/'],
])('%s is cleaned to %s', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

describe('escapes', () => {
  test.each([
    ['a%2Fb', 'a/b'],
    ['%ff%00', '\xff\0'],
    ['a+b', 'a+b'],
    ['%', null],
    ['%4', null],
    ['%zz', null],
    ['%41%', null],
  ])('%s is decoded to %j', (encoded, decoded) => {
    expect(percentDecode(encoded)).toBe(decoded);
  });

  test('any bytes come back', () => {
    const bytes = fc.array(fc.integer({ min: 0, max: 255 })).map((codes) => String.fromCharCode(...codes));
    fc.assert(fc.property(bytes, (path) => percentDecode(percentEncode(path)) === path));
  });

  test.each([
    ['ü%', '%'],
    ['%z', '%z'],
    ['a%zzb', '%zz'],
  ])('the fault of %s is %s', (encoded, fault) => {
    expect(brokenEscape(encoded)).toBe(fault);
  });
});

test.each([
  ['/a b', true],
  ['/\xc3\xbc', true],
  ['/\xff', true],
  ['/a\nb', false],
  ['/a\x7f', false],
  ['/\xc2\xa0', false],
])('%j may stand in a path: %s', (path, printable) => {
  expect(isPrintable(path)).toBe(printable);
});

test('bytes that are no UTF-8 become U+FFFD', () => {
  expect(textOf('a\xff')).toBe('a\ufffd');
});

describe('a query string', () => {
  test.each([
    ['a=1&b=2&a=3', 'a', ['1', '3']],
    ['stale', 'stale', ['']],
    ['x=a+b%20c', 'x', ['a b c']],
    ['&&a==b&', 'a', ['=b']],
    ['%C3%BC=1', 'ü', ['1']],
  ])('%s: %s is %j', (query, name, values) => {
    const parameters = parseParameters(query);
    expect(parameters?.all(name)).toEqual(values);
    expect(parameters?.get(name)).toBe(values[0]);
    expect(parameters?.has(name)).toBe(true);
  });

  test.each(['a=%zz', '%', 'a;b', 'a=1&b=%4'])('%s cannot be read', (query) => {
    expect(parseParameters(query)).toBeNull();
  });

  test('nothing is nothing', () => {
    expect(parseParameters(undefined)).toBe(Parameters.none);
    expect(Parameters.none.get('a')).toBe('');
    expect(Parameters.none.has('a')).toBe(false);
  });

  test('is shown sorted and encoded', () => {
    expect(String(parseParameters('release=y+z&cas=1&acquire'))).toBe('acquire=&cas=1&release=y+z');
  });
});

test.each([
  ['1', true],
  ['t', true],
  ['True', true],
  ['0', false],
  ['FALSE', false],
  ['', null],
  ['yes', null],
  ['tRUE', null],
])('%j as a boolean is %s', (text, value) => {
  expect(parseBoolean(text)).toBe(value);
});
