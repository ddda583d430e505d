/** String and character literals: reading them as Go source does, and writing them as `%q` does. All on byte strings. */
import { decodeRune, encodeRune, replacementRune, runeOf, toText, widthOf } from './byte-string.js';

const simpleEscapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
const shortNames: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  12: '\\f',
  10: '\\n',
  13: '\\r',
  9: '\\t',
  11: '\\v',
  92: '\\\\',
};

/** Behind the quote that closes the one at `position`; -1 when the line or the input ends first. A backslash takes the next character along. */
export function endOfQuoted(input: string, position: number): number {
  const mark = input[position];
  for (let i = position + 1; i < input.length; i++) {
    const character = input[i];
    if (character === mark) return i + 1;
    if (character === '\n') return -1;
    if (character === '\\') {
      i++;
      if (input[i] === '\n') return -1;
    }
  }
  return -1;
}

/** `"a\n"` or `` `raw` `` with its quotes; undefined when Go would say "invalid syntax". */
export function unquote(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || quote !== literal.at(-1)) return undefined;
  const body = literal.slice(1, -1);
  if (quote === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if (quote !== '"' || body.includes('\n')) return undefined;
  let result = '';
  for (let position = 0; position < body.length; ) {
    const plain = plainLength(body, position);
    result += body.slice(position, position + plain);
    position += plain;
    if (position >= body.length) break;
    const unit = unquoteUnit(body, position, '"');
    if (!unit) return undefined;
    result += unit.text;
    position += unit.width;
  }
  return result;
}

/** A character constant such as `'a'` or `'\n'`: its code point. `malformed` has more than one character. */
export function unquoteCharacter(literal: string): number | 'invalid' | 'malformed' {
  if (literal.length < 3) return 'invalid';
  const body = literal.slice(1);
  const unit = unquoteUnit(body, 0, "'");
  if (!unit) return 'invalid';
  return body.slice(unit.width) === "'" ? unit.rune : 'malformed';
}

function plainLength(body: string, from: number): number {
  let end = from;
  while (end < body.length && body[end] !== '\\' && body[end] !== '"') end++;
  return end - from;
}

interface Unit {
  readonly text: string;
  readonly rune: number;
  readonly width: number;
}

/** One character or escape; undefined when it is none. */
function unquoteUnit(body: string, position: number, quote: string): Unit | undefined {
  const first = body[position];
  if (first === undefined || first === quote) return undefined;
  if (first !== '\\') {
    const packed = decodeRune(body, position);
    return { text: body.slice(position, position + widthOf(packed)), rune: runeOf(packed), width: widthOf(packed) };
  }
  const letter = body[position + 1] ?? '';
  if (letter === quote) return { text: quote, rune: quote.charCodeAt(0), width: 2 };
  const simple = simpleEscapes[letter];
  if (simple !== undefined) return { text: String.fromCharCode(simple), rune: simple, width: 2 };
  return numericEscape(body.slice(position + 1));
}

/** `x41`, `101`, `u00e9`, `U0001F680`. \x and octal are bytes, the others code points. */
function numericEscape(rest: string): Unit | undefined {
  const match = /^(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
  if (!match) return undefined;
  const [whole, hexByte, octal, short, long] = match;
  const width = whole.length + 1;
  const point = short ?? long;
  if (point !== undefined) {
    const rune = Number.parseInt(point, 16);
    return rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff) ? undefined : { text: encodeRune(rune), rune, width };
  }
  const byte = octal === undefined ? Number.parseInt(hexByte ?? '', 16) : Number.parseInt(octal, 8);
  return byte > 255 ? undefined : { text: String.fromCharCode(byte), rune: byte, width };
}

/** As `%q` prints a string; `asciiOnly` is `%+q`. */
export function quote(bytes: string, { asciiOnly = false }: { asciiOnly?: boolean } = {}): string {
  let result = '"';
  for (let position = 0; position < bytes.length; ) {
    const packed = decodeRune(bytes, position);
    const width = widthOf(packed);
    if (width === 1 && runeOf(packed) === replacementRune) result += `\\x${hex(bytes.charCodeAt(position), 2)}`;
    else result += quotedRune(runeOf(packed), '"', asciiOnly);
    position += width;
  }
  return `${result}"`;
}

/** As `%q` prints an integer; what is no code point prints as U+FFFD. */
export function quoteRune(rune: number, { asciiOnly = false }: { asciiOnly?: boolean } = {}): string {
  const valid = rune >= 0 && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
  return `'${quotedRune(valid ? rune : replacementRune, "'", asciiOnly)}'`;
}

function quotedRune(rune: number, quoteSign: string, asciiOnly: boolean): string {
  if (rune === quoteSign.charCodeAt(0)) return `\\${quoteSign}`;
  if (rune === 92) return '\\\\';
  if (asciiOnly ? rune >= 0x20 && rune < 0x7f : isPrintable(rune)) return encodeRune(rune);
  const short = shortNames[rune];
  if (short !== undefined) return short;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

/** Whether Go calls it printable: letters, marks, numbers, punctuation, symbols, and the ASCII space. */
export function isPrintable(rune: number): boolean {
  if (rune < 0x7f) return rune >= 0x20;
  return rune <= 0x10ffff && /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(String.fromCodePoint(rune));
}

/** Whether backquotes can hold the string in one line. */
export function canBackquote(bytes: string): boolean {
  return !/[\x00-\x08\x0a-\x1f`\x7f]/.test(bytes) && !toText(bytes).includes('\ufffd') && !toText(bytes).includes('\ufeff');
}

export function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
