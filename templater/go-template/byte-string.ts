/**
 * Go strings are bytes. Inside the template engine a string is a byte string, one character per byte (U+0000 to U+00FF), as KvKey is:
 * `length` is Go's len, `<` is Go's order, slicing cuts bytes, and output becomes bytes without loss. Text exists only at the edges.
 */
const asciiOnly = /^[\x00-\x7f]*$/;

/** What a byte string that is no UTF-8 decodes to, byte by byte. */
export const replacementRune = 0xfffd;

/** For short texts a loop is several times faster than the expression. */
const shortLength = 24;

export function isAscii(text: string): boolean {
  if (text.length > shortLength) return asciiOnly.test(text);
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** "é" -> "\u00c3\u00a9". */
export function fromText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The other way; bytes that are no UTF-8 become U+FFFD. */
export function toText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function toBytes(bytes: string): Buffer {
  return Buffer.from(bytes, 'latin1');
}

/** A code point as UTF-8; surrogates and numbers that are none become U+FFFD. */
export function encodeRune(rune: number): string {
  if (rune >= 0 && rune < 0x80) return String.fromCharCode(rune);
  const valid = rune > 0 && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
  return Buffer.from(String.fromCodePoint(valid ? rune : replacementRune), 'utf8').toString('latin1');
}

/**
 * The code point that begins at `position` and how many bytes it takes: 0 at the end, 1 for a byte that is no UTF-8.
 * Packed as `rune * 8 + width`, since a lexer asks for every character: see runeOf and widthOf.
 */
export function decodeRune(bytes: string, position: number): number {
  const first = bytes.charCodeAt(position);
  if (first < 0x80) return first * 8 + 1;
  if (Number.isNaN(first)) return 0;
  const width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  let rune = first & (width === 4 ? 0x07 : width === 3 ? 0x0f : 0x1f);
  for (let i = 1; i < width; i++) {
    const next = bytes.charCodeAt(position + i);
    if (!(next >= 0x80 && next < 0xc0)) return invalid;
    rune = (rune << 6) | (next & 0x3f);
  }
  return isCanonical(first, rune, width) ? rune * 8 + width : invalid;
}

const invalid = replacementRune * 8 + 1;

/** RFC 3629 §3: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
function isCanonical(first: number, rune: number, width: number): boolean {
  if (first < 0xc2 || first > 0xf4) return false;
  if (width === 3) return rune >= 0x800 && (rune < 0xd800 || rune > 0xdfff);
  return width === 2 || (rune >= 0x10000 && rune <= 0x10ffff);
}

export function runeOf(packed: number): number {
  return Math.floor(packed / 8);
}

export function widthOf(packed: number): number {
  return packed & 7;
}

/** How many code points; every byte that is no UTF-8 counts as one. */
export function runeCount(bytes: string): number {
  if (asciiOnly.test(bytes)) return bytes.length;
  let count = 0;
  for (let position = 0; position < bytes.length; count++) position += widthOf(decodeRune(bytes, position));
  return count;
}

/** The first `runesMax` code points. */
export function truncateRunes(bytes: string, runesMax: number): string {
  let position = 0;
  for (let count = 0; count < runesMax && position < bytes.length; count++) position += widthOf(decodeRune(bytes, position));
  return bytes.slice(0, position);
}

/** The code points one after another, each as its own byte string. */
export function* characters(bytes: string): Generator<string> {
  for (let position = 0; position < bytes.length; ) {
    const width = widthOf(decodeRune(bytes, position));
    yield bytes.slice(position, position + width);
    position += width;
  }
}
