/** Characters as the lexer tells them apart, and as its errors show them. A code is that of one byte, a rune is a code point. */
import { encodeRune } from './byte-string.js';
import { isPrintable } from './quote.js';

/** What stands between words: the same four that trim markers take away. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** What names are made of, an underscore among them. */
export function isAlphanumeric(rune: number): boolean {
  return rune < 0x80 ? isAsciiAlphanumeric(rune) : letter.test(String.fromCodePoint(rune));
}

const letter = /^[\p{L}\p{Nd}]$/u;

export function isAsciiAlphanumeric(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f;
}

/** As `%#U` prints it: U+201C '“'. */
export function describeRune(rune: number): string {
  const code = `U+${rune.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrintable(rune) ? `${code} '${encodeRune(rune)}'` : code;
}
