/** The query string, parsed as Go's net/url does: "+" is a blank, names may repeat, ";" and bad escapes spoil the whole. */
import { percentDecode, textOf } from './path.js';

export class Parameters {
  static readonly none = new Parameters([]);
  private readonly pairs: readonly (readonly [name: string, value: string])[];

  constructor(pairs: readonly (readonly [name: string, value: string])[]) {
    this.pairs = pairs;
  }

  /** The first value; '' when the name stands alone or is missing. */
  get(name: string): string {
    for (const pair of this.pairs) if (pair[0] === name) return pair[1];
    return '';
  }

  has(name: string): boolean {
    for (const pair of this.pairs) if (pair[0] === name) return true;
    return false;
  }

  all(name: string): readonly string[] {
    return this.pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]);
  }

  /** Sorted by name and encoded, as error texts repeat them: `acquire=x&cas=0`. */
  toString(): string {
    const sorted = [...this.pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return sorted.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  }
}

/** null when the query string cannot be decoded. */
export function parseParameters(query: string | undefined): Parameters | null {
  if (query === undefined || query === '') return Parameters.none;
  if (query.includes(';')) return null;
  const pairs: [string, string][] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = decode(mark < 0 ? part : part.slice(0, mark));
    const value = mark < 0 ? '' : decode(part.slice(mark + 1));
    if (name === null || value === null) return null;
    pairs.push([name, value]);
  }
  return new Parameters(pairs);
}

function decode(encoded: string): string | null {
  const bytes = percentDecode(encoded.includes('+') ? encoded.replaceAll('+', ' ') : encoded);
  return bytes === null ? null : textOf(bytes);
}

function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** `1 t T TRUE true True` and their opposites; null for anything else. Source: Go's strconv.ParseBool. */
export function parseBoolean(text: string): boolean | null {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : null;
}
