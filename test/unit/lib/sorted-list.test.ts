import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allIn, compareTexts, findIn, type Order, withItem, withoutItem } from '../../../src/lib/sorted-list.js';

interface Item {
  readonly key: string;
  readonly value: number;
}

const ofKey =
  (key: string): Order<Item> =>
  (item) =>
    compareTexts(item.key, key);
// Enough different ones for lists that are changed in place.
const key = fc.nat({ max: 99 }).map((n) => String(n).padStart(2, '0'));
const step = fc.record({ puts: fc.boolean(), key, value: fc.nat() });

test('a sorted list holds what a map would, in order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: 'max' }), key, (steps, wanted) => {
      const model = new Map<string, Item>();
      let list: Item[] = [];
      for (const { puts, key, value } of steps) {
        if (puts) model.set(key, { key, value });
        else model.delete(key);
        list = puts ? withItem(list, { key, value }, ofKey(key)) : withoutItem(list, ofKey(key));
      }
      expect(list).toEqual([...model.values()].sort((a, b) => compareTexts(a.key, b.key)));
      expect(findIn(list, ofKey(wanted))).toEqual(model.get(wanted));
      const firstDigit: Order<Item> = (item) => compareTexts(item.key.slice(0, 1), wanted.slice(0, 1));
      expect(allIn(list, firstDigit)).toEqual(list.filter((item) => item.key.startsWith(wanted.slice(0, 1))));
    }),
  );
});

test('what was a short list before a change stays as it was', () => {
  const before = [{ key: 'a', value: 1 }];
  const after = withItem(before, { key: 'b', value: 2 }, ofKey('b'));
  expect([before.length, after.length, withoutItem(after, ofKey('a')).length, after.length]).toEqual([1, 2, 1, 2]);
});
