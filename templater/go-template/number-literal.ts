/** Number and character literals of a template, as Go's parser reads them. One spelling can be several types: `1e3` is also an int. */
import type { NumberValue } from './node.js';
import { unquoteCharacter } from './quote.js';
import { GoComplex } from './value.js';

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const uint64Max = 2n ** 64n - 1n;

const lookingLikeNumber =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

/** Behind the longest text from `position` on that may become a number. */
export function endOfNumber(input: string, position: number): number {
  lookingLikeNumber.lastIndex = position;
  return position + (lookingLikeNumber.exec(input)?.[0].length ?? 0);
}

export class NumberError extends Error {}

/** @throws NumberError with Go's text */
export function readNumber(text: string, kind: 'number' | 'complex' | 'character-constant'): NumberValue {
  if (kind === 'character-constant') return readCharacter(text);
  if (kind === 'complex') return readComplex(text);
  if (text.endsWith('i')) {
    const imaginary = readFloat(text.slice(0, -1));
    if (imaginary !== undefined) return complexValue(0, imaginary);
  }
  const whole = readInteger(text);
  // A leading minus makes it no uint: Go reads it as int only, and "-0" as 0.
  const integer = whole !== undefined && whole >= int64.min && whole <= int64.max ? whole : undefined;
  const unsigned = whole !== undefined && whole >= 0n && whole <= uint64Max && !/^[+-]/.test(text) ? whole : undefined;
  if (integer !== undefined || unsigned !== undefined) return { ideal: integer, integer, unsigned, float: Number(whole) };
  const float = readFloat(text);
  if (float === undefined) throw new NumberError(`illegal number syntax: "${text}"`);
  if (!/[.eEpP]/.test(text)) throw new NumberError(`integer overflow: "${text}"`);
  const isWhole = Number.isInteger(float) && Math.abs(float) < 2 ** 63;
  const asInteger = isWhole ? BigInt(float) : undefined;
  return { ideal: float, integer: asInteger, unsigned: asInteger !== undefined && asInteger >= 0n ? asInteger : undefined, float };
}

function readCharacter(text: string): NumberValue {
  const rune = unquoteCharacter(text);
  if (rune === 'invalid') throw new NumberError('invalid syntax');
  if (rune === 'malformed') throw new NumberError(`malformed character constant: ${text}`);
  const value = BigInt(rune);
  return { ideal: value, integer: value, unsigned: value, float: rune };
}

function readComplex(text: string): NumberValue {
  // The sign in the middle is not one of an exponent.
  const match = /^(.*?[^eEpP+-])([+-].+)i$/.exec(text);
  const real = readFloat(match?.[1] ?? '');
  const imaginary = readFloat(match?.[2] ?? '');
  if (real === undefined || imaginary === undefined) throw new NumberError(`illegal number syntax: "${text}"`);
  return complexValue(real, imaginary);
}

function complexValue(real: number, imaginary: number): NumberValue {
  const isReal = imaginary === 0;
  const integer = isReal && Number.isInteger(real) && Math.abs(real) < 2 ** 63 ? BigInt(real) : undefined;
  const unsigned = integer !== undefined && integer >= 0n ? integer : undefined;
  return { ideal: new GoComplex(real, imaginary), integer, unsigned, float: isReal ? real : undefined };
}

const integerShape =
  /^([+-]?)(?:0[xX]_?([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)|0[bB]_?([01]+(?:_[01]+)*)|0[oO]?_?([0-7]+(?:_[0-7]+)*)|([1-9][0-9]*(?:_[0-9]+)*|0))$/;

/** 42, -0x1F, 0b1, 0o17, 017, 1_000; undefined for anything else. */
export function readInteger(text: string): bigint | undefined {
  const match = integerShape.exec(text);
  if (!match) return undefined;
  const [, sign, hexadecimal, binary, octal, decimal = '0'] = match;
  const digits = hexadecimal ? `0x${hexadecimal}` : binary ? `0b${binary}` : octal ? `0o${octal}` : decimal;
  const magnitude = BigInt(digits.replaceAll('_', ''));
  return sign === '-' ? -magnitude : magnitude;
}

const decimalShape = /^[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:[eE][+-]?[0-9]+(?:_[0-9]+)*)?$/;
const hexadecimalShape =
  /^([+-]?)0[xX](_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?(?:\.([0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)?)?[pP]([+-]?[0-9]+(?:_[0-9]+)*)$/;

/** 1.5, .5, 3., 1e3, 0x1.8p1 (the exponent is of two), 1_0.2_5; undefined for anything else and for what overflows. */
export function readFloat(text: string): number | undefined {
  if (decimalShape.test(text)) {
    const value = Number(text.replaceAll('_', ''));
    return Number.isFinite(value) ? value : undefined;
  }
  const match = hexadecimalShape.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match.map((part) => part?.replaceAll('_', ''));
  if (whole === '' && fraction === '') return undefined;
  const scaled = Number(BigInt(`0x${whole}${fraction}`));
  const value = scaled * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value)) return undefined;
  return sign === '-' ? -value : value;
}
