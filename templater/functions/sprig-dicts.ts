/** Sprig's functions on maps. `set`, `unset` and `merge` change the map they are given, as in Sprig. */
import { GoList, GoMap, type GoValue, isTrue } from '../go-template/value.js';
import type { FunctionRow } from './function-row.js';
import { stringList } from './go-strings.js';
import { anyMap, sprig, untyped, withAliases } from './sprig-row.js';
import { kindOf, textOf } from './sprig-values.js';

export const sprigDictFunctions: readonly FunctionRow[] = [
  sprig({
    usage: 'dict KEY VALUE…',
    summary: 'a map; a last key without a value gets ""',
    parameters: [],
    rest: untyped,
    call: (_, __, pairs) => dictOf(pairs),
  }),
  sprig({
    usage: 'get MAP KEY',
    summary: 'the value of a key, "" when it is missing',
    parameters: [anyMap, 'string'],
    call: (_, [map, key]) => (map.entries.has(key) ? map.entries.get(key) : ''),
  }),
  sprig({
    usage: 'set MAP KEY VALUE',
    summary: 'puts the value into the map and gives the map',
    parameters: [anyMap, 'string', untyped],
    call: (_, [map, key, value]) => {
      if (value === map) throw new Error('a map cannot hold itself');
      map.set(key, value);
      return map;
    },
  }),
  sprig({
    usage: 'unset MAP KEY',
    summary: 'takes the key out of the map and gives the map',
    parameters: [anyMap, 'string'],
    call: (_, [map, key]) => {
      map.delete(key);
      return map;
    },
  }),
  sprig({
    usage: 'hasKey MAP KEY',
    summary: 'whether the map has the key',
    parameters: [anyMap, 'string'],
    call: (_, [map, key]) => map.entries.has(key),
  }),
  sprig({
    usage: 'pluck KEY MAP…',
    summary: 'the values that the maps have under the key',
    parameters: ['string'],
    rest: anyMap,
    call: (_, [key], maps) => new GoList(maps.filter((map) => map.entries.has(key)).map((map) => map.entries.get(key))),
  }),
  sprig({
    usage: 'keys MAP…',
    summary: 'the keys of the maps, of each in byte order',
    parameters: [],
    rest: anyMap,
    call: (_, __, maps) => stringList(maps.flatMap((map) => map.keys())),
  }),
  sprig({
    usage: 'values MAP',
    summary: 'the values in the order of their keys',
    parameters: [anyMap],
    call: (_, [map]) => new GoList(map.keys().map((key) => map.entries.get(key))),
  }),
  sprig({
    usage: 'pick MAP KEY…',
    summary: 'a map with these keys only',
    parameters: [anyMap],
    rest: 'string',
    call: (_, [map], wanted) => filtered(map, (key) => wanted.includes(key)),
  }),
  sprig({
    usage: 'omit MAP KEY…',
    summary: 'a map without these keys',
    parameters: [anyMap],
    rest: 'string',
    call: (_, [map], unwanted) => filtered(map, (key) => !unwanted.includes(key)),
  }),
  ...withAliases(
    sprig({
      usage: 'merge MAP OTHER…',
      summary: 'puts what the map lacks, or has empty, into it, at every depth, and gives it',
      parameters: [anyMap],
      rest: anyMap,
      call: (_, [map], others) => mergeAll(map, others, false),
    }),
    'mustMerge',
  ),
  ...withAliases(
    sprig({
      usage: 'mergeOverwrite MAP OTHER…',
      summary: 'the same, where both have a value the other’s wins',
      parameters: [anyMap],
      rest: anyMap,
      call: (_, [map], others) => mergeAll(map, others, true),
    }),
    'mustMergeOverwrite',
  ),
  sprig({
    usage: 'dig KEY… DEFAULT MAP',
    summary: 'the value below these keys, one in another, or the default when one is missing',
    parameters: [],
    rest: untyped,
    call: (_, __, words) => dig(words),
  }),
  ...withAliases(
    sprig({
      usage: 'deepCopy A',
      summary: 'the same map or list, of which changes do not show in the original',
      parameters: [untyped],
      call: (_, [value]) => copyOf(value),
    }),
    'mustDeepCopy',
  ),
];

function dictOf(pairs: readonly GoValue[]): GoMap {
  const entries = new Map<string, GoValue>();
  for (let i = 0; i < pairs.length; i += 2) entries.set(textOf(pairs[i]), i + 1 < pairs.length ? pairs[i + 1] : '');
  return new GoMap(entries);
}

function filtered(map: GoMap, isWanted: (key: string) => boolean): GoMap {
  return new GoMap(new Map([...map.entries].filter(([key]) => isWanted(key))), map.type);
}

function mergeAll(map: GoMap, others: readonly GoMap[], overwrites: boolean): GoMap {
  for (const other of others) mergeInto(map, other, overwrites);
  return map;
}

function mergeInto(map: GoMap, other: GoMap, overwrites: boolean): void {
  for (const key of other.keys()) {
    const [value, known] = [other.entries.get(key), map.entries.get(key)];
    if (value instanceof GoMap && known instanceof GoMap && value !== known) mergeInto(known, value, overwrites);
    else if (overwrites ? isTrue(value) || !map.entries.has(key) : !isTrue(known)) map.set(key, copyOf(value));
  }
}

function dig(words: readonly GoValue[]): GoValue {
  if (words.length < 3) throw new Error('dig needs at least three arguments');
  const [map, fallback, ...path] = words.toReversed();
  let value: GoValue = map;
  for (const key of path.toReversed()) {
    if (!(value instanceof GoMap)) throw new Error(`dig goes into maps only, not into type ${kindOf(value)}`);
    const name = textOf(key);
    if (!value.entries.has(name)) return fallback;
    value = value.entries.get(name);
  }
  return value;
}

function copyOf(value: GoValue): GoValue {
  if (value instanceof GoMap) return new GoMap(new Map([...value.entries].map(([key, item]) => [key, copyOf(item)])), value.type);
  if (value instanceof GoList)
    return new GoList(value.items.map(copyOf), value.type, {
      elementType: value.elementType,
      ...(value.methods && { methods: value.methods }),
    });
  return value;
}
