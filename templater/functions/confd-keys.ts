/** confd's functions that read the keys of the resource. Keys are absolute, with the resource's prefix cut off. */

import type { CallContext } from '../call-context.js';
import { compareBytes, GoList, GoStruct, type StructType } from '../go-template/value.js';
import type { KeyTree } from '../key-tree.js';
import { type Dialect, row } from './function-row.js';
import { basePath, GlobPattern, parentPath } from './go-path.js';
import { stringList } from './go-strings.js';

const dialects: readonly Dialect[] = ['confd'];

/** The type has confd's name, since `%T` and error texts show it. */
const pairType: StructType = {
  name: 'memkv.KVPair',
  pointer: false,
  fields: new Map([
    ['Key', 'string'],
    ['Value', 'string'],
  ]),
};

function pair(key: string, value: string): GoStruct {
  return new GoStruct(pairType, { Key: key, Value: value });
}

export const confdKeyFunctions = [
  row({
    name: 'exists',
    dialects,
    usage: 'exists KEY',
    summary: 'whether there is such a key; directories do not count',
    parameters: ['string'],
    call: ({ source }, [key]) => source.keys.get(key) !== undefined,
  }),
  row({
    name: 'get',
    dialects,
    usage: 'get KEY',
    summary: 'the pair of a key, with `.Key` and `.Value`; a missing key is an error',
    parameters: ['string'],
    call: (context, [key]) => pair(key, present(context, key)),
  }),
  row({
    name: 'getv',
    dialects,
    usage: 'getv KEY [DEFAULT]',
    summary: 'the value of a key; a missing key gives the default, or is an error without one',
    parameters: ['string'],
    rest: 'string',
    call: (context, [key], [fallback]) => context.source.keys.get(key) ?? fallback ?? present(context, key),
  }),
  row({
    name: 'gets',
    dialects,
    usage: 'gets GLOB',
    summary: 'the pairs whose keys match, by key; `*` and `?` stop at slashes',
    parameters: ['string'],
    call: ({ source }, [glob]) => new GoList(matching(source.keys, glob, pair), '[]memkv.KVPair'),
  }),
  row({
    name: 'getvs',
    dialects,
    usage: 'getvs GLOB',
    summary: 'the values of the keys that match, sorted by value',
    parameters: ['string'],
    call: ({ source }, [glob]) => stringList(matching(source.keys, glob, (_, value) => value).sort(compareBytes)),
  }),
  row({
    name: 'ls',
    dialects,
    usage: 'ls DIR',
    summary: 'the names directly below a directory',
    parameters: ['string'],
    call: ({ source }, [directory]) => stringList([...namesBelow(source.keys, directory).keys()].sort(compareBytes)),
  }),
  row({
    name: 'lsdir',
    dialects,
    usage: 'lsdir DIR',
    summary: 'the names directly below a directory that are directories themselves',
    parameters: ['string'],
    call: ({ source }, [directory]) => {
      const names = [...namesBelow(source.keys, directory)].filter(([, isDirectory]) => isDirectory).map(([name]) => name);
      return stringList(names.sort(compareBytes));
    },
  }),
];

/** What is not there is noted too, for those who wait for it. */
function present({ source: { keys }, waitFor }: CallContext, key: string): string {
  const value = keys.get(key);
  if (value !== undefined) return value;
  if (keys.isMissingEmpty) return '';
  const stored = keys.storeKey(key);
  if (stored !== undefined) waitFor({ kind: 'key', key: stored, datacenter: '' });
  throw new Error(`key does not exist: ${key}`);
}

function matching<T>(keys: KeyTree, glob: string, make: (key: string, value: string) => T): T[] {
  const pattern = new GlobPattern(glob);
  const found: T[] = [];
  keys.eachBelow(pattern.literalPrefix, (key, value) => {
    if (pattern.matches(key)) found.push(make(key, value));
  });
  return found;
}

/**
 * Names below a directory, with whether they have something below them. confd's quirks, on which templates depend: a key that is the
 * directory itself gives its own base name, and "/" shows only keys that lie at the top level themselves.
 */
function namesBelow(keys: KeyTree, directory: string): ReadonlyMap<string, boolean> {
  const names = new Map<string, boolean>();
  const path = directory.length > 1 && directory.endsWith('/') ? directory.slice(0, -1) : directory;
  if (path === '') return names;
  if (path !== '/' && keys.get(path) !== undefined) names.set(basePath(path), false);
  const prefix = path === '/' ? '/' : `${path}/`;
  keys.eachBelow(prefix, (key) => {
    if (path === '/' && parentPath(key) !== '/') return;
    const [name = '', ...deeper] = key.slice(prefix.length).split('/');
    if (name !== '') names.set(name, (names.get(name) ?? false) || deeper.length > 0);
  });
  return names;
}
