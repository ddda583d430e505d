import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SortedMap } from '../../../src/lib/sorted-map.js';

interface Item {
  readonly key: string;
  readonly value: number;
}

const keyOf = (item: Item) => item.key;
const key = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), key, value: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), key, value: fc.constant(0) }) },
);

describe('against a sorted list', () => {
  test('what is there, in order, below any prefix', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), key, (steps, prefix) => {
        const map = new SortedMap(keyOf);
        const model = new Map<string, Item>();
        for (const { kind, key, value } of steps) {
          if (kind === 'set') {
            map.set({ key, value });
            model.set(key, { key, value });
          } else expect(map.delete(key)).toBe(model.delete(key));
        }
        const expected = [...model.values()].filter((item) => item.key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
        expect([...map.below(prefix)]).toEqual(expected);
        expect(map.size).toBe(model.size);
        expect(map.get(prefix)).toEqual(model.get(prefix));
      }),
    );
  });

  test('the stamp below a prefix is never lower than that of anything that is or was there, while something is there', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new SortedMap(keyOf);
        const newest = new Map<string, number>();
        const present = new Set<string>();
        steps.forEach(({ kind, key }, position) => {
          const stamp = position + 1;
          if (kind === 'set') {
            map.set({ key, value: 0 }, stamp);
            present.add(key);
            newest.set(key, stamp);
          } else {
            map.delete(key);
            present.delete(key);
          }
          for (const prefix of ['', 'a', 'b', '/', 'aa', 'ab', 'a/', 'aaa']) {
            const isThere = [...present].some((known) => known.startsWith(prefix));
            const highest = Math.max(-1, ...[...newest].filter(([known]) => known.startsWith(prefix)).map(([, at]) => at));
            if (isThere) expect(map.stampBelow(prefix)).toBeGreaterThanOrEqual(highest);
            else expect(map.stampBelow(prefix)).toBe(-1);
          }
        });
      }),
    );
  });

  test('without deletions the stamp is exact', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 100 }), key, (keys, prefix) => {
        const map = new SortedMap(keyOf);
        for (const [stamp, each] of keys.entries()) map.set({ key: each, value: 0 }, stamp);
        expect(map.stampBelow(prefix)).toBe(Math.max(-1, ...keys.map((each, stamp) => (each.startsWith(prefix) ? stamp : -1))));
      }),
    );
  });
});

describe('many chunks', () => {
  const name = (i: number) => `key-${String(i).padStart(6, '0')}`;

  test.each([
    { name: 'in order', order: (i: number) => i },
    { name: 'backwards', order: (i: number) => 19_999 - i },
    { name: 'in no order', order: (i: number) => (i * 7919) % 20_000 },
  ])('20,000 items that came $name', ({ order }) => {
    const map = new SortedMap(keyOf);
    for (let i = 0; i < 20_000; i++) map.set({ key: name(order(i)), value: i }, order(i));
    expect(Array.from(map.below(''), (item) => item.key)).toEqual(Array.from({ length: 20_000 }, (_, i) => name(i)));
    expect(Array.from(map.below('key-0123'), (item) => item.key)).toHaveLength(100);
    expect(map.stampBelow('key-0123')).toBe(12_399);
    expect(map.stampBelow('')).toBe(19_999);
    expect(map.stampOf(name(511))).toBe(511);
    for (let i = 0; i < 20_000; i += 2) map.delete(name(i));
    expect(map.size).toBe(10_000);
    for (let i = 0; i < 20_000; i++) map.delete(name(i));
    expect([map.size, map.stampBelow('')]).toEqual([0, -1]);
  });
});
