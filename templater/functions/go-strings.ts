/** Text functions as Go's package strings has them, on byte strings. */
import { characters, fromText, isAscii, toText } from '../go-template/byte-string.js';
import { GoList } from '../go-template/value.js';

/** Parts between the separators; an empty separator gives the characters. */
export function splitString(text: string, separator: string): string[] {
  return separator === '' ? [...characters(text)] : text.split(separator);
}

/** `limit` < 0 replaces all. An empty `old` matches before every character and at the end. */
export function replaceString(text: string, { old, by, limit }: { old: string; by: string; limit: number }): string {
  if (limit === 0 || old === by) return text;
  if (limit < 0 && old !== '') return text.replaceAll(old, () => by);
  const parts = old === '' ? ['', ...characters(text)] : text.split(old);
  let left = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  let result = parts[0] ?? '';
  for (const part of parts.slice(1)) {
    result += left > 0 ? by + part : old + part;
    left--;
  }
  return old === '' && left > 0 ? result + by : result;
}

/** Character by character, as Go maps case: "ß" has no single capital and stays. */
export function upperCase(text: string): string {
  if (isAscii(text)) return text.toUpperCase();
  return mapCharacters(text, (character) => single(character, character.toUpperCase()));
}

/** "İ" becomes "i": Go knows no dot of its own. */
export function lowerCase(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  return mapCharacters(text, (character) => single(character, character.toLowerCase().replace('\u0307', '')));
}

function mapCharacters(text: string, map: (character: string) => string): string {
  return fromText(Array.from(toText(text), map).join(''));
}

function single(original: string, mapped: string): string {
  return [...mapped].length === 1 ? mapped : original;
}

/** White space of Unicode, as strings.TrimSpace takes it. */
export function trimSpace(text: string): string {
  if (isAscii(text)) return text.replace(/^[\t\n\v\f\r ]+|[\t\n\v\f\r ]+$/g, '');
  return fromText(toText(text).replace(/^[\s\u0085]+|[\s\u0085]+$/gu, ''));
}

/** Without characters of the set at both ends. */
export function trimCharacters(text: string, cutset: string): string {
  const cut = new Set(characters(cutset));
  const kept = [...characters(text)];
  const from = kept.findIndex((character) => !cut.has(character));
  return from < 0 ? '' : kept.slice(from, kept.findLastIndex((character) => !cut.has(character)) + 1).join('');
}

export function trimPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

export function trimSuffix(text: string, suffix: string): string {
  return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

/** @throws RangeError beyond what a rendering may hold */
export function repeatString(text: string, count: number): string {
  if (text.length * count > repeatedMax) throw new RangeError(`repeating makes more than ${repeatedMax} bytes`);
  return text.repeat(Math.max(0, count));
}

/** A slip of the count should not take the machine's memory. */
const repeatedMax = 256 * 2 ** 20;

/** A []string. */
export function stringList(items: readonly string[]): GoList {
  return new GoList(items, '[]string');
}
