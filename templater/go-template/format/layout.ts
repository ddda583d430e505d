/** The flags of one `%…` directive, and what width, precision and flags do to the texts they are applied to. Byte strings throughout. */
import { encodeRune, replacementRune, runeCount, truncateRunes } from '../byte-string.js';
import { canBackquote, isPrintable, quote, quoteRune } from '../quote.js';
import { type FloatVerb, formatFloat } from './float.js';

export interface Layout {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v`: struct fields with their names. */
  plusV: boolean;
  /** `%#v`: Go syntax. */
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export function plainLayout(): Layout {
  return {
    plus: false,
    minus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
  };
}

/** To the width, which counts characters. */
export function pad(layout: Layout, bytes: string, { zero = layout.zero }: { zero?: boolean } = {}): string {
  if (layout.width === undefined) return bytes;
  const missing = layout.width - runeCount(bytes);
  if (missing <= 0) return bytes;
  return layout.minus ? bytes + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + bytes;
}

export function layString(layout: Layout, bytes: string): string {
  return pad(layout, cut(layout, bytes));
}

export function layQuoted(layout: Layout, bytes: string): string {
  const shown = cut(layout, bytes);
  const quoted = layout.sharp && canBackquote(shown) ? `\`${shown}\`` : quote(shown, { asciiOnly: layout.plus });
  return pad(layout, quoted);
}

function cut({ precision }: Layout, bytes: string): string {
  return precision === undefined ? bytes : truncateRunes(bytes, precision);
}

/** `%x` of a string: its bytes, two digits each. */
export function layHexString(layout: Layout, bytes: string, isUpper: boolean): string {
  const shown = layout.precision === undefined ? bytes : bytes.slice(0, layout.precision);
  const prefix = isUpper ? '0X' : '0x';
  const pairs = Array.from(shown, (byte) => {
    const pair = byte.charCodeAt(0).toString(16).padStart(2, '0');
    return isUpper ? pair.toUpperCase() : pair;
  });
  if (pairs.length === 0) return pad(layout, '');
  if (layout.space) return pad(layout, pairs.map((pair) => (layout.sharp ? prefix + pair : pair)).join(' '));
  return pad(layout, (layout.sharp ? prefix : '') + pairs.join(''));
}

export interface IntegerForm {
  readonly base: 2 | 8 | 10 | 16;
  readonly upper?: boolean;
  /** `%O`: 0o before the digits. */
  readonly octalPrefix?: boolean;
}

export function layInteger(layout: Layout, value: bigint, { base, upper = false, octalPrefix = false }: IntegerForm): string {
  const isNegative = value < 0n;
  let digits = (isNegative ? -value : value).toString(base);
  if (upper) digits = digits.toUpperCase();
  if (layout.precision !== undefined) {
    if (layout.precision === 0 && value === 0n) return ' '.repeat(layout.width ?? 0);
    digits = digits.padStart(layout.precision, '0');
  } else if (layout.zero && layout.width !== undefined) {
    digits = digits.padStart(layout.width - (isNegative || layout.plus || layout.space ? 1 : 0), '0');
  }
  if (layout.sharp) digits = basePrefix(base, upper, digits) + digits;
  if (octalPrefix) digits = `0o${digits}`;
  const sign = isNegative ? '-' : layout.plus ? '+' : layout.space ? ' ' : '';
  return pad(layout, sign + digits, { zero: false });
}

function basePrefix(base: number, upper: boolean, digits: string): string {
  if (base === 2) return '0b';
  if (base === 8) return digits.startsWith('0') ? '' : '0';
  return base === 16 ? (upper ? '0X' : '0x') : '';
}

/** `%c`. */
export function layCharacter(layout: Layout, value: bigint): string {
  return pad(layout, encodeRune(asRune(value)));
}

/** `%q` of an integer. */
export function layQuotedCharacter(layout: Layout, value: bigint): string {
  return pad(layout, quoteRune(asRune(value), { asciiOnly: layout.plus }));
}

/** `%U`: U+0041, with `#` also the character. */
export function layUnicode(layout: Layout, value: bigint): string {
  const digits = BigInt.asUintN(64, value)
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, layout.precision ?? 0), '0');
  const rune = asRune(value);
  const shown = layout.sharp && value >= 0n && value <= 0x10ffffn && isPrintable(rune) ? ` '${encodeRune(rune)}'` : '';
  return pad(layout, `U+${digits}${shown}`, { zero: false });
}

function asRune(value: bigint): number {
  return value >= 0n && value <= 0x10ffffn ? Number(value) : replacementRune;
}

export function layFloat(layout: Layout, value: number, verb: FloatVerb, precision: number): string {
  const wanted = layout.precision ?? precision;
  let text = formatFloat(value, verb, wanted);
  if (!/^[+-]/.test(text)) text = `+${text}`;
  if (layout.space && text.startsWith('+') && !layout.plus) text = ` ${text.slice(1)}`;
  if (/^.(?:Inf|NaN)/.test(text)) {
    const isBareNan = text.endsWith('NaN') && !layout.space && !layout.plus;
    return pad(layout, isBareNan ? 'NaN' : text, { zero: false });
  }
  if (layout.sharp && verb !== 'b') text = withTrailingZeros(text, verb, wanted);
  if (!layout.plus && text.startsWith('+')) return pad(layout, text.slice(1));
  if (layout.zero && layout.width !== undefined && layout.width > text.length) {
    return text.slice(0, 1) + text.slice(1).padStart(layout.width - 1, '0');
  }
  return pad(layout, text);
}

/** `%#g` keeps the zeros that `%g` drops, and every form keeps its decimal point. */
function withTrailingZeros(text: string, verb: FloatVerb, precision: number): string {
  const exponentAt = text.search(verb === 'x' || verb === 'X' ? /[pP]/ : /[eE]/);
  const tail = exponentAt < 0 ? '' : text.slice(exponentAt);
  let head = exponentAt < 0 ? text : text.slice(0, exponentAt);
  const isGeneral = verb === 'g' || verb === 'G';
  if (!head.includes('.')) head += '.';
  if (!isGeneral) return head + tail;
  const wanted = precision < 0 ? 6 : Math.max(precision, 1);
  const counted = head.replace(/^[+ -]/, '').replace(/^0*\.?0*/, '');
  const significantDigits = Math.max(counted.replace('.', '').length, /[1-9]/.test(head) ? 0 : 1);
  return head + '0'.repeat(Math.max(0, wanted - significantDigits)) + tail;
}
