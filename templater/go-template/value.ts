/**
 * The values a template works on, with Go's types kept apart:
 *
 *   undefined             no value at all (a missing map key, nil data)    bigint   int (64 bit)
 *   null                  a nil interface (JSON null)                      number   float64
 *   boolean               bool                                             string   string, as a byte string
 *
 * and the classes below. Types are written as Go writes them ("[]interface {}"), because that is what `%T` and error texts show.
 */
import type { CallContext } from '../call-context.js';

export type GoValue =
  | undefined
  | null
  | boolean
  | bigint
  | number
  | string
  | GoInteger
  | GoComplex
  | GoList
  | GoMap
  | GoStruct
  | GoSlot
  | GoFunction;

export type TypeName = string;
export const anyType: TypeName = 'interface {}';
export const listType: TypeName = '[]interface {}';
export const mapType: TypeName = 'map[string]interface {}';

/** An integer that is not an `int`. */
export class GoInteger {
  readonly type: TypeName;
  readonly value: bigint;
  /** How `%v` and `%s` show it, for types whose numbers have names (months). */
  readonly text: string | undefined;

  constructor(type: TypeName, value: bigint, text?: string) {
    this.type = type;
    this.value = value;
    this.text = text;
  }
}

/** complex128. */
export class GoComplex {
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

export class GoList {
  /** "[]string"; a named type keeps its elements' type in `elementType`. */
  readonly type: TypeName;
  readonly elementType: TypeName;
  readonly items: readonly GoValue[];
  readonly methods: Methods | undefined;

  constructor(items: readonly GoValue[], type: TypeName = listType, named: { elementType?: TypeName; methods?: Methods } = {}) {
    this.items = items;
    this.type = type;
    this.elementType = named.elementType ?? (type.startsWith('[]') ? type.slice(2) : anyType);
    this.methods = named.methods;
  }
}

/** What a source answers when a value has parts of its own: then all entries are to be made, and kept. */
export const madeWhole = Symbol('made whole');

/** Where a map takes its entries from as they are asked for: of large data most are only read once, or never. */
export interface EntrySource {
  get(key: string): GoValue | typeof madeWhole;
  all(): ReadonlyMap<string, GoValue>;
}

/** A map. A template may change it; what it was made from stays as it is. */
export class GoMap {
  readonly type: TypeName;
  #source: EntrySource | undefined;
  #entries: ReadonlyMap<string, GoValue> | undefined;
  /** The same as `#entries` once something was changed. */
  #own: Map<string, GoValue> | undefined;
  #sorted: readonly string[] | undefined;

  constructor(entries: ReadonlyMap<string, GoValue> | EntrySource, type: TypeName = mapType) {
    if (entries instanceof Map) this.#entries = entries;
    else this.#source = entries as EntrySource;
    this.type = type;
  }

  /** Keys are held as strings; those of type int are decimal numbers. */
  get keyType(): 'string' | 'int' {
    return this.type !== mapType && this.type.startsWith('map[int]') ? 'int' : 'string';
  }

  get elementType(): TypeName {
    if (this.type === mapType) return anyType;
    const prefix = `map[${this.keyType}]`;
    return this.type.startsWith(prefix) ? this.type.slice(prefix.length) : anyType;
  }

  get entries(): ReadonlyMap<string, GoValue> {
    this.#entries ??= this.#source?.all() ?? new Map();
    return this.#entries;
  }

  get(key: string): GoValue {
    if (this.#entries === undefined) {
      const value = this.#source?.get(key);
      if (value !== madeWhole) return value;
    }
    return this.entries.get(key);
  }

  get isChanged(): boolean {
    return this.#own !== undefined;
  }

