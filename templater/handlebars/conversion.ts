/**
 * Values between Handlebars, which works on JavaScript's, and the template functions, which work on Go's. What a function returned is
 * remembered with its JavaScript form: passed to another function it is the same value again, types and all.
 */
import { fromText, toText } from '../go-template/byte-string.js';
import { printValue } from '../go-template/format/printf.js';
import {
  GoComplex,
  GoInteger,
  GoList,
  GoMap,
  GoStruct,
  type GoValue,
  integerOf,
  type ParameterType,
  typeName,
} from '../go-template/value.js';

const originals = new WeakMap<object, GoValue>();

/** Whole numbers become ints, since a template writes `5` for both. */
export function toGoValue(value: unknown): GoValue {
  switch (typeof value) {
    case 'string':
      return fromText(value);
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : value;
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      return value === null ? null : fromObject(value);
    default:
      return undefined;
  }
}

function fromObject(value: object): GoValue {
  if (originals.has(value)) return originals.get(value);
  if (Array.isArray(value)) return new GoList(value.map(toGoValue));
  return new GoMap(new Map(Object.entries(value).map(([key, item]) => [fromText(key), toGoValue(item)])));
}

/** Lists become arrays, maps and structs objects that inherit nothing, whole numbers numbers (beyond 2^53 their digits). */
export function fromGoValue(value: GoValue): unknown {
  switch (typeof value) {
    case 'string':
      return toText(value);
    case 'bigint':
      return wholeNumber(value);
    case 'object':
      return value === null ? null : (known(value) ?? remember(value));
    default:
      return value;
  }
}

const forms = new WeakMap<object, unknown>();

function known(value: object): unknown {
  // A function may have changed the map since.
  return value instanceof GoMap && value.isChanged ? undefined : forms.get(value);
}

function remember(value: Exclude<GoValue, undefined | null | boolean | bigint | number | string>): unknown {
  const form = formOf(value);
  if (typeof form === 'object' && form !== null) {
    originals.set(form, value);
    forms.set(value, form);
  }
  return form;
}

function formOf(value: Exclude<GoValue, undefined | null | boolean | bigint | number | string>): unknown {
  if (value instanceof GoInteger) return value.text === undefined ? wholeNumber(value.value) : value.text;
  if (value instanceof GoComplex) return toText(printValue(value));
  if (value instanceof GoList) return value.items.map(fromGoValue);
  if (value instanceof GoMap) return plainObject(value.keys().map((key) => [key, value.entries.get(key)] as const));
  if (value instanceof GoStruct) return structForm(value);
  return undefined;
}

function structForm(value: GoStruct): unknown {
  if (value.isNil) return null;
  if (value.struct.print) return toText(value.struct.print(value));
  return plainObject([...value.struct.fields.keys()].map((name) => [name, value.field(name)] as const));
}

/** All that our objects inherit: Handlebars puts them into its messages. No name in a template can be a member of it. */
const printable = Object.freeze(Object.assign(Object.create(null), { [Symbol.toPrimitive]: () => 'the object' }));

/** Data where there are none. */
export const emptyObject: object = Object.freeze(Object.create(printable));

function plainObject(entries: readonly (readonly [name: string, value: GoValue])[]): object {
  const object: Record<string, unknown> = Object.create(printable);
  for (const [name, value] of entries) object[toText(name)] = fromGoValue(value) ?? null;
  return object;
}

function wholeNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** A value for a parameter of the type. @throws Error that says what was expected */
export function argumentFor(value: GoValue, type: ParameterType): GoValue {
  switch (type) {
    case 'value':
    case 'slot':
      return value;
    case 'interface {}':
      return value ?? null;
    case 'string':
      if (typeof value === 'string') return value;
      if (typeof value === 'number' || integerOf(value) !== undefined) return printValue(value);
      break;
    case 'int': {
      const number = integerOf(value);
      if (number !== undefined) return number;
      break;
    }
    case 'int64': {
      const number = integerOf(value);
      if (number !== undefined) return new GoInteger('int64', number);
      break;
    }
    case 'float64':
      if (typeof value === 'number') return value;
      if (typeof value === 'bigint') return Number(value);
      break;
    case '[]string':
      if (value instanceof GoList && value.items.every((item) => typeof item === 'string')) return new GoList(value.items, '[]string');
      break;
    default:
      if (typeName(value) === type) return value;
  }
  throw new Error(`expected ${type}; got ${typeName(value)}`);
}
