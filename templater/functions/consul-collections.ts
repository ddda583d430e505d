/** consul-template's functions on lists, maps, key pairs and services; `scratch`; and those that run something. */
import { parseGoJson } from '../go-json.js';
import { fromBytes, toText } from '../go-template/byte-string.js';
import { quote } from '../go-template/quote.js';
import { GoInteger, GoList, GoMap, GoStruct, type GoValue, typeName } from '../go-template/value.js';
import { keyPairListType } from './consul-pairs.js';
import { healthServiceListType, snippetListType } from './consul-values.js';
import { type Dialect, row } from './function-row.js';
import { trimSpace } from './go-strings.js';
import { encodeJson } from './json-encode.js';
import { scratchValue } from './scratch.js';
import { encodeToml } from './toml-encode.js';
import { encodeYaml } from './yaml-encode.js';

const dialects: readonly Dialect[] = ['consul-template'];
const untyped = 'interface {}' as const;
const anyMap = 'map[string]interface {}' as const;

export const consulCollectionFunctions = [
  row({
    name: 'contains',
    dialects,
    usage: 'contains A LIST',
    summary: 'whether a list (or a text) holds A; the types must agree',
    parameters: [untyped, untyped],
    call: (_, [needle, list]) => holds(list, needle),
  }),
  row({
    name: 'in',
    dialects,
    usage: 'in LIST A',
    summary: 'the same with the list first',
    parameters: [untyped, untyped],
    call: (_, [list, needle]) => holds(list, needle),
  }),
  row({
    name: 'containsAll',
    dialects,
    usage: 'containsAll NEEDLES LIST',
    summary: 'whether the list holds all of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => needles.items.every((needle) => holds(list, needle)),
  }),
  row({
    name: 'containsAny',
    dialects,
    usage: 'containsAny NEEDLES LIST',
    summary: 'whether the list holds any of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => needles.items.some((needle) => holds(list, needle)),
  }),
  row({
    name: 'containsNone',
    dialects,
    usage: 'containsNone NEEDLES LIST',
    summary: 'whether the list holds none of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => !needles.items.some((needle) => holds(list, needle)),
  }),
  row({
    name: 'containsNotAll',
    dialects,
    usage: 'containsNotAll NEEDLES LIST',
    summary: 'whether the list lacks at least one of them',
    parameters: ['[]interface {}', untyped],
    call: (_, [needles, list]) => !needles.items.every((needle) => holds(list, needle)),
  }),
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
    summary: 'a map from the values of these meta keys, joined by `_`, to the instances; `|int` pads to five digits',
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
  row({
    name: 'explode',
    dialects,
    usage: 'explode PAIRS',
    summary: 'nested maps out of the paths of key pairs',
    parameters: [keyPairListType],
    call: (_, [pairs]) => exploded('explode', pairs.items.map(pathAndValue)),
  }),
  row({
    name: 'explodeMap',
    dialects,
    usage: 'explodeMap MAP',
    summary: 'nested maps out of the keys of a map',
    parameters: [anyMap],
    call: (_, [map]) =>
      exploded(
        'explodeMap',
        map.keys().map((key) => [key, map.entries.get(key)]),
      ),
  }),
  row({
    name: 'mergeMap',
    dialects,
    usage: 'mergeMap A B',
    summary: 'both maps in one, at every depth; where both have a value A’s wins',
    parameters: [anyMap, anyMap],
    call: (_, [a, b]) => merged(a, b),
  }),
  row({
    name: 'mergeMapWithOverride',
    dialects,
    usage: 'mergeMapWithOverride A B',
    summary: 'the same, where both have a value B’s wins',
    parameters: [anyMap, anyMap],
    call: (_, [a, b]) => merged(b, a),
  }),
  row({
    name: 'parseJSON',
    dialects,
    usage: 'parseJSON TEXT',
    summary: 'any JSON; an empty text is an empty map',
    parameters: ['string'],
    call: (_, [text]) => (text === '' ? new GoMap(new Map()) : parseGoJson(text)),
  }),
  row({
    name: 'toJSON',
    dialects,
    usage: 'toJSON A',
    summary: 'as JSON in one line',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value),
  }),
  row({
    name: 'toJSONPretty',
    dialects,
    usage: 'toJSONPretty A',
    summary: 'as JSON with two blanks for each level',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value, { indent: '  ' }),
  }),
  row({
    name: 'toUnescapedJSON',
    dialects,
    usage: 'toUnescapedJSON A',
    summary: 'as JSON with `<`, `>` and `&` as they are',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value, { unescapedHtml: true }),
  }),
  row({
    name: 'toUnescapedJSONPretty',
    dialects,
    usage: 'toUnescapedJSONPretty A',
    summary: 'both of it',
    parameters: [untyped],
    call: (_, [value]) => encodeJson(value, { unescapedHtml: true, indent: '  ' }),
  }),
  row({ name: 'toYAML', dialects, usage: 'toYAML A', summary: 'as YAML', parameters: [untyped], call: (_, [value]) => encodeYaml(value) }),
  row({ name: 'toTOML', dialects, usage: 'toTOML MAP', summary: 'as TOML', parameters: [anyMap], call: (_, [value]) => encodeToml(value) }),
  row({
    name: 'executeTemplate',
    dialects,
    usage: 'executeTemplate NAME [DATA]',
    summary: 'the output of a template defined in the same file',
    parameters: ['string'],
    rest: untyped,
    call: (context, [name], data) => {
      if (data.length > 1) throw new Error(`executeTemplate: wrong number of arguments, expected 1 or 2, but got ${data.length + 1}`);
      return context.execute(name, data[0] ?? undefined);
    },
  }),
  row({
    name: 'scratch',
    dialects,
    usage: 'scratch',
    summary:
      'values kept for this rendering: `.Set K V`, `.SetX K V` (unless set), `.Get K`, `.Key K`, `.MapSet K F V`, `.MapSetX K F V`, `.MapValues K`',
    parameters: [],
    call: ({ scratch }) => scratchValue(scratch),
  }),
  row({
    name: 'plugin',
    dialects,
    usage: 'plugin COMMAND ARGUMENT…',
    summary: 'what a program prints, white space around it left out; no shell, at most 30 s; blank arguments are dropped',
    parameters: ['string'],
    rest: 'string',
    call: (context, [command], words) => {
      if (command === '') return '';
      const given = words.filter((word) => trimSpace(word) !== '').map(toText);
      const output = context.lookup({ kind: 'plugin', command: toText(command), arguments: given });
      return output === undefined ? '' : trimSpace(fromBytes(output));
    },
  }),
];

