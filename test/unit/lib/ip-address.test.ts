import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytes, addressText } from '../../../src/lib/ip-address.js';

describe('IP addresses', () => {
  test.each([
    ['10.0.0.1', [10, 0, 0, 1]],
    ['255.255.255.255', [255, 255, 255, 255]],
    ['::', new Array(16).fill(0)],
    ['::1', [...new Array(15).fill(0), 1]],
    ['2001:db8::5', [0x20, 1, 0x0d, 0xb8, ...new Array(11).fill(0), 5]],
    ['::ffff:10.0.0.1', [...new Array(10).fill(0), 255, 255, 10, 0, 0, 1]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ] as const)('"%s" is read', (text, bytes) => {
    expect([...(addressBytes(text) ?? [])]).toEqual(bytes);
  });
  test.each(['', 'web', '10.0.0', '10.0.0.256', '1::2::3', 'fe80::1%eth0', '10.0.0.1:80', '[::1]'])('"%s" is no address', (text) => {
    expect(addressBytes(text)).toBeNull();
  });
  test.each([
    ['2001:0db8:0000:0000:0000:0000:0000:0005', '2001:db8::5'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['0:0:1:0:0:1:0:0', '::1:0:0:1:0:0'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['1::', '1::'],
  ])('"%s" is written "%s"', (given, written) => {
    expect(addressText(addressBytes(given) ?? new Uint8Array())).toBe(written);
  });
  test('what is written is read as it was', () => {
    const some = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }),
    );
    fc.assert(
      fc.property(some, (bytes) => {
        const text = addressText(Uint8Array.from(bytes));
        const again = addressBytes(text) ?? new Uint8Array();
        expect([...again]).toEqual(text.includes(':') || bytes.length === 4 ? [...bytes] : [...bytes].slice(12));
      }),
    );
  });
});
