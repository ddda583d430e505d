import { expect, test } from 'vitest';
import { SharedParts } from '../../../src/state/shared-parts.js';

const parts = new SharedParts();

test('what is alike is the same object from then on', () => {
  const [tags, meta] = [['v1', 'odd'], { zone: 'z1' }];
  expect(parts.list(tags)).toBe(tags);
  expect(parts.list(['v1', 'odd'])).toBe(tags);
  expect(parts.object(meta)).toBe(meta);
  expect(parts.object({ zone: 'z1' })).toBe(meta);
  expect(parts.object({})).toBe(parts.object({}));
});

test('what only looks alike is kept apart', () => {
  for (const texts of [['a\0b', 'c'], ['a', 'b\0c'], ['a', 'b'], ['a,b']]) expect(parts.list(texts)).toEqual(texts);
  expect(parts.list([])).toEqual([]);
  expect(parts.list([''])).toEqual(['']);
  expect(parts.object({ Passing: 1 })).toEqual({ Passing: 1 });
  expect(parts.object({ Passing: '1' })).toEqual({ Passing: '1' });
});

test('parts that are long or too many are given back as they are', () => {
  const long = { text: 'x'.repeat(1000) };
  expect(parts.object(long)).toBe(long);
  for (let i = 0; i < 10_000; i++) expect(parts.text(`part ${i}`)).toBe(`part ${i}`);
});
