/**
 * A TOML table becomes typed values by a literal list of its keys: the one decoder of confd's resource files and of ours. A wrong type is
 * an error that names the key; who gives `failAt` adds file and line.
 */
import { constants } from 'node:os';
import { parseDuration } from '../../src/lib/duration.js';
import { nearestName } from '../../src/lib/nearest.js';

interface TypeTable {
  string: string;
  strings: readonly string[];
  /** One text, or a list of them. */
  list: readonly string[];
  /** A line for a shell, or the words of a program and its arguments. */
  command: string | readonly string[];
  integer: number;
  /** Milliseconds. */
  duration: number;
  boolean: boolean;
  signal: NodeJS.Signals;
  table: Table;
}
export type KeyType = keyof TypeTable;
export type Table = Readonly<Record<string, unknown>>;

export interface KeyRow {
  readonly type: KeyType;
  /** For the page of the user. */
  readonly about: string;
}
export type KeyRows = Readonly<Record<string, KeyRow>>;
/** What a table says, with undefined for every key it does not hold. */
export type Values<R extends KeyRows> = { readonly [K in keyof R]?: TypeTable[R[K]['type']] };

/** Throws the error of whoever reads the table. `key` is '' for the table itself. */
export type FailAt = (key: string, reason: string) => never;

/** Keys that nobody knows are left out; `unknownKeys` finds them. */
export function decodeTable<R extends KeyRows>(table: Table, rows: R, failAt: FailAt): Values<R> {
  const entries = Object.entries(rows)
    .filter(([key]) => table[key] !== undefined)
    .map(([key, { type }]) => [key, readValue(table[key], type, (reason) => failAt(key, `"${key}" ${reason}`))]);
  return Object.fromEntries(entries) as Values<R>;
}

export interface UnknownKey {
  readonly key: string;
  /** `unknown key "dst", did you mean "dest"?` */
  readonly text: string;
}

export function unknownKeys(table: Table, known: readonly string[]): readonly UnknownKey[] {
  return Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearestName(key, known);
      return { key, text: `unknown key "${key}"${near === null ? '' : `, did you mean "${near}"?`}` };
    });
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function readValue(value: unknown, type: KeyType, fail: (reason: string) => never): TypeTable[KeyType] {
  const wrong = (expected: string) => fail(`must be ${expected}, not ${typeName(value)}`);
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : wrong('a string');
    case 'strings':
      return isStringList(value) ? value : wrong('a list of strings');
    case 'list':
      if (typeof value === 'string') return [value];
      return isStringList(value) ? value : wrong('a string or a list of strings');
    case 'command':
      return typeof value === 'string' || isStringList(value) ? value : wrong('a string or a list of strings');
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? value : wrong('an integer');
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong('true or false');
    case 'duration':
      return readDuration(typeof value === 'string' ? value : wrong('a string such as "30s"'), fail);
    case 'signal':
      return readSignal(typeof value === 'string' ? value : wrong('a string such as "SIGHUP"'), fail);
    case 'table':
      return isTable(value) ? value : wrong('a table');
  }
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function typeName(value: unknown): string {
  if (value instanceof Date) return 'a date';
  if (Array.isArray(value)) return 'a list';
  return isTable(value) ? 'a table' : `a ${typeof value}`;
}

/** Longer than nothing. */
export function readDuration(text: string, fail: (reason: string) => never): number {
  let durationMs: number;
  try {
    durationMs = parseDuration(text);
  } catch (error) {
    return fail(
      `cannot be ${JSON.stringify(text)}: ${error instanceof Error ? error.message : String(error)}; times are such as "90s" or "5m"`,
    );
  }
  return durationMs > 0 ? durationMs : fail('must be more than 0');
}

function readSignal(text: string, fail: (reason: string) => never): NodeJS.Signals {
  return isSignal(text) ? text : fail(`must be the name of a signal, such as "SIGHUP", not "${text}"`);
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}
