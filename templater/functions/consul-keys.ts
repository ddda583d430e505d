/** consul-template's functions that ask Consul for keys. What has not arrived is noted as missing and shows as nothing. */
import { keyFromText } from '../../src/model/kv-key.js';
import type { CallContext } from '../call-context.js';
import type { Dependency } from '../data-source.js';
import { toText } from '../go-template/byte-string.js';
import type { GoValue } from '../go-template/value.js';
import { existingPair, noPairs, pairsBelow, valueOfKey } from './consul-pairs.js';
import { parseKeyQuery, parsePrefixQuery } from './consul-query.js';
import { type Dialect, row } from './function-row.js';

const dialects: readonly Dialect[] = ['consul-template'];

export const consulKeyFunctions = [
  row({
    name: 'key',
    dialects,
    usage: 'key "PATH@DC"',
    summary: 'the value of a key; waits as long as there is none',
    parameters: ['string'],
    call: (context, [path]) => {
      if (path === '') return '';
      const dependency = keyDependency(path);
      const entry = context.lookup(dependency);
      if (entry) return valueOfKey(entry);
      if (entry === null) context.waitFor(dependency);
      return '';
    },
  }),
  row({
    name: 'keyExists',
    dialects,
    usage: 'keyExists "PATH@DC"',
    summary: 'whether there is such a key; never waits for one',
    parameters: ['string'],
    call: (context, [path]) => path !== '' && Boolean(context.lookup(keyDependency(path))),
  }),
  row({
    name: 'keyExistsGet',
    dialects,
    usage: 'keyExistsGet "PATH@DC"',
    summary: 'the pair of a key with `.Exists`, `.Path`, `.Key`, `.Value` and more; one that does not exist is empty, and not waited for',
    parameters: ['string'],
    call: (context, [path]) => {
      const dependency = path === '' ? undefined : keyDependency(path);
      return existingPair(dependency && context.lookup(dependency), path.replace(/^\/|@[^@]*$/g, ''));
    },
  }),
  row({
    name: 'keyOrDefault',
    dialects,
    usage: 'keyOrDefault "PATH@DC" DEFAULT',
    summary: 'the value of a key, or the default when it is missing or empty',
    parameters: ['string', 'string'],
    call: (context, [path, fallback]) => {
      const entry = path === '' ? null : context.lookup(keyDependency(path));
      return (entry && valueOfKey(entry)) || fallback;
    },
  }),
  row({
    name: 'ls',
    dialects,
    usage: 'ls "PREFIX@DC"',
    summary: 'the pairs directly below a prefix: `.Key` (rest after the prefix), `.Path`, `.Value`, `.Flags`, `.Session` and the indexes',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: false, waits: false }),
  }),
  row({
    name: 'tree',
    dialects,
    usage: 'tree "PREFIX@DC"',
    summary: 'all pairs below a prefix',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: true, waits: false }),
  }),
  row({
    name: 'safeLs',
    dialects,
    usage: 'safeLs "PREFIX@DC"',
    summary: 'as ls, but waits while there is nothing below',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: false, waits: true }),
  }),
  row({
    name: 'safeTree',
    dialects,
    usage: 'safeTree "PREFIX@DC"',
    summary: 'as tree, but waits while there is nothing below',
    parameters: ['string'],
    call: (context, [prefix]) => pairs(context, prefix, { isDeep: true, waits: true }),
  }),
];

function keyDependency(path: string): Dependency<'key'> {
  const { key, datacenter } = parseKeyQuery(path, 'kv.get');
  return { kind: 'key', key: keyFromText(toText(key)), datacenter: toText(datacenter) };
}

function pairs(context: CallContext, path: string, { isDeep, waits }: { isDeep: boolean; waits: boolean }): GoValue {
  if (path === '') return noPairs;
  const { prefix, datacenter } = parsePrefixQuery(path, 'kv.list');
  const dependency = { kind: 'keyPrefix', prefix: keyFromText(toText(prefix)), datacenter: toText(datacenter) } as const;
  const entries = context.lookup(dependency);
  if (entries?.length === 0 && waits) context.waitFor(dependency);
  return entries === undefined ? noPairs : pairsBelow(entries, { prefix, isDeep });
}
