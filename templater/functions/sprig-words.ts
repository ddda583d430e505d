/** Words of a text: case, initials, line breaks. Byte strings in and out. */
import { fromText, toText } from '../go-template/byte-string.js';

/** Everything but letters, digits and underscores ends a word; beyond ASCII only white space does. */
export function capitalizeWords(bytes: string): string {
  return mapLetters(bytes, (letter, before) => (isWordEnd(before) ? letter.toUpperCase() : letter));
}

function isWordEnd(character: string): boolean {
  return character === '' || /^[\s\u0085]$|^[\x00-\x7f]$/u.test(character) ? !/^\w$/.test(character) : false;
}

export function uncapitalizeWords(bytes: string): string {
  return mapLetters(bytes, (letter, before) => (/^\s?$/u.test(before) ? letter.toLowerCase() : letter));
}

export function swapCase(bytes: string): string {
  return mapLetters(bytes, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()));
}

function mapLetters(bytes: string, map: (letter: string, before: string) => string): string {
  const letters = Array.from(toText(bytes));
  return fromText(letters.map((letter, i) => single(letter, map(letter, letters[i - 1] ?? ''))).join(''));
}

/** "ß" has no single capital and stays. */
function single(original: string, mapped: string): string {
  return [...mapped].length === 1 ? mapped : original;
}

export function initials(bytes: string): string {
  const words = toText(bytes).split(/\s+/u).filter(Boolean);
  return fromText(words.map((word) => [...word][0]).join(''));
}

/** `HTTPServer` is http_server, `http2xx` http_2xx, `Bld4Floor` bld4_floor: digits before a small letter begin a word. */
export function joinedWords(bytes: string, separator: string): string {
  const spaced = toText(bytes)
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(?<=(?:^|[\s_-])\p{L}+)(\p{N}+)(?=\p{Ll})/gu, ' $1');
  return fromText(
    spaced.toLowerCase().replace(/[\s_-]+/g, (run) => (run.length === 1 ? separator : separator.repeat(run.trim().length || 1))),
  );
}

/** `http_server` is HttpServer; of several connectors in a row, and at both ends, those that join nothing stay. */
export function camelWords(bytes: string): string {
  const text = toText(bytes);
  const [, lead = '', body = '', trail = ''] = /^([\s_-]*)(.*?)([\s_-]*)$/su.exec(text) ?? [];
  const joined = body.toLowerCase().replace(/([\s_-]*)[\s_-]([^\s_-])/gu, (_, kept: string, letter: string) => kept + letter.toUpperCase());
  return fromText(lead + joined.slice(0, 1).toUpperCase() + joined.slice(1) + trail);
}

/** Cut to `width` bytes with "..." where something is missing; `from` is where the shown part may begin. */
export function abbreviate(text: string, from: number, width: number): string {
  const marker = '...';
  if (text.length <= width) return text;
  let start = Math.min(Math.max(0, from), text.length);
  if (text.length - start < width - 3) start = text.length - (width - 3);
  if (start <= 4) return text.slice(0, width - 3) + marker;
  if (start + width - 3 < text.length) return marker + abbreviate(text.slice(start), 0, width - 3);
  return marker + text.slice(text.length - (width - 3));
}

interface Wrapping {
  readonly width: number;
  readonly newline: string;
  readonly breaksWords: boolean;
}

/** Lines of `width` bytes at most, broken at blanks, which go away there. */
export function wrapText(text: string, { width: wanted, newline, breaksWords }: Wrapping): string {
  const width = Math.max(1, wanted);
  let result = '';
  let start = 0;
  while (text.length - start > width) {
    if (text[start] === ' ') {
      start++;
      continue;
    }
    const blank = text.lastIndexOf(' ', start + width);
    if (blank >= start) {
      result += text.slice(start, blank) + newline;
      start = blank + 1;
      continue;
    }
    const next = breaksWords ? start + width : text.indexOf(' ', start + width);
    if (next < 0) break;
    result += text.slice(start, next) + newline;
    start = breaksWords ? next : next + 1;
  }
  return result + text.slice(start);
}
