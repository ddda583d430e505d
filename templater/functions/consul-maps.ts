/** consul-template's functions on maps of maps: made out of paths, and merged at every depth. */
import { quote } from '../go-template/quote.js';
import { GoMap, type GoValue, isTrue } from '../go-template/value.js';
import { keyPairListType, pathAndValue } from './consul-pairs.js';
import { type Dialect, row } from './function-row.js';

const dialects: readonly Dialect[] = ['consul-template'];
const anyMap = 'map[string]interface {}' as const;

export const consulMapFunctions = [
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
    summary: 'both maps in one, at every depth; where both have a value A’s wins, unless it is empty',
    parameters: [anyMap, anyMap],
    call: (_, [a, b]) => merged(a, b, isTrue),
  }),
  row({
    name: 'mergeMapWithOverride',
    dialects,
    usage: 'mergeMapWithOverride A B',
    summary: 'the same, where both have a value B’s wins',
    parameters: [anyMap, anyMap],
    call: (_, [a, b]) => merged(b, a, () => true),
  }),
];

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

/** `over` wins where both have a value, and its value counts. */
function merged(over: GoMap, base: GoMap, counts: (value: GoValue) => boolean): GoMap {
  const entries = new Map(base.entries);
  for (const [key, value] of over.entries) {
    const below = entries.get(key);
    if (value instanceof GoMap && below instanceof GoMap) entries.set(key, merged(value, below, counts));
    else if (!entries.has(key) || counts(value)) entries.set(key, value);
  }
  return new GoMap(entries);
}
