import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64 } from '../../../src/cli/base64.js';

test('what was encoded comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('line breaks do not count', () => {
  expect(decodeBase64('aGVs\r\nbG8=\n')).toEqual(Buffer.from('hello'));
});

test.each([
  { text: '***', at: 0 },
  { text: 'aGVs*', at: 4 },
  { text: 'aGV', at: 3 },
  { text: 'aGVsbG8', at: 7 },
  { text: 'aGVsbG8=x', at: 7 },
  { text: 'aGVs-G8=', at: 4 },
])('$text is refused at byte $at', ({ text, at }) => {
  expect(decodeBase64(text)).toEqual({ fault: `illegal base64 data at input byte ${at}` });
});
