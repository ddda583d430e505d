/** The keys that confd's functions see: what was fetched for a resource, with its prefix cut off. Cuts are made on plain text, as confd does. */
import { posix } from 'node:path';
import { byteStringFromBase64 } from '../../src/lib/base64.js';
import { keyFromByteString } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import { type Dependency, inSource } from '../data-source.js';
import { type KeyPairs, KeyTree } from '../key-tree.js';
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

/** Answer -> what it was decoded to: many resources may look at one answer. */
const decoded = new WeakMap<readonly KvEntry[], { readonly cutPrefix: string; readonly pairs: KeyPairs }>();

/** The tree of one resource from rendering to rendering: another one only when an answer is another one. */
export class KnownKeyTree {
  readonly #resource: Pick<Resource, 'cutPrefix' | 'missing'>;
  #known: { readonly answers: readonly unknown[]; readonly tree: KeyTree } | undefined;

  constructor(resource: Pick<Resource, 'cutPrefix' | 'missing'>) {
    this.#resource = resource;
  }

  /** @param answers for the prefixes, in their order */
  of(answers: readonly (readonly KvEntry[])[]): KeyTree {
    const known = this.#known;
    if (known?.answers.every((answer, position) => answer === answers[position])) return known.tree;
    const tree = keyTree(this.#resource, answers);
    this.#known = { answers, tree };
    return tree;
  }
}

export function keyTree(
  { cutPrefix, missing }: Pick<Resource, 'cutPrefix' | 'missing'>,
  answers: readonly (readonly KvEntry[])[],
): KeyTree {
  return new KeyTree(joined(answers.map((answer) => pairsOf(answer, cutPrefix))), {
    storeKey: (key) => keyFromByteString(posix.join(cutPrefix, key).replace(/^\/+/, '')),
    isMissingEmpty: missing === 'empty',
  });
}

function joined(parts: readonly KeyPairs[]): KeyPairs {
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  return { keys: parts.flatMap(({ keys }) => keys), values: parts.flatMap(({ values }) => values) };
}

function pairsOf(answer: readonly KvEntry[], cutPrefix: string): KeyPairs {
  const known = decoded.get(answer);
  if (known?.cutPrefix === cutPrefix) return known.pairs;
  const keys: string[] = [];
  const values: string[] = [];
  for (const { Key, Value } of answer) {
    keys.push(cut(clean(Key), cutPrefix));
    values.push(byteStringFromBase64(Value));
  }
  const pairs = { keys, values };
  decoded.set(answer, { cutPrefix, pairs });
  return pairs;
}

function cut(key: string, cutPrefix: string): string {
  return cutPrefix !== '/' && key.startsWith(cutPrefix) ? clean(key.slice(cutPrefix.length)) : key;
}

const unclean = /\/\/|\/$|(^|\/)\.{1,2}(\/|$)/;

/** "app/x" -> "/app/x"; a folder key "f/" is "/f", as Go's path.Join makes it. */
function clean(key: string): string {
  const rooted = key.startsWith('/') ? key : `/${key}`;
  // Most keys are told by this already, for less.
  if (!rooted.includes('/.') && !rooted.includes('//') && !rooted.endsWith('/')) return rooted;
  if (!unclean.test(rooted)) return rooted;
  const normal = posix.normalize(rooted);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
