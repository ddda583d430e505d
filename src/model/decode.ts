/**
 * The one decoder of untrusted input. A shape is a literal table of fields; `record(shape)` turns plain JSON data into a record of exactly
 * that shape, with every default filled in, so that nobody has to check again.
 *
 * It speaks two dialects, because Consul does:
 *  - `body` (HTTP): as Go's JSON decoder that refuses unknown fields. Names match without regard to case, null is "not given", the first
 *    fault ends it: `json: unknown field "Bogus"`.
 *  - `file` (configuration): keys are lower-case words joined by underscores and match without regard to case; a list of one stands for
 *    its element; faults are collected in the context, each with its path (`services[1].checks[0].zzz`), so that all are told together.
 */
import { DurationError, durationFromNanoseconds, parseDuration } from '../lib/duration.js';
import { goQuote } from '../lib/go-quote.js';
import { type JsonSchema, schemaOf, withSchema } from './json-schema.js';

/** What is wrong with a body, in Go's words and without the route's prefix ("Request decode failed: "). */
export class DecodeError extends Error {
  override name = 'DecodeError';
}

export interface UnknownKey {
  /** `service.check.zzz` */
  readonly path: string;
  /** What could stand in its place. */
  readonly known: readonly string[];
}

export interface DecodeContext {
  readonly dialect: 'body' | 'file';
  readonly unknownKeys: UnknownKey[];
  /** Values of the wrong type; the value is then taken as not given. */
  readonly wrongTypes: string[];
  /** Durations and other values that are of the right type and still make no sense, with their path in front. */
  readonly wrongValues: string[];
}

/** Where in the input a value stands; turned into text only when something is wrong with it. */
export interface Spot {
  readonly context: DecodeContext;
  readonly parent: Spot | null;
  readonly key: string | number;
}

export type Decoder<T> = (value: unknown, spot: Spot) => T;

export interface Field<T> {
  readonly decode: Decoder<T>;
  /** The value when the key is missing or null. */
  readonly missing: T;
  /** Keys in files, the documented one first, then old spellings; none when files cannot give it. */
  readonly file: readonly string[];
  /** Keys in bodies besides the field's own name; null when bodies cannot give it. */
  readonly body: readonly string[] | null;
}

// biome-ignore lint/suspicious/noExplicitAny: the table holds fields of every type; `Decoded` gives each its own back
export type Shape = Readonly<Record<string, Field<any>>>;
export type Decoded<S extends Shape> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

/** Decodes a body. @throws DecodeError with the first fault */
export function decodeBody<T>(decoder: Decoder<T>, value: unknown): T {
  return decoder(value, rootSpot(newContext('body')));
}

/** Decodes a part of a configuration file; what is wrong with it is in the context. */
export function decodeFile<T>(decoder: Decoder<T>, value: unknown, key = ''): { readonly value: T; readonly context: DecodeContext } {
  const context = newContext('file');
  return { value: decoder(value, { context, parent: null, key }), context };
}

export function newContext(dialect: DecodeContext['dialect']): DecodeContext {
  return { dialect, unknownKeys: [], wrongTypes: [], wrongValues: [] };
}

export function rootSpot(context: DecodeContext): Spot {
  return { context, parent: null, key: '' };
}

/** `services[1].checks[0].zzz`, `dns_config.service_ttl["*"]` */
export function pathOf(spot: Spot): string {
  if (spot.parent === null) return String(spot.key);
  const parent = pathOf(spot.parent);
  if (typeof spot.key === 'number') return `${parent}[${spot.key}]`;
  return parent === '' ? spot.key : `${parent}.${spot.key}`;
}

export interface FieldNames {
  readonly file?: string | readonly string[];
  readonly body?: readonly string[] | null;
}

/** One row of a shape. Without names the field exists in bodies only, under its own name. */
export function field<T>(decode: Decoder<T>, missing: T, names: FieldNames = {}): Field<T> {
  const file = names.file ?? [];
  return { decode, missing, file: typeof file === 'string' ? [file] : file, body: names.body === undefined ? [] : names.body };
}

