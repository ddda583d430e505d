/**
 * Command-line flags as Go's `flag` package reads them, because that is what the muscles of Consul's users know:
 * `-f=v`, `-f v`, `--f`; a bool takes a value only by `=`; the first word that is no flag, or `--`, ends the flags.
 * Commands describe their flags as one table; the values come back typed, zero values standing for what was not given.
 * Refusals carry the exact first line that a Go program prints.
 */
import { parseDuration } from './duration.js';
import { parseInteger } from './go-integer.js';
import { goQuote } from './go-quote.js';

interface FlagCommon {
  /** One line for the help. */
  readonly about: string;
}

/** `fallback` is the value when the flag is not given; without one it is the kind's zero value. */
export type Flag = FlagCommon &
  (
    | { readonly kind: 'bool'; readonly fallback?: boolean }
    | { readonly kind: 'string'; readonly fallback?: string }
    /** Within ±2^53. */
    | { readonly kind: 'int'; readonly fallback?: number }
    /** Unsigned 64-bit, as decimal digits. */
    | { readonly kind: 'uint64'; readonly fallback?: string }
    /** "10s"; the value is in milliseconds. */
    | { readonly kind: 'duration'; readonly fallback?: number }
    /** Given by repeating the flag. */
    | { readonly kind: 'list' }
    /** KEY=VALUE, given by repeating the flag; `separator` where it is not "=". */
    | { readonly kind: 'map'; readonly separator?: string }
  );
export type FlagTable = Readonly<Record<string, Flag>>;

interface ValueByKind {
  bool: boolean;
  string: string;
  int: number;
  uint64: string;
  duration: number;
  list: readonly string[];
  map: Readonly<Record<string, string>>;
}
export type FlagValues<T extends FlagTable> = { readonly [Name in keyof T]: ValueByKind[T[Name]['kind']] };

export interface ParsedArguments<T extends FlagTable> {
  readonly flags: FlagValues<T>;
  /** Names that were given, however often. */
  readonly given: ReadonlySet<string>;
  /** Every flag as it was given, in order, for programs to which the order means something. */
  readonly occurrences: readonly { readonly name: string; readonly text: string }[];
  /** What follows the flags. */
  readonly words: readonly string[];
}

/** A refusal; the text is the line to print before the usage. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** `-h`, `-help`, `--help` were given and are no flags of the table. */
export class HelpRequested extends Error {
  override readonly name = 'HelpRequested';
}

/** @throws FlagError, HelpRequested */
export function parseArguments<T extends FlagTable>(table: T, argv: readonly string[]): ParsedArguments<T> {
  const values = new Map<string, unknown>();
  const occurrences: { name: string; text: string }[] = [];
  let position = 0;
  for (;;) {
    const word = argv[position];
    if (word === undefined || word.length < 2 || !word.startsWith('-')) break;
    position += 1;
    if (word === '--') break;
    const { name, text: inline } = splitWord(word);
    const flag = flagNamed(table, name);
    const text = inline ?? (flag.kind === 'bool' ? 'true' : argv[position++]);
    if (text === undefined) throw new FlagError(`flag needs an argument: -${name}`);
    values.set(name, flagValue(flag, { name, text, before: values.get(name) }));
    occurrences.push({ name, text });
  }
  const flags = Object.fromEntries(Object.entries(table).map(([name, flag]) => [name, values.get(name) ?? zeroOf(flag)]));
  return { flags: flags as FlagValues<T>, given: new Set(values.keys()), occurrences, words: argv.slice(position) };
}

/** "--name=text" -> { name, text }; without "=" there is no text. */
function splitWord(word: string): { name: string; text: string | undefined } {
  const body = word.slice(word.startsWith('--') ? 2 : 1);
  if (body === '' || body.startsWith('-') || body.startsWith('=')) throw new FlagError(`bad flag syntax: ${word}`);
  const equals = body.indexOf('=');
  return equals < 0 ? { name: body, text: undefined } : { name: body.slice(0, equals), text: body.slice(equals + 1) };
}

function flagNamed(table: FlagTable, name: string): Flag {
  const flag = Object.hasOwn(table, name) ? table[name] : undefined;
  if (flag) return flag;
  if (name === 'h' || name === 'help') throw new HelpRequested();
  throw new FlagError(`flag provided but not defined: -${name}`);
}

function zeroOf(flag: Flag): ValueByKind[Flag['kind']] {
  switch (flag.kind) {
    case 'bool':
      return flag.fallback ?? false;
    case 'string':
      return flag.fallback ?? '';
    case 'uint64':
      return flag.fallback ?? '0';
    case 'int':
    case 'duration':
      return flag.fallback ?? 0;
    case 'list':
      return [];
    case 'map':
      return {};
  }
}

interface Occurrence {
  readonly name: string;
  readonly text: string;
  /** The value so far, for the kinds that are given by repeating. */
  readonly before: unknown;
}

function flagValue(flag: Flag, { name, text, before }: Occurrence): ValueByKind[Flag['kind']] {
  try {
    switch (flag.kind) {
      case 'bool':
        return parseBool(text);
      case 'string':
        return text;
      case 'int':
        return Number(parseInteger(text, { min: BigInt(Number.MIN_SAFE_INTEGER), max: BigInt(Number.MAX_SAFE_INTEGER) }));
      case 'uint64':
        return parseInteger(text, { min: 0n, max: 2n ** 64n - 1n }).toString();
      case 'duration':
        return parseDuration(text);
      case 'list':
        return [...((before as string[] | undefined) ?? []), text];
      case 'map':
        return { ...((before as object | undefined) ?? {}), ...pair(text, flag.separator ?? '=') };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const what =
      flag.kind === 'bool' ? `invalid boolean value ${goQuote(text)} for -${name}` : `invalid value ${goQuote(text)} for flag -${name}`;
    throw new FlagError(`${what}: ${error.message}`, { cause: error });
  }
}

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  T: true,
  true: true,
  TRUE: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  false: false,
  FALSE: false,
  False: false,
};

/** The truth values of Go's `strconv`. */
export function parseBool(text: string): boolean {
  const value = Object.hasOwn(truths, text) ? truths[text] : undefined;
  if (value === undefined) throw new RangeError('parse error');
  return value;
}

function pair(text: string, separator: string): Record<string, string> {
  const at = text.indexOf(separator);
  if (at < 0) throw new RangeError(`Missing "${separator}" value in argument: ${text}`);
  return { [text.slice(0, at)]: text.slice(at + separator.length) };
}
