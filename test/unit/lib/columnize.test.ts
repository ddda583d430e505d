import { expect, test } from 'vitest';
import { columnize } from '../../../src/lib/columnize.js';

test('columns are as wide as their widest cell and the gap', () => {
  expect(
    columnize([
      ['Node', 'ID'],
      ['a-long-name', 'x'],
      ['b', 'y'],
    ]),
  ).toBe('Node         ID\na-long-name  x\nb            y');
});

test('rows may be shorter than others, and nothing trails', () => {
  expect(
    columnize(
      [
        ['web', 'v1,v2'],
        ['db', ''],
      ],
      { gap: 6 },
    ),
  ).toBe('web      v1,v2\ndb');
});

test('width is counted in characters', () => {
  expect(
    columnize([
      ['grün', 'x'],
      ['😀', 'y'],
    ]),
  ).toBe('grün  x\n😀     y');
});