export function record<S extends Shape>(shape: S): Decoder<Decoded<S>> {
  const names = { body: nameTable(shape, 'body'), file: nameTable(shape, 'file') };
  const missing = Object.fromEntries(Object.entries(shape).map(([name, { missing }]) => [name, missing]));
  const decode: Decoder<Decoded<S>> = (given, spot) => {
    const source = asObject(given, spot);
    const decoded: Record<string, unknown> = { ...missing };
    for (const [key, value] of Object.entries(source)) {
      const name = names[spot.context.dialect].get(key.toLowerCase());
      const known = name === undefined ? undefined : shape[name];
      if (name === undefined || known === undefined) unknownKey(key, spot, shape);
      else if (value !== null && value !== undefined) decoded[name] = known.decode(value, { context: spot.context, parent: spot, key });
    }
    return decoded as Decoded<S>;
  };
  return withSchema(decode, () => recordSchema(shape));
}

function recordSchema(shape: Shape): JsonSchema {
  const known = Object.entries(shape).filter(([, { body }]) => body !== null);
  const properties = Object.fromEntries(known.map(([name, { decode }]) => [name, schemaOf(decode)]));
  return { type: 'object', properties, additionalProperties: false };
}

function nameTable(shape: Shape, dialect: DecodeContext['dialect']): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const [name, { file, body }] of Object.entries(shape)) {
    const keys = dialect === 'file' ? file : body === null ? [] : [name, ...body];
    for (const key of keys) table.set(key.toLowerCase(), name);
  }
  return table;
}

function unknownKey(key: string, spot: Spot, shape: Shape): void {
  if (spot.context.dialect === 'body') throw new DecodeError(`json: unknown field ${goQuote(key)}`);
  const known = Object.values(shape).flatMap(({ file }) => file.slice(0, 1));
  spot.context.unknownKeys.push({ path: pathOf({ context: spot.context, parent: spot, key }), known });
}

export const text: Decoder<string> = (value, spot) => scalar(value, spot, 'string', '');
export const boolean: Decoder<boolean> = (value, spot) => scalar(value, spot, 'boolean', false);
withSchema(text, () => ({ type: 'string' }));
withSchema(boolean, () => ({ type: 'boolean' }));

/** Whole numbers; files may give a fraction, which is cut off. */
export const integer: Decoder<number> = (value, spot) => {
  const number = scalar(value, spot, 'number', 0, 'int');
  if (spot.context.dialect === 'file') return Math.trunc(number);
  if (Number.isSafeInteger(number)) return number;
  throw new DecodeError(`json: cannot unmarshal number ${number} into Go struct field ${pathOf(spot)} of type int`);
};
export const float: Decoder<number> = (value, spot) => scalar(value, spot, 'number', 0, 'float64');
withSchema(integer, () => ({ type: 'integer' }));
withSchema(float, () => ({ type: 'number' }));

/** Anything at all, as it came: opaque configuration of proxies and the like. */
export const anything: Decoder<unknown> = (value) => value;

/**
 * Milliseconds. Text is a Go duration; in bodies a bare number is nanoseconds and true or false counts as not given (so does Consul).
 * In files a duration that cannot be read is a wrong value: `check_update_interval: invalid duration: "5x": time: …`.
 */
export const duration: Decoder<number> = (value, spot) => {
  if (spot.context.dialect === 'file') return fileDuration(text(value, spot), pathOf(spot), spot.context);
  if (typeof value === 'number') return durationFromNanoseconds(value);
  if (typeof value === 'boolean') return 0;
  if (typeof value !== 'string') throw unmarshalError(value, spot, 'duration');
  try {
    return parseDuration(value);
  } catch (error) {
    if (error instanceof DurationError) throw new DecodeError(error.message, { cause: error });
    throw error;
  }
};

withSchema(duration, () => ({ type: ['string', 'number'] }));