function holds(list: GoValue, needle: GoValue): boolean {
  if (typeof list === 'string') return typeof needle === 'string' && list.includes(needle);
  return list instanceof GoList && list.items.some((item) => same(item, needle));
}

/** Integers of any type are alike; an int is never a float. */
function same(a: GoValue, b: GoValue): boolean {
  if (a instanceof GoInteger || b instanceof GoInteger) return String(wholeOf(a)) === String(wholeOf(b) ?? '');
  return a === b;
}

function wholeOf(value: GoValue): bigint | undefined {
  return typeof value === 'bigint' ? value : value instanceof GoInteger ? value.value : undefined;
}

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
    const parts = wanted.map(({ name, isNumber }) => {
      const value = meta instanceof GoMap ? meta.entries.get(name) : undefined;
      if (typeof value !== 'string') return `_no_${name}_`;
      return isNumber ? value.padStart(5, '0') : value;
    });
    groupOf(groups, parts.join('_'), () => []).push(service);
  }
  return mapOfLists(groups);
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

function pathAndValue(pair: GoValue): [path: string, value: GoValue] {
  return pair instanceof GoStruct ? [String(pair.field('Key')), pair.field('Value')] : ['', undefined];
}

/** Directories while they are filled. */
type Tree = Map<string, GoValue | Tree>;

function exploded(caller: string, values: readonly (readonly [path: string, value: GoValue])[]): GoMap {
  const root: Tree = new Map();
  for (const [path, value] of values) put(root, { caller, path, value });
  return frozen(root);
}

function put(root: Tree, { caller, path, value }: { caller: string; path: string; value: GoValue }): void {
  const parts = path.split('/');
  let directory = root;
  for (const [i, name] of parts.entries()) {
    if (i === parts.length - 1) {
      if (directory.get(name) instanceof Map) throw new Error(`${caller}: not a value: ${quote(path)} is a directory`);
      directory.set(name, value);
      return;
    }
    const known = directory.get(name);
    if (known !== undefined && !(known instanceof Map)) {
      throw new Error(
        `${caller}: not a map: ${quote(path)}: ${quote(name)} already has value ${typeof known === 'string' ? quote(known) : String(known)}`,
      );
    }
    const next = known ?? new Map();
    directory.set(name, next);
    directory = next;
  }
}

function frozen(tree: Tree): GoMap {
  return new GoMap(new Map([...tree].map(([name, value]) => [name, value instanceof Map ? frozen(value) : value])));
}

/** `over` wins where both have a value. */
function merged(over: GoMap, base: GoMap): GoMap {
  const entries = new Map(base.entries);
  for (const [key, value] of over.entries) {
    const below = entries.get(key);
    entries.set(key, value instanceof GoMap && below instanceof GoMap ? merged(value, below) : value);
  }
  return new GoMap(entries);
}
