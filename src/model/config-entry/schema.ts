/**
 * Shapes of config entries as data, and the one reader of them. Names match in either spelling (`MeshGateway`, `mesh_gateway`) and without
 * regard to case; scalars are taken leniently (5 for "5", "true" for true), since entries come from HCL as well as from JSON; names that the
 * shape does not know are told all at once. What is empty is left out, unless its field says otherwise.
 */
import { DurationError, durationFromNanoseconds, formatDuration, parseDuration, toNanoseconds } from '../../lib/duration.js';
import { faultList } from '../decode/proxy.js';
import { DecodeError, isObject } from '../decode.js';
import type { JsonSchema } from '../json-schema.js';

export type EntryShape =
  | { readonly kind: 'text' | 'boolean' | 'number' | 'duration' | 'nanoseconds' | 'anything' }
  | { readonly kind: 'list' | 'map'; readonly of: EntryShape }
  | { readonly kind: 'struct'; readonly fields: EntryFields };

export interface EntryField {
  readonly shape: EntryShape;
  /** `filled`: shown when not empty. `given`: also when it was given and is empty. `always`: as an empty value when it was not given. */
  readonly shown: 'filled' | 'given' | 'always';
}

export type EntryFields = Readonly<Record<string, EntryField>>;

export const text: EntryShape = { kind: 'text' };
export const boolean: EntryShape = { kind: 'boolean' };
export const number: EntryShape = { kind: 'number' };
/** A Go duration, kept as its text ("15s"). */
export const duration: EntryShape = { kind: 'duration' };
/** The same, shown as a number of nanoseconds. */
export const nanoseconds: EntryShape = { kind: 'nanoseconds' };
export const anything: EntryShape = { kind: 'anything' };
export const listOf = (of: EntryShape): EntryShape => ({ kind: 'list', of });
export const mapOf = (of: EntryShape): EntryShape => ({ kind: 'map', of });
export const struct = (fields: EntryFields): EntryShape => ({ kind: 'struct', fields });

export const filled = (shape: EntryShape): EntryField => ({ shape, shown: 'filled' });
export const given = (shape: EntryShape): EntryField => ({ shape, shown: 'given' });
export const always = (shape: EntryShape): EntryField => ({ shape, shown: 'always' });

/** What a body may hold, for the description of the API. Scalars are taken leniently; this names what they should be. */
export function schemaOfFields(fields: EntryFields): JsonSchema {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, { shape }]) => [name, schemaOfShape(shape)]));
  return { type: 'object', properties, additionalProperties: false };
}

function schemaOfShape(shape: EntryShape): JsonSchema {
  switch (shape.kind) {
    case 'text':
      return { type: 'string' };
    case 'boolean':
    case 'number':
      return { type: shape.kind };
    case 'duration':
    case 'nanoseconds':
      return { type: ['string', 'number'] };
    case 'anything':
      return {};
    case 'list':
      return { type: 'array', items: schemaOfShape(shape.of) };
    case 'map':
      return { type: 'object', additionalProperties: schemaOfShape(shape.of) };
    case 'struct':
      return schemaOfFields(shape.fields);
  }
}

/** @throws DecodeError that names every key which is not known, or the first value of a wrong type */
export function readFields(fields: EntryFields, value: unknown): Readonly<Record<string, unknown>> {
  const unknown: string[] = [];
  const read = readStruct(fields, value, '', unknown);
  if (unknown.length > 0) throw new DecodeError(`${faultList(unknown.map((key) => `invalid config key ${JSON.stringify(key)}`))}`);
  return read;
}

function readStruct(fields: EntryFields, value: unknown, path: string, unknown: string[]): Readonly<Record<string, unknown>> {
  const source = onlyObject(value, path);
  const names = new Map(Object.keys(fields).map((name) => [plainName(name), name]));
  const values = new Map<string, unknown>();
  for (const [key, item] of Object.entries(source)) {
    const name = names.get(plainName(key));
    const keyPath = path === '' ? key : `${path}.${key}`;
    if (name === undefined) unknown.push(keyPath);
    else if (item !== null) values.set(name, item);
  }
  const read: Record<string, unknown> = {};
  for (const [name, { shape, shown }] of Object.entries(fields)) {
    const isGiven = values.has(name);
    const decoded = isGiven ? readValue(shape, values.get(name), path === '' ? name : `${path}.${name}`, unknown) : emptyValue(shape);
    if (shown === 'always' || (shown === 'given' ? isGiven : !isEmpty(decoded))) read[name] = decoded;
  }
  return read;
}

function readValue(shape: EntryShape, value: unknown, path: string, unknown: string[]): unknown {
  switch (shape.kind) {
    case 'text':
      return readText(value, path);
    case 'boolean':
      return readBoolean(value, path);
    case 'number':
      return readNumber(value, path);
    case 'duration':
      return durationText(readDurationMs(value, path));
    case 'nanoseconds':
      return toNanoseconds(readDurationMs(value, path));
    case 'anything':
      return value;
    case 'list': {
      const items = Array.isArray(value) ? value : [value];
      return items.map((item, position) => readItem(shape.of, item, `${path}[${position}]`, unknown));
    }
    case 'map':
      return Object.fromEntries(
        Object.entries(onlyObject(value, path)).map(([key, item]) => [key, readItem(shape.of, item, `${path}[${key}]`, unknown)]),
      );
    case 'struct':
      return readStruct(shape.fields, value ?? {}, path, unknown);
  }
}

/** null is "not given" for a field; as an item of a list or a map it is nothing at all. */
function readItem(shape: EntryShape, value: unknown, path: string, unknown: string[]): unknown {
  if (value === null && shape.kind !== 'anything') throw wrongType(path, 'a value', value);
  return readValue(shape, value, path, unknown);
}

function emptyValue(shape: EntryShape): unknown {
  if (shape.kind === 'list') return [];
  if (shape.kind === 'map' || shape.kind === 'anything') return {};
  if (shape.kind === 'struct') return readStruct(shape.fields, {}, '', []);
  return shape.kind === 'boolean' ? false : shape.kind === 'number' || shape.kind === 'nanoseconds' ? 0 : '';
}

/** A block of HCL is a list of one. */
function onlyObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  const [only] = Array.isArray(value) && value.length === 1 ? value : [value];
  if (isObject(only)) return only;
  throw wrongType(path, 'a map', value);
}

function readText(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  throw wrongType(path, 'type string', value);
}

function readBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string' && /^(?:1|t|true|0|f|false|)$/i.test(value)) return /^(?:1|t)/i.test(value);
  throw wrongType(path, 'type bool', value);
}

function readNumber(value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  throw wrongType(path, 'a number', value);
}

function durationText(durationMs: number): string {
  return durationMs === 0 ? '' : formatDuration(durationMs);
}

function readDurationMs(value: unknown, path: string): number {
  if (typeof value === 'number') return durationFromNanoseconds(value);
  if (typeof value !== 'string') throw wrongType(path, 'a duration', value);
  try {
    return parseDuration(value === '' ? '0' : value);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new DecodeError(`1 error(s) decoding:\n\n* error decoding '${path}': ${error.message}`, { cause: error });
  }
}

function wrongType(path: string, wanted: string, value: unknown): DecodeError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : isObject(value) ? 'a map' : typeof value;
  return new DecodeError(`1 error(s) decoding:\n\n* '${path}' expected ${wanted}, got ${found}`);
}

function plainName(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false || value === null || value === undefined;
}
