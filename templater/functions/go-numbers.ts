/** Text to numbers and booleans as Go's package strconv reads them, with its error texts. */
import { quote } from '../go-template/quote.js';

export const int64Range = { min: -(2n ** 63n), max: 2n ** 63n - 1n } as const;
export const uint64Range = { min: 0n, max: 2n ** 64n - 1n } as const;

/** Decimal digits with an optional sign. @throws Error with Go's text, which names the function */
export function parseDecimal(text: string, caller: string, { min, max }: { readonly min: bigint; readonly max: bigint }): bigint {
  const shape = min < 0n ? /^[+-]?[0-9]+$/ : /^[0-9]+$/;
  if (!shape.test(text)) throw new Error(`strconv.${caller}: parsing ${quote(text)}: invalid syntax`);
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (value < min || value > max) throw new Error(`strconv.${caller}: parsing ${quote(text)}: value out of range`);
  return value;
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false] as const),
]);

/** @throws Error with Go's text */
export function parseBoolean(text: string): boolean {
  const value = booleans.get(text);
  if (value === undefined) throw new Error(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`);
  return value;
}

/** An int of 64 bits wraps around, as Go's does. */
export function wrapInt(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** @throws Error with Go's text for 0 */
export function nonZero(divisor: bigint): bigint {
  if (divisor === 0n) throw new Error('runtime error: integer divide by zero');
  return divisor;
}