  /** In byte order, numbers by value: the order of `range` and of printing. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.entries.keys()].sort(this.keyType === 'int' ? (a, b) => Number(a) - Number(b) : compareBytes);
    return this.#sorted;
  }

  set(key: string, value: GoValue): void {
    this.#change().set(key, value);
  }

  delete(key: string): void {
    this.#change().delete(key);
  }

  #change(): Map<string, GoValue> {
    this.#own ??= new Map(this.entries);
    this.#entries = this.#own;
    this.#sorted = undefined;
    return this.#own;
  }
}

export interface StructType {
  /** "memkv.KVPair", without the star of a pointer. */
  readonly name: TypeName;
  /** Whether the functions hand out pointers to it. */
  readonly pointer: boolean;
  /** Field names with their types, in order of declaration. */
  readonly fields: ReadonlyMap<string, TypeName>;
  readonly methods?: Methods;
  /** How `%v` and `%s` show it, for types that know (times). */
  readonly print?: (value: GoStruct) => string;
}

export class GoStruct {
  readonly struct: StructType;
  readonly #values: Readonly<Record<string, GoValue>> | null;

  /** `values` null is a nil pointer. */
  constructor(struct: StructType, values: Readonly<Record<string, GoValue>> | null) {
    this.struct = struct;
    this.#values = values;
  }

  get isNil(): boolean {
    return this.#values === null;
  }

  get type(): TypeName {
    return this.struct.pointer ? `*${this.struct.name}` : this.struct.name;
  }

  /** Of a name that is known to be a field, and of a struct that is not nil. */
  present(name: string): GoValue {
    return this.#values?.[name] ?? undefined;
  }

  /** Undefined for a name that is no field. */
  field(name: string): GoValue {
    return this.struct.fields.has(name) ? this.#values?.[name] : undefined;
  }
}

/**
 * A value that still lies in its interface {} slot, as Go's reflection hands it to a few built-ins: only parameters of type `slot`
 * receive one.
 */
export class GoSlot {
  readonly type: TypeName = anyType;
  readonly value: GoValue;

  constructor(value: GoValue) {
    this.value = value;
  }
}

/** A parameter as Go's reflection sees it. `value` is reflect.Value: whatever there is, also nothing; `slot` the same, slots kept. */
export type ParameterType = TypeName | 'value' | 'slot';

/** What can be called from a template: a function or a method. */
export interface GoFunction {
  readonly kind: 'function';
  readonly name: string;
  readonly parameters: readonly ParameterType[];
  /** The type of any further arguments; undefined when it takes a fixed number. */
  readonly rest?: ParameterType | undefined;
  /** `and` and `or`: arguments are evaluated one by one until one decides. */
  readonly stopsAt?: boolean | undefined;
  /** @throws Error whose message follows "error calling NAME: " */
  call(values: readonly GoValue[], context: CallContext): GoValue;
}

export type Methods = Readonly<Record<string, (receiver: GoValue) => GoFunction>>;

export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As `%T` prints it. */
export function typeName(value: GoValue): TypeName {
  switch (typeof value) {
    case 'undefined':
      return '<nil>';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
    case 'string':
      return 'string';
    default:
      if (value === null) return '<nil>';
      if (value instanceof GoComplex) return 'complex128';
      return 'kind' in value ? 'func' : value.type;
  }
}

/** What `if` and `with` take for true: everything but false, zero, nothing, and what is empty. */
export function isTrue(value: GoValue): boolean {
  if (value === null || value === undefined) return false;
  if (value instanceof GoInteger) return value.value !== 0n;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  if (value instanceof GoList) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoStruct) return !value.isNil;
  // NaN is true in Go: it is not equal to zero.
  return typeof value === 'number' ? value !== 0 : Boolean(value);
}

/** What a variable of the type holds before anything is put there. */
export function zeroValue(type: TypeName): GoValue {
  if (type === 'string') return '';
  if (type === 'bool') return false;
  if (type === 'int') return 0n;
  if (type === 'float64') return 0;
  if (/^u?int\d*$/.test(type)) return new GoInteger(type, 0n);
  if (type.startsWith('[]')) return new GoList([], type);
  if (type.startsWith('map[')) return new GoMap(new Map(), type);
  return null;
}

/** The number of an integer of any type, undefined for everything else. */
export function integerOf(value: GoValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof GoInteger ? value.value : undefined;
}

export function isUnsigned(type: TypeName): boolean {
  return type.startsWith('uint');
}
