/** Slash-separated paths as Go's package path treats them: cleaning, taking apart, and glob patterns. Byte strings. */
import { decodeRune, runeOf, widthOf } from '../go-template/byte-string.js';

/** The shortest equal path: no `.`, no inner `..`, no doubled or trailing slashes; '' becomes ".". */
export function cleanPath(path: string): string {
  const isRooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isRooted) kept.push('..');
  }
  const joined = (isRooted ? '/' : '') + kept.join('/');
  return joined === '' ? '.' : joined;
}

export function joinPath(...parts: readonly string[]): string {
  const present = parts.filter((part) => part !== '');
  return present.length === 0 ? '' : cleanPath(present.join('/'));
}

/** The last element: "/a/b/" -> "b", "/" -> "/", "" -> ".". */
export function basePath(path: string): string {
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Everything but the last element, cleaned: "/a/b" -> "/a", "/a/b/" -> "/a/b". */
export function parentPath(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1));
}

export class PatternSyntaxError extends Error {
  constructor() {
    super('syntax error in pattern');
  }
}

type Element =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'character'; readonly rune: number }
  | { readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [low: number, high: number])[] };

/** `*` and `?` stop at slashes; classes are `[a-c]` and `[^a]`; a backslash takes the meaning of what follows away. */
export class GlobPattern {
  readonly #elements: readonly Element[];
  /** Of a pattern that is a text and a star behind it, as most are: the text. */
  readonly #beforeStar: string | undefined;

  /** @throws PatternSyntaxError */
  constructor(pattern: string) {
    this.#elements = new GlobReader(pattern).read();
    const text = this.literalPrefix;
    const isTextAndStar = this.#elements.length === text.length + 1 && this.#elements.at(-1)?.kind === 'star';
    this.#beforeStar = isTextAndStar ? text : undefined;
  }

  /** The text before the first special character: every match begins with it. */
  get literalPrefix(): string {
    let prefix = '';
    for (const element of this.#elements) {
      if (element.kind !== 'character' || element.rune >= 0x80) break;
      prefix += String.fromCharCode(element.rune);
    }
    return prefix;
  }

  /** Goes back to the last star only: one that is passed needs never be tried again, so the time is pattern times name at most. */
  matches(name: string): boolean {
    const text = this.#beforeStar;
    if (text !== undefined) return name.startsWith(text) && !name.includes('/', text.length);
    let position = 0;
    let element = 0;
    let retry: { element: number; position: number } | undefined;
    while (position < name.length || element < this.#elements.length) {
      const current = this.#elements[element];
      if (current?.kind === 'star') {
        retry = { element, position };
        element++;
        continue;
      }
      const packed = decodeRune(name, position);
      if (current && widthOf(packed) > 0 && accepts(current, runeOf(packed))) {
        position += widthOf(packed);
        element++;
        continue;
      }
      if (!retry || retry.position >= name.length || name[retry.position] === '/') return false;
      retry.position += widthOf(decodeRune(name, retry.position));
      position = retry.position;
      element = retry.element + 1;
    }
    return true;
  }
}

function accepts(element: Element, rune: number): boolean {
  switch (element.kind) {
    case 'any':
      return rune !== 0x2f;
    case 'character':
      return rune === element.rune;
    case 'class':
      return element.ranges.some(([low, high]) => low <= rune && rune <= high) !== element.isNegated;
    case 'star':
      return false;
  }
}

class GlobReader {
  readonly #pattern: string;
  #position = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  read(): readonly Element[] {
    const elements: Element[] = [];
    while (this.#position < this.#pattern.length) {
      const character = this.#pattern[this.#position];
      if (character === '*' || character === '?') {
        this.#position++;
        elements.push({ kind: character === '*' ? 'star' : 'any' });
      } else if (character === '[') elements.push(this.#class());
      else elements.push({ kind: 'character', rune: this.#rune() });
    }
    return elements;
  }

  #class(): Element {
    this.#position++;
    const isNegated = this.#pattern[this.#position] === '^';
    if (isNegated) this.#position++;
    const ranges: [number, number][] = [];
    while (this.#pattern[this.#position] !== ']' || ranges.length === 0) {
      const low = this.#classRune();
      if (this.#pattern[this.#position] !== '-') ranges.push([low, low]);
      else {
        this.#position++;
        ranges.push([low, this.#classRune()]);
      }
    }
    this.#position++;
    return { kind: 'class', isNegated, ranges };
  }

  #classRune(): number {
    const character = this.#pattern[this.#position];
    if (character === undefined || character === '-' || character === ']') throw new PatternSyntaxError();
    return this.#rune();
  }

  #rune(): number {
    if (this.#pattern[this.#position] === '\\') this.#position++;
    const packed = decodeRune(this.#pattern, this.#position);
    if (widthOf(packed) === 0) throw new PatternSyntaxError();
    this.#position += widthOf(packed);
    return runeOf(packed);
  }
}
