/**
 * From the bytes of a body to decoded values: JSON whose big integers survive, and the 64-bit numbers of the API.
 */
import { isDeeperThan } from '../../lib/json-depth.js';
import { DecodeError, type Decoder, decodeBody, pathOf } from '../decode.js';
import { withSchema } from '../json-schema.js';
import { requestLimits } from '../limits.js';

/** A string (skipped) or a number; used to find integers that a double cannot hold. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A Unicode noncharacter, so never part of a real text: marks an integer that passes JSON.parse as a string. */
const bigMark = '\u{10ffff}';

/**
 * Parses and decodes a body. A body of blanks is "EOF", as Go's decoder has it.
 * @throws DecodeError
 */
export function decodeJson<T>(decoder: Decoder<T>, json: Buffer): T {
  return decodeBody(decoder, parseJson(json));
}

/** @throws DecodeError */
export function parseJson(json: Buffer): unknown {
  return parse(json.toString('utf8'), JSON.parse);
}

/** The same, with integers beyond 2^53 as bigint: for shapes that use `unsigned64`, and `opaque` for what they do not know. */
export function decodeExactJson<T>(decoder: Decoder<T>, json: Buffer): T {
  return decodeBody(decoder, parse(json.toString('utf8'), parseExact));
}

function parse(json: string, parser: (json: string) => unknown): unknown {
  if (json.trim() === '') throw new DecodeError('EOF');
  if (isDeeperThan(json, requestLimits.jsonDepthMax)) throw new DecodeError(`exceeded max depth of ${requestLimits.jsonDepthMax}`);
  try {
    return parser(json);
  } catch (error) {
    throw new DecodeError(`invalid JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function parseExact(json: string): unknown {
  if (!/\d{16}/.test(json)) return JSON.parse(json);
  return JSON.parse(json.replace(stringOrNumber, markBigInteger), (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(bigMark) ? BigInt(value.slice(bigMark.length)) : value,
  );
}

/** Unsigned 64-bit, as decimal digits. */
export const unsigned64: Decoder<string> = (value, spot) => {
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)) ? BigInt(value) : -1n;
  if (whole >= 0n && whole <= 0xffff_ffff_ffff_ffffn) return whole.toString();
  const kind = typeof value === 'number' || typeof value === 'bigint' ? `number ${value}` : typeof value;
  throw new DecodeError(`json: cannot unmarshal ${kind} into Go struct field ${pathOf(spot)} of type uint64`);
};

withSchema(unsigned64, () => ({ type: 'integer' }));

/** A modify index in a request: numbers beyond 2^53 lose digits and match nothing, which is right, because no index gets there. */
export const requestIndex: Decoder<number> = (value, spot) => Number(unsigned64(value, spot));
withSchema(requestIndex, () => ({ type: 'integer' }));

/** Opaque JSON as a client gave it, big integers as numbers (as Go's `interface{}` has them). */
export const opaque: Decoder<unknown> = (value) => plain(value);

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, plain(element)]));
}

function markBigInteger(token: string): string {
  return !/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token)) ? token : `"${bigMark}${token}"`;
}
