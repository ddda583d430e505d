/** confd's functions on JSON, maps and lists. */
import { parseGoJson } from '../go-json.js';
import { GoList, GoMap, GoStruct, type GoValue, isTrue, listType, mapType, typeName } from '../go-template/value.js';
import { type Dialect, row } from './function-row.js';
import { stringList } from './go-strings.js';
import { encodeJson } from './json-encode.js';

const dialects: readonly Dialect[] = ['confd'];
const untyped = 'interface {}' as const;
const mapParameter = 'map[string]interface {}' as const;

export const confdCollectionFunctions = [
  row({
    name: 'json',
    dialects,
    usage: 'json TEXT',
    summary: 'a JSON object; numbers become float64',
    parameters: ['string'],
    call: (_, [text]) => expectShape(parseGoJson(text), mapType) ?? new GoMap(new Map()),
  }),
  row({
    name: 'jsonArray',
    dialects,
    usage: 'jsonArray TEXT',
    summary: 'a JSON array',
    parameters: ['string'],
    call: (_, [text]) => expectShape(parseGoJson(text), listType) ?? new GoList([]),
  }),
  row({
    name: 'fromJson',
    dialects,
    usage: 'fromJson TEXT',
    summary: 'any JSON',
    parameters: ['string'],
    call: (_, [text]) => parseGoJson(text),
  }),
  row({
    name: 'toJson',
    dialects,
    usage: 'toJson A',
    summary: 'as JSON in one line',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value),
  }),
  row({
    name: 'toPrettyJson',
    dialects,
    usage: 'toPrettyJson A',
    summary: 'as JSON with two blanks for each level',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value, { indent: '  ' }),
  }),
  row({
    name: 'map',
    dialects,
    usage: 'map KEY VALUE…',
    summary: 'a map',
    parameters: [],
    rest: untyped,
    call: (_, __, pairs) => mapOf(pairs),
  }),
  row({
    name: 'dict',
    dialects,
    usage: 'dict KEY VALUE…',
    summary: 'the same as map',
    parameters: [],
    rest: untyped,
    call: (_, __, pairs) => mapOf(pairs),
  }),
  row({
    name: 'list',
    dialects,
    usage: 'list A…',
    summary: 'a list',
    parameters: [],
    rest: untyped,
    call: (_, __, items) => new GoList(items),
  }),
  row({
    name: 'append',
    dialects,
    usage: 'append LIST A',
    summary: 'the list with one more element',
    parameters: ['[]interface {}', untyped],
    call: (_, [list, item]) => new GoList([...list.items, item]),
  }),
  row({
    name: 'hasKey',
    dialects,
    usage: 'hasKey MAP KEY',
    summary: 'whether the map has the key',
    parameters: [mapParameter, 'string'],
    call: (_, [map, key]) => map.entries.has(key),
  }),
  row({
    name: 'keys',
    dialects,
    usage: 'keys MAP',
    summary: 'the keys in order',
    parameters: [mapParameter],
    call: (_, [map]) => stringList(map.keys()),
  }),
  row({
    name: 'values',
    dialects,
    usage: 'values MAP',
    summary: 'the values in the order of their keys',
    parameters: [mapParameter],
    call: (_, [map]) => new GoList(map.keys().map((key) => map.entries.get(key))),
  }),
  row({
    name: 'pluck',
    dialects,
    usage: 'pluck KEY MAP…',
    summary: 'the values that the maps have under the key',
    parameters: ['string'],
    rest: mapParameter,
    call: (_, [key], maps) => new GoList(maps.filter((map) => map.entries.has(key)).map((map) => map.entries.get(key))),
  }),
  row({
    name: 'reverse',
    dialects,
    usage: 'reverse LIST',
    summary: 'a list of strings backwards; anything else, also what gets returns, unchanged',
    parameters: [untyped],
    call: (_, [value]) => (value instanceof GoList && value.type === '[]string' ? new GoList(value.items.toReversed(), '[]string') : value),
  }),
  row({
    name: 'sortByLength',
    dialects,
    usage: 'sortByLength LIST',
    summary: 'strings by their length in bytes',
    parameters: ['[]string'],
    call: (_, [list]) =>
      new GoList(
        list.items.toSorted((a, b) => textLength(a) - textLength(b)),
        '[]string',
      ),
  }),
  row({
    name: 'sortKVByLength',
    dialects,
    usage: 'sortKVByLength PAIRS',
    summary: 'pairs by the length of their keys',
    parameters: ['[]memkv.KVPair'],
    call: (_, [pairs]) =>
      new GoList(
        pairs.items.toSorted((a, b) => textLength(keyOf(a)) - textLength(keyOf(b))),
        '[]memkv.KVPair',
      ),
  }),
  row({
    name: 'default',
    dialects,
    usage: 'default D A',
    summary: 'A, or D when A is empty',
    parameters: [untyped, untyped],
    call: (_, [fallback, value]) => (isTrue(value) ? value : fallback),
  }),
  row({
    name: 'ternary',
    dialects,
    usage: 'ternary A B CONDITION',
    summary: 'A when the condition holds, else B',
    parameters: [untyped, untyped, 'bool'],
    call: (_, [a, b, condition]) => (condition ? a : b),
  }),
  row({
    name: 'coalesce',
    dialects,
    usage: 'coalesce A…',
    summary: 'the first that is not empty',
    parameters: [],
    rest: untyped,
    call: (_, __, values) => values.find(isTrue) ?? null,
  }),
  row({
    name: 'empty',
    dialects,
    usage: 'empty A',
    summary: 'nothing, false, 0, "" or an empty list or map',
    parameters: [untyped],
    call: (_, [value]) => !isTrue(value),
  }),
];

/** null for JSON null, as Go leaves the variable as it was. @throws Error with Go's text */
function expectShape(value: GoValue, type: typeof mapType | typeof listType): GoValue {
  if (value === null || value === undefined) return undefined;
  if (typeName(value) === type) return value;
  const jsonName =
    value instanceof GoMap ? 'object' : value instanceof GoList ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw new Error(`json: cannot unmarshal ${jsonName} into Go value of type ${type}`);
}

function mapOf(pairs: readonly GoValue[]): GoMap {
  if (pairs.length % 2 !== 0) throw new Error('invalid map call');
  const entries = new Map<string, GoValue>();
  for (let i = 0; i < pairs.length; i += 2) {
    const key = pairs[i];
    if (typeof key !== 'string') throw new Error('map keys must be strings');
    entries.set(key, pairs[i + 1]);
  }
  return new GoMap(entries);
}

function textLength(value: GoValue): number {
  return typeof value === 'string' ? value.length : 0;
}

function keyOf(pair: GoValue): GoValue {
  return pair instanceof GoStruct ? pair.field('Key') : undefined;
}
