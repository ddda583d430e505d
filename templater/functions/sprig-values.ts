/** What Sprig's functions make of values of any type: texts, numbers, lists. */
import { printValue } from '../go-template/format/printf.js';
import { readFloat, readInteger } from '../go-template/number-literal.js';
import { GoComplex, GoInteger, GoList, GoMap, GoSlot, GoStruct, type GoValue, integerOf, typeName } from '../go-template/value.js';
import { int64Range, wrapInt } from './go-numbers.js';

export function textOf(value: GoValue): string {
  return typeof value === 'string' ? value : printValue(value);
}

/** The texts of a list, nothing left out but nil; anything else is a list of one. */
export function textsOf(value: GoValue): string[] {
  if (value instanceof GoList) return value.items.filter((item) => !isNil(item)).map(textOf);
  return isNil(value) ? [] : [textOf(value)];
}

export function isNil(value: GoValue): value is null | undefined {
  return value === null || value === undefined;
}

/** What is no number is 0. */
export function wholeNumberOf(value: GoValue): bigint {
  const whole = integerOf(value);
  if (whole !== undefined && whole > int64Range.max) return int64Range.max;
  if (whole !== undefined) return whole;
  if (typeof value === 'string') return fromDigits(value.replace(/\.0*$/, ''));
  if (typeof value === 'number') return Number.isFinite(value) ? wrapInt(BigInt(Math.trunc(value))) : 0n;
  return value === true ? 1n : 0n;
}

function fromDigits(text: string): bigint {
  const read = readInteger(text);
  return read === undefined || read < int64Range.min || read > int64Range.max ? 0n : read;
}

/** What is no number is 0. */
export function floatOf(value: GoValue): number {
  const whole = integerOf(value);
  if (whole !== undefined) return Number(whole);
  if (typeof value === 'string') return readFloat(value) ?? 0;
  if (typeof value === 'number') return value;
  return value === true ? 1 : 0;
}

export function int64(value: bigint): GoInteger {
  return new GoInteger('int64', wrapInt(value));
}

/** The kind of Go's reflection: "slice", "map", "ptr", … */
export function kindOf(value: GoValue): string {
  if (isNil(value)) return 'invalid';
  if (value instanceof GoList) return 'slice';
  if (value instanceof GoMap) return 'map';
  if (value instanceof GoStruct) return value.struct.pointer ? 'ptr' : 'struct';
  if (value instanceof GoSlot) return kindOf(value.value);
  if (value instanceof GoInteger) return /^time\./.test(value.type) ? 'int' : value.type;
  return value instanceof GoComplex ? 'complex128' : typeName(value);
}

/** Equal in type and contents, as reflect.DeepEqual. */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  if (typeName(a) !== typeName(b)) return false;
  if (a instanceof GoInteger && b instanceof GoInteger) return a.value === b.value;
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary;
  if (a instanceof GoList && b instanceof GoList) {
    return a.items.length === b.items.length && a.items.every((item, i) => deepEqual(item, b.items[i]));
  }
  if (a instanceof GoMap && b instanceof GoMap) {
    return (
      a.entries.size === b.entries.size && a.keys().every((key) => b.entries.has(key) && deepEqual(a.entries.get(key), b.entries.get(key)))
    );
  }
  if (a instanceof GoStruct && b instanceof GoStruct) {
    if (a === b || a.isNil || b.isNil) return a.isNil === b.isNil;
    return a.struct.fields.size > 0 && [...a.struct.fields.keys()].every((name) => deepEqual(a.field(name), b.field(name)));
  }
  return a === b;
}

/** Elements of a list; nil has none. @throws Error that names what was to be done */
export function itemsOf(value: GoValue, action: string): readonly GoValue[] {
  if (value instanceof GoList) return value.items;
  if (isNil(value)) return [];
  throw new Error(`cannot ${action} type ${kindOf(value)}`);
}
