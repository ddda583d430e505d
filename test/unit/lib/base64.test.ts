import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteStringFromBase64 } from '../../../src/lib/base64.js';

test('any bytes come back, one character each, whatever stood in the buffer before', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      expect(byteStringFromBase64(buffer.toString('base64'))).toBe(buffer.toString('latin1'));
    }),
  );
});

test('a value longer than the shared buffer comes back whole', () => {
  const bytes = Buffer.alloc(512 * 1024, 'é');
  expect(byteStringFromBase64(bytes.toString('base64'))).toBe(bytes.toString('latin1'));
});
