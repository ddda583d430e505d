/** The keys that confd's functions see: what was fetched for a resource, with its prefix cut off. Cuts are made on plain text, as confd does. */
import { posix } from 'node:path';
import { byteStringFromBase64 } from '../../src/lib/base64.js';
import { keyFromByteString } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import { type Dependency, inSource } from '../data-source.js';
import { KeyTree } from '../key-tree.js';
import type { Resource } from '../resource.js';

/** What is fetched for a resource before anything is rendered: the prefixes for confd's functions, and where its items come from. */
export function dependenciesOf({
  keyPrefixes,
  forEach,
  dataFrom,
}: Pick<Resource, 'keyPrefixes' | 'forEach' | 'dataFrom'>): readonly Dependency[] {
  return [
    ...keyPrefixes.map((prefix) => inSource<'keyPrefix'>({ kind: 'keyPrefix', prefix, datacenter: '' }, dataFrom)),
    ...(forEach === undefined ? [] : [forEach.dependency]),
  ];
}

/** Entry -> what it was decoded to. While something is watched, most entries of an answer are those of the one before. */
export type DecodedEntries = WeakMap<KvEntry, { readonly cutPrefix: string; readonly pair: readonly [string, string] }>;

/** @param decoded to be kept from one answer to the next; without it nothing is */
export function keyTree(
  { cutPrefix, missing }: Pick<Resource, 'cutPrefix' | 'missing'>,
  answers: readonly (readonly KvEntry[])[],
  decoded?: DecodedEntries,
): KeyTree {
  const pairs: (readonly [string, string])[] = [];
  for (const answer of answers)
    for (const entry of answer) pairs.push(decoded === undefined ? pairOf(entry, cutPrefix) : knownPairOf(entry, cutPrefix, decoded));
  return new KeyTree(pairs, {
    storeKey: (key) => keyFromByteString(posix.join(cutPrefix, key).replace(/^\/+/, '')),
    isMissingEmpty: missing === 'empty',
  });
}

function knownPairOf(entry: KvEntry, cutPrefix: string, decoded: DecodedEntries): readonly [string, string] {
  const known = decoded.get(entry);
  if (known?.cutPrefix === cutPrefix) return known.pair;
  const pair = pairOf(entry, cutPrefix);
  decoded.set(entry, { cutPrefix, pair });
  return pair;
}

function pairOf({ Key, Value }: KvEntry, cutPrefix: string): readonly [string, string] {
  return [cut(clean(Key), cutPrefix), byteStringFromBase64(Value)];
}

function cut(key: string, cutPrefix: string): string {
  return cutPrefix !== '/' && key.startsWith(cutPrefix) ? clean(key.slice(cutPrefix.length)) : key;
}

const unclean = /\/\/|\/$|(^|\/)\.{1,2}(\/|$)/;

/** "app/x" -> "/app/x"; a folder key "f/" is "/f", as Go's path.Join makes it. */
function clean(key: string): string {
  const rooted = key.startsWith('/') ? key : `/${key}`;
  if (!unclean.test(rooted)) return rooted;
  const normal = posix.normalize(rooted);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
