import { expect, test } from 'vitest';
import { keptBody, keptText } from '../../../src/http/encode/encoded.js';

const mib = 1024 * 1024;

test('what was made is kept by the value it is made of', () => {
  let made = 0;
  const text = keptText((_value: object) => `${++made}`);
  const [a, b] = [{}, {}];
  expect([text(a), text(b), text(a)]).toEqual(['1', '2', '1']);
});

test('what is asked for again and again is kept, however much else is read meanwhile', () => {
  let made = 0;
  const body = keptBody(({ bytes }: { readonly bytes: number }) => {
    made += 1;
    return 'x'.repeat(bytes);
  });
  const often = { bytes: 10 };
  const first = body(often);
  const others = Array.from({ length: 100 }, () => ({ bytes: mib }));
  for (const other of others) {
    body(other);
    expect(body(often)).toBe(first);
  }
  expect(made).toBe(101);
  // The first of them are forgotten, the last are not.
  for (const other of [others[0], others.at(-1)]) if (other) body(other);
  expect(made).toBe(102);
});

test('a body that would drive out all others is made each time', () => {
  let made = 0;
  const body = keptBody((_value: object) => 'x'.repeat(5 * mib + ++made));
  const list = {};
  expect(body(list)).not.toBe(body(list));
});
