/** `len`, `index` and `slice` with Go's rules and error texts. */
import { GoInteger, GoList, GoMap, GoSlot, type GoValue, integerOf, typeName, zeroValue } from '../go-template/value.js';

export function lengthOf(value: GoValue): bigint {
  if (typeof value === 'string') return BigInt(value.length);
  if (value instanceof GoList) return BigInt(value.items.length);
  if (value instanceof GoMap) return BigInt(value.entries.size);
  if (value === undefined) throw new Error('reflect: call of reflect.Value.Type on zero Value');
  if (value === null) throw new Error('len of nil pointer');
  throw new Error(`len of type ${typeName(value)}`);
}

/** `index x 1 "a"` is x[1]["a"]. */
export function indexInto(value: GoValue, keys: readonly GoValue[]): GoValue {
  if (value === undefined || value === null) throw new Error('index of untyped nil');
  let item: GoValue = value;
  for (const key of keys) {
    if (item === undefined || item === null) throw new Error('index of nil pointer');
    item = elementAt(item, key);
  }
  return item;
}

function elementAt(item: GoValue, key: GoValue): GoValue {
  if (item instanceof GoList) {
    const position = checkedPosition(key, item.items.length);
    if (position === item.items.length) throw new Error('reflect: slice index out of range');
    return item.items[position];
  }
  if (typeof item === 'string') {
    const position = checkedPosition(key, item.length);
    if (position === item.length) throw new Error('reflect: string index out of range');
    return new GoInteger('uint8', BigInt(item.charCodeAt(position)));
  }
  if (item instanceof GoMap) {
    const name = item.keyType === 'int' ? numberKey(key) : mapKey(key);
    return item.entries.has(name) ? item.entries.get(name) : zeroValue(item.elementType);
  }
  throw new Error(`can't index item of type ${typeName(item)}`);
}

function numberKey(key: GoValue): string {
  const number = integerOf(key);
  if (number === undefined) throw new Error(`value has type ${typeName(key)}; should be int`);
  return String(number);
}

function mapKey(key: GoValue): string {
  if (typeof key === 'string') return key;
  if (key === undefined || key === null) throw new Error('value is nil; should be of type string');
  throw new Error(`value has type ${typeName(key)}; should be string`);
}

/** One beyond the end is allowed here, as in Go: slicing may ask for it. */
function checkedPosition(key: GoValue, length: number): number {
  if (key === undefined || key === null) throw new Error('cannot index slice/array with nil');
  const position = integerOf(key);
  if (position === undefined) throw new Error(`cannot index slice/array with type ${typeName(key)}`);
  if (position < 0n || position > BigInt(length)) throw new Error(`index out of range: ${position}`);
  return Number(position);
}

/** `slice x 1 3` is x[1:3]. */
export function sliceOf(slot: GoValue, bounds: readonly GoValue[]): GoValue {
  const item = slot instanceof GoSlot ? slot.value : slot;
  if (item === undefined || item === null) throw new Error('slice of untyped nil');
  if (bounds.length > 3) throw new Error(`too many slice indexes: ${bounds.length}`);
  if (typeof item === 'string' && bounds.length === 3) throw new Error('cannot 3-index slice a string');
  if (typeof item !== 'string' && !(item instanceof GoList)) throw new Error(`can't slice item of type ${typeName(item)}`);
  const length = typeof item === 'string' ? item.length : item.items.length;
  const [from = 0, to = length, capacity] = bounds.map((bound) => checkedPosition(bound, length));
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (capacity !== undefined && to > capacity) throw new Error(`invalid slice index: ${to} > ${capacity}`);
  if (typeof item === 'string') return item.slice(from, to);
  const { elementType, methods } = item;
  return new GoList(item.items.slice(from, to), item.type, methods ? { elementType, methods } : { elementType });
}
