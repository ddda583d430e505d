/** Go's comparison rules for templates: integers compare across signs, other types only with their own, lists and maps never. */
import { sprintf } from '../go-template/format/printf.js';
import { GoComplex, GoInteger, GoList, GoMap, GoSlot, type GoValue, isUnsigned, typeName } from '../go-template/value.js';

type BasicKind = 'bool' | 'int' | 'uint' | 'float' | 'complex' | 'string' | 'other';

const mismatch = 'incompatible types for comparison';
const unordered = 'invalid type for comparison';

/** True when the first equals any of the others. @throws Error with Go's text */
export function equalsAny(first: GoValue, others: readonly GoValue[]): boolean {
  refuseIncomparable(first);
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some((other) => areEqual(first, other));
}

function areEqual(a: GoValue, b: GoValue): boolean {
  const kinds = [kindOf(a), kindOf(b)] as const;
  if (kinds[0] !== kinds[1]) {
    if (areIntegers(...kinds)) return integer(a) === integer(b);
    if (isNothing(a) || isNothing(b)) return false;
    throw new Error(mismatch);
  }
  if (kinds[0] !== 'other') return sameBasic(a, b);
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  refuseIncomparable(b);
  return a === b;
}

function sameBasic(a: GoValue, b: GoValue): boolean {
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary;
  return kindOf(a) === 'int' || kindOf(a) === 'uint' ? integer(a) === integer(b) : a === b;
}

/** @throws Error with Go's text */
export function isLess(a: GoValue, b: GoValue): boolean {
  const kinds = [kindOf(a), kindOf(b)] as const;
  if (kinds.includes('other')) throw new Error(unordered);
  if (kinds[0] !== kinds[1] && !areIntegers(...kinds)) throw new Error(mismatch);
  if (kinds[0] === 'bool' || kinds[0] === 'complex') throw new Error(unordered);
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  return integer(a) < integer(b);
}

export function isLessOrEqual(a: GoValue, b: GoValue): boolean {
  return isLess(a, b) || areEqual(a, b);
}

function refuseIncomparable(value: GoValue): void {
  if (value instanceof GoList || value instanceof GoMap) {
    throw new Error(sprintf('non-comparable type %s: %s', [value, typeName(value)]));
  }
}

function isNothing(value: GoValue): boolean {
  return value === undefined || value === null;
}

function areIntegers(a: BasicKind, b: BasicKind): boolean {
  return (a === 'int' || a === 'uint') && (b === 'int' || b === 'uint');
}

function integer(value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof GoInteger) return value.value;
  throw new TypeError('an integer was expected');
}

function kindOf(value: GoValue): BasicKind {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      if (value instanceof GoInteger) return isUnsigned(value.type) ? 'uint' : 'int';
      if (value instanceof GoComplex) return 'complex';
      return value instanceof GoSlot ? kindOf(value.value) : 'other';
  }
}
