import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGo } from '../../../../templater/go-engine.js';
import { fakeSource } from '../fake-source.js';

async function renderer(text: string) {
  const template = await compileGo({ text, name: 't', syntax: 'go', dialect: 'both', numbers: 'int' });
  return (data: unknown) => Buffer.from(template.render(fakeSource(), data).bytes).toString();
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test('ints are 64 bits wide and wrap around', async () => {
  const render = await renderer('{{add (atoi .a) (atoi .b)}} {{sub (atoi .a) (atoi .b)}} {{mul (atoi .a) (atoi .b)}}');
  fc.assert(
    fc.property(int64, int64, (a, b) => {
      const wrapped = [a + b, a - b, a * b].map((value) => BigInt.asIntN(64, value));
      expect(render({ a: String(a), b: String(b) })).toBe(wrapped.join(' '));
    }),
    { numRuns: 2000 },
  );
});

test('a float prints the digits that identify it, and in no other form than Go’s', async () => {
  const render = await renderer('{{parseFloat .}}');
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const shown = render(Object.is(value, -0) ? '-0' : String(value));
      expect(Object.is(Number(shown), value)).toBe(true);
      expect(shown).toMatch(/^-?\d+(?:\.\d+)?(?:e[+-]\d{2,3})?$/);
      const exponent = Math.floor(Math.log10(Math.abs(value) || 1));
      if (exponent < -5 || exponent > 21) expect(shown).toContain('e');
    }),
    { numRuns: 5000 },
  );
});

test('a whole number out of JSON is a float for both tools, and cannot be held against an int', async () => {
  const [type, comparison] = [await renderer('{{printf "%T" (json .).n}}'), await renderer('{{eq (json .).n 1}}')];
  fc.assert(
    fc.property(fc.integer(), (n) => {
      expect(type(`{"n":${n}}`)).toBe('float64');
      expect(() => comparison(`{"n":${n}}`)).toThrow(/incompatible types for comparison/);
    }),
    { numRuns: 200 },
  );
});
