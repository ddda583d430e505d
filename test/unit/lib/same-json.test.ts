import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameJson } from '../../../src/lib/same-json.js';

test('a value is the same as its copy, and as its copy with members in another order', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(sameJson(value, structuredClone(value))).toBe(true);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      expect(sameJson(value, Object.fromEntries(Object.entries(value).reverse()))).toBe(true);
    }),
  );
});

test('two values are the same exactly when their canonical texts are', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
      expect(sameJson(a, b)).toBe(canonical(a) === canonical(b));
    }),
  );
});

test.each([
  { a: [], b: {} },
  { a: null, b: {} },
  { a: ['a', 'b'], b: ['b', 'a'] },
  { a: { x: 1 }, b: { y: 1 } },
  { a: 0, b: '0' },
])('$a is not $b', ({ a, b }) => {
  expect(sameJson(a, b)).toBe(false);
});

test('a member that is undefined is not there', () => {
  expect(sameJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
});

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}
