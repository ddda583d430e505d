/**
 * From plain data (a parsed HCL or JSON file, or flags) to typed values, block by block as option-tables.ts lists them, and several of
 * them laid over each other.
 */
import { constants } from 'node:os';
import { parseDuration } from '../../src/lib/duration.js';
import { nearestName } from '../../src/lib/nearest.js';
import {
  type BlockTable,
  configBlocks,
  type KeyRow,
  type KeyTable,
  type KeyType,
  type templateBlocks,
  unusedKeys,
} from './option-tables.js';

/** A setting that makes no sense: exit status 15. The message names file and line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

interface TypeTable {
  string: string;
  strings: readonly string[];
  bool: boolean;
  count: number;
  integer: number;
  /** Milliseconds. */
  duration: number;
  /** '' is none. */
  signal: NodeJS.Signals | '';
  mode: number;
  owner: string;
  command: string | readonly string[];
}
type Values<T extends KeyTable> = { readonly [K in keyof T]?: TypeTable[T[K]['type']] };
/** What a file says, with undefined for every key it does not name. */
export type Blocks<T extends BlockTable> = { readonly [P in keyof T]: Values<T[P]> };
export type ConfigBlocks = Blocks<typeof configBlocks>;
export type TemplateBlocks = Blocks<typeof templateBlocks>;

/** Throws ConfigError with the place of the key. */
export type FailAt = (key: string, reason: string) => never;

interface Decoding {
  readonly table: BlockTable;
  /** Put before paths in errors and in the table of unused keys: '' or 'template'. */
  readonly root: '' | 'template';
  readonly failAt: FailAt;
  /** Told of keys that are known and not used. */
  readonly onUnused: (key: string, reason: string) => void;
}

/** @throws ConfigError for unknown keys and wrong types */
export function decodeBlocks<T extends BlockTable>(
  table: T,
  data: Readonly<Record<string, unknown>>,
  context: Omit<Decoding, 'table'>,
): Blocks<T> {
  const found = new Map<string, Record<string, unknown>>(Object.keys(table).map((path) => [path, {}]));
  decodeInto(found, data, { ...context, table, path: '' });
  return Object.fromEntries(found) as Blocks<T>;
}

function decodeInto(
  found: Map<string, Record<string, unknown>>,
  data: Readonly<Record<string, unknown>>,
  { path, ...decoding }: Decoding & { readonly path: string },
): void {
  const { table, root, failAt, onUnused } = decoding;
  for (const [key, value] of Object.entries(data)) {
    const inner = path === '' ? key : `${path}.${key}`;
    const row = rowOf(table, path, key);
    const full = root === '' ? inner : `${root}.${inner}`;
    if (row !== undefined)
      Object.assign(found.get(path) ?? {}, { [key]: readValue(value, row.type, (reason) => failAt(key, `"${full}" ${reason}`)) });
    else if (Object.hasOwn(table, inner))
      for (const block of blocksIn(value, inner, (reason) => failAt(key, `"${full}" ${reason}`)))
        decodeInto(found, block, { ...decoding, path: inner });
    else if (Object.hasOwn(unusedKeys, full)) onUnused(key, `"${full}" is not used: ${unusedKeys[full]}`);
    else failAt(key, unknownKey(full, { key, known: knownKeys(table, path) }));
  }
}

function rowOf(table: BlockTable, path: string, key: string): KeyRow | undefined {
  const keys = table[path] ?? {};
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}

function knownKeys(table: BlockTable, path: string): readonly string[] {
  const start = path === '' ? '' : `${path}.`;
  const blocks = Object.keys(table).filter((name) => name !== '' && name.startsWith(start) && !name.slice(start.length).includes('.'));
  return [...Object.keys(table[path] ?? {}), ...blocks.map((name) => name.slice(start.length)), ...(path === '' ? ['template'] : [])];
}

function unknownKey(full: string, { key, known }: { readonly key: string; readonly known: readonly string[] }): string {
  const near = nearestName(key, known);
  return `unknown key "${full}"${near === null || near === key ? '' : `, did you mean "${near}"?`}`;
}

/** A block may come several times; the later one counts, key by key. `wait = "5s:10s"` and `consul = "host:port"` are short for blocks. */
function blocksIn(value: unknown, path: string, fail: (reason: string) => never): readonly Readonly<Record<string, unknown>>[] {
  if (path === 'wait' && typeof value === 'string') return [waitBlock(value)];
  if (path === 'consul' && typeof value === 'string') return [{ address: value }];
  const blocks = Array.isArray(value) ? value : [value];
  return blocks.every(isMap) ? blocks : fail('must be a block');
}

/** "5s:10s" -> { min: "5s", max: "10s" } */
export function waitBlock(text: string): Readonly<Record<string, unknown>> {
  const [min = '', ...max] = text.split(':');
  return max.length === 0 ? { min } : { min, max: max.join(':') };
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readValue(value: unknown, type: KeyType, fail: (reason: string) => never): TypeTable[KeyType] {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : fail('must be a string');
    case 'strings':
      return readStrings(value, fail);
    case 'bool':
      return typeof value === 'boolean' ? value : fail('must be true or false');
    case 'count':
      return isWhole(value) && value >= 0 ? value : fail('must be a whole number, 0 or more');
    case 'integer':
      return isWhole(value) ? value : fail('must be a whole number');
    case 'duration':
      return readDuration(value, fail);
    case 'signal':
      return typeof value === 'string' ? readSignal(value, fail) : fail('must be a string such as "SIGHUP"');
    case 'mode':
      return readMode(value, fail);
    case 'owner':
      return typeof value === 'string' ? value : isWhole(value) && value >= 0 ? String(value) : fail('must be a name or a number');
    case 'command':
      return typeof value === 'string' || isStringList(value) ? value : fail('must be a string or a list of strings');
  }
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function readStrings(value: unknown, fail: (reason: string) => never): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : value.split(',');
  return isStringList(value) ? value : fail('must be a list of strings');
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function readDuration(value: unknown, fail: (reason: string) => never): number {
  if (value === 0) return 0;
  if (typeof value !== 'string') return fail('must be a string such as "30s"');
  let durationMs: number;
  try {
    durationMs = parseDuration(value);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  return durationMs >= 0 ? durationMs : fail('must not be negative');
}

function readSignal(text: string, fail: (reason: string) => never): NodeJS.Signals | '' {
  const name = text.toUpperCase();
  return name === '' ? '' : isSignal(name) ? name : fail(`invalid signal "${text}"`);
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}

/** HCL reads 0640 as octal itself; in a string it is octal with or without the zero. */
function readMode(value: unknown, fail: (reason: string) => never): number {
  const mode = typeof value === 'string' && /^[0-7]+$/.test(value) ? Number.parseInt(value, 8) : value;
  return typeof mode === 'number' && Number.isInteger(mode) && mode >= 0 && mode <= 0o7777
    ? mode
    : fail('must be permission bits such as 0640');
}

/** Key by key, the later one counts; lists of names and variables add up. */
export function mergeBlocks(configs: readonly ConfigBlocks[]): ConfigBlocks {
  const paths = Object.keys(configBlocks) as (keyof ConfigBlocks)[];
  return Object.fromEntries(paths.map((path) => [path, laidOver(path, configs)])) as ConfigBlocks;
}

function laidOver(path: keyof ConfigBlocks, configs: readonly ConfigBlocks[]): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = {};
  const table: KeyTable = configBlocks[path];
  for (const block of configs.map((config) => config[path])) {
    for (const [key, value] of Object.entries(block)) {
      const before = merged[key];
      merged[key] = table[key]?.type === 'strings' && Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  }
  return merged;
}