/** For a duration whose path is not where it stands: `check[web].interval`. */
export function fileDuration(given: string, path: string, context: DecodeContext): number {
  try {
    return parseDuration(given);
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    context.wrongValues.push(`${path}: invalid duration: ${goQuote(given)}: ${error.message}`);
    return 0;
  }
}

export function list<T>(element: Decoder<T>): Decoder<readonly T[]> {
  const decode: Decoder<readonly T[]> = (value, spot) => {
    if (Array.isArray(value))
      return value.map((item, position) => present(element, item, { context: spot.context, parent: spot, key: position }));
    if (spot.context.dialect === 'body') throw unmarshalError(value, spot, '[]');
    spot.context.wrongTypes.push(`'${pathOf(spot)}': source data must be an array or slice, got ${kindInFiles(value)}`);
    return [];
  };
  return withSchema(decode, () => ({ type: 'array', items: schemaOf(element) }));
}

/** `{ "a": …, "b": … }` with keys of the user's choice, kept as they are. */
export function map<T>(element: Decoder<T>): Decoder<Readonly<Record<string, T>>> {
  const decode: Decoder<Readonly<Record<string, T>>> = (value, spot) => {
    const given = Object.entries(asObject(value, spot));
    const entries = spot.context.dialect === 'file' ? given.filter(([, item]) => item !== null) : given;
    const mapSpot = { context: spot.context, parent: spot.parent, key: spot.key };
    return Object.fromEntries(
      entries.map(([key, item]) => [
        key,
        present(element, item, { context: spot.context, parent: null, key: `${pathOf(mapSpot)}["${key}"]` }),
      ]),
    );
  };
  return withSchema(decode, () => ({ type: 'object', additionalProperties: schemaOf(element) }));
}

/** null stands for a field that is not given; as an item of a list or a map it stands for nothing. */
function present<T>(element: Decoder<T>, item: unknown, spot: Spot): T {
  if (item === null && spot.context.dialect === 'body' && element !== anything)
    throw new DecodeError(`json: cannot unmarshal null into Go struct field ${pathOf(spot)}`);
  return element(item, spot);
}

function asObject(value: unknown, spot: Spot): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  if (spot.context.dialect === 'body') {
    if (value === null) return {};
    throw unmarshalError(value, spot, 'object');
  }
  if (value === null || value === undefined) return {};
  if (Array.isArray(value) && value.length === 1) return asObject(value[0], spot);
  spot.context.wrongTypes.push(`'${pathOf(spot)}' expected a map, got '${kindInFiles(value)}'`);
  return {};
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Scalar = { string: string; boolean: boolean; number: number };
const goNames = { string: 'string', boolean: 'bool', number: 'int' } as const;

function scalar<K extends keyof Scalar>(
  value: unknown,
  spot: Spot,
  kind: K,
  missing: Scalar[K],
  goName: string = goNames[kind],
): Scalar[K] {
  if (typeof value === kind) return value as Scalar[K];
  if (value === null) return missing;
  if (spot.context.dialect === 'body') throw unmarshalError(value, spot, goName);
  if (Array.isArray(value) && value.length === 1) return scalar(value[0], spot, kind, missing, goName);
  spot.context.wrongTypes.push(
    `'${pathOf(spot)}' expected type '${goName}', got unconvertible type '${typeInFiles(value)}', value: '${shown(value)}'`,
  );
  return missing;
}

/** Go's name for what JSON holds. */
function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function unmarshalError(value: unknown, spot: Spot, goName: string): DecodeError {
  const path = pathOf(spot);
  const target = path === '' ? `Go value of type ${goName}` : `Go struct field ${path} of type ${goName}`;
  return new DecodeError(`json: cannot unmarshal ${jsonKind(value)} into ${target}`);
}

function kindInFiles(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  return isObject(value) ? 'map' : typeInFiles(value);
}

function typeInFiles(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  return typeof value === 'number' ? 'float64' : typeof value === 'boolean' ? 'bool' : typeof value;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
