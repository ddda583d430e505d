/** consul-template's groupings: maps from what key pairs or services have in common to those that have it. */
import { sprintf } from '../go-template/format/printf.js';
import { quote } from '../go-template/quote.js';
import { GoList, GoMap, GoStruct, type GoValue, typeName } from '../go-template/value.js';
import { keyPairListType, pathAndValue } from './consul-pairs.js';
import { healthServiceListType, snippetListType } from './consul-values.js';
import { type Dialect, row } from './function-row.js';
import { trimSpace } from './go-strings.js';

const dialects: readonly Dialect[] = ['consul-template'];
const untyped = 'interface {}' as const;

export const consulGroupingFunctions = [
  row({
    name: 'byKey',
    dialects,
    usage: 'byKey PAIRS',
    summary: 'a map from the first element of `.Key` to a map from its rest to the pair, whose `.Key` is that rest',
    parameters: [keyPairListType],
    call: (_, [pairs]) => byKey(pairs),
  }),
  row({
    name: 'byTag',
    dialects,
    usage: 'byTag SERVICES',
    summary: 'a map from tags to the services that have them',
    parameters: [untyped],
    call: (_, [services]) => byTag(services),
  }),
  row({
    name: 'byMeta',
    dialects,
    usage: 'byMeta "KEY,KEY|int" SERVICES',
    summary:
      'a map from the values of these meta keys, joined by `_`, to the instances; `|int` pads to five digits, and what is no letter, digit, `-` or `_` becomes `_`',
    parameters: ['string', healthServiceListType],
    call: (_, [keys, services]) => byMeta(keys, services),
  }),
  row({
    name: 'byPort',
    dialects,
    usage: 'byPort SERVICES',
    summary: 'a map from ports to the instances on them, in the order of their numbers',
    parameters: [healthServiceListType],
    call: (_, [services]) => byPort(services),
  }),
];

function byKey(pairs: GoList): GoMap {
  const groups = new Map<string, Map<string, GoValue>>();
  for (const pair of pairs.items) {
    const [first = '', ...rest] = pathAndValue(pair)[0].split('/');
    const key = rest.join('/');
    if (key !== '') groupOf(groups, first, () => new Map()).set(key, withKey(pair, key));
  }
  const inner = 'map[string]*dependency.KeyPair';
  return new GoMap(new Map([...groups].map(([name, group]) => [name, new GoMap(group, inner)])), `map[string]${inner}`);
}

function withKey(pair: GoValue, key: string): GoValue {
  if (!(pair instanceof GoStruct)) return pair;
  const others = [...pair.struct.fields.keys()].map((name) => [name, pair.field(name)] as const);
  return new GoStruct(pair.struct, { ...Object.fromEntries(others), Key: key });
}

function byTag(services: GoValue): GoMap {
  const type = typeName(services);
  if (!(services instanceof GoList) || (type !== snippetListType && type !== healthServiceListType)) {
    throw new Error(`byTag: wrong argument type ${type}`);
  }
  const groups = new Map<string, GoValue[]>();
  for (const service of services.items) {
    const tags = service instanceof GoStruct ? service.field('Tags') : undefined;
    for (const tag of tags instanceof GoList ? tags.items : []) groupOf(groups, String(tag), () => []).push(service);
  }
  return mapOfLists(groups);
}

function byMeta(keys: string, services: GoList): GoMap {
  const wanted = keys.split(',').map((key) => {
    const [name = '', form] = key.split('|').map(trimSpace);
    return { name, isNumber: form === 'int' };
  });
  const groups = new Map<string, GoValue[]>();
  for (const service of services.items) {
    const meta = service instanceof GoStruct ? service.field('ServiceMeta') : undefined;
    const parts = wanted.map((part) => metaPart(meta instanceof GoMap ? meta.entries.get(part.name) : undefined, part));
    groupOf(groups, parts.join('_'), () => []).push(service);
  }
  return mapOfLists(groups);
}

/** What is missing or empty counts as 0 where a number is wanted. */
function metaPart(value: GoValue, { name, isNumber }: { readonly name: string; readonly isNumber: boolean }): string {
  const text = typeof value === 'string' ? value : '';
  if (!isNumber) return (text || `_no_${name}_`).replace(/[^\w-]/g, '_');
  if (!/^(?:[+-]?\d+)?$/.test(text)) throw new Error(`byMeta: ${quote(name)} is ${quote(text)}, which is no number`);
  return sprintf('%05d', [BigInt(text.replace('+', ''))]);
}

function byPort(services: GoList): GoMap {
  const groups = new Map<string, GoValue[]>();
  for (const service of services.items) {
    const port = service instanceof GoStruct ? service.field('Port') : undefined;
    groupOf(groups, String(port), () => []).push(service);
  }
  return new GoMap(new Map([...groups].map(([port, items]) => [port, new GoList(items)])), 'map[int][]interface {}');
}

function mapOfLists(groups: ReadonlyMap<string, readonly GoValue[]>): GoMap {
  return new GoMap(new Map([...groups].map(([name, items]) => [name, new GoList(items)])), 'map[string][]interface {}');
}

function groupOf<T>(groups: Map<string, T>, name: string, make: () => T): T {
  const known = groups.get(name) ?? make();
  groups.set(name, known);
  return known;
}
