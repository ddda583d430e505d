import { type KvKey, kvKeySlice } from '../../model/kv-key.js';
import type { StateView } from '../../state/state.js';
import type { Read } from './read.js';

/** A missing key answers the index of the whole store. */
export const kvGet: Read<'kv.get'> = {
  index: ({ kv }, { key }) => kv.get(key)?.ModifyIndex ?? kv.index,
  version: ({ kv }, { key }) => kv.get(key)?.ModifyIndex ?? 0,
  touched: (_view, { key }) => [{ kind: 'key', name: key }],
  value: ({ kv }, { key }) => kv.get(key),
};

export const kvList: Read<'kv.list'> = {
  index: prefixIndex,
  version: prefixVersion,
  touched: (_view, { prefix }) => [{ kind: 'prefix', name: prefix }],
  value: ({ kv }, { prefix }) => Object.freeze([...kv.below(prefix)]),
  memoKey: ({ prefix }) => prefix,
};

export const kvKeys: Read<'kv.keys'> = {
  index: prefixIndex,
  version: prefixVersion,
  touched: (_view, { prefix }) => [{ kind: 'prefix', name: prefix }],
  value: ({ kv }, { prefix, separator }) => {
    const keys: KvKey[] = [];
    for (const { Key } of kv.below(prefix)) {
      const shown = upToSeparator(Key, prefix.length, separator);
      if (shown !== keys.at(-1)) keys.push(shown);
    }
    return Object.freeze(keys);
  },
  memoKey: ({ prefix, separator }) => `${separator.length} ${separator}${prefix}`,
};

/** A prefix below which nothing is nor is remembered answers the index of the whole store. */
function prefixIndex({ kv }: StateView, { prefix }: { readonly prefix: KvKey }): number {
  const index = kv.indexBelow(prefix);
  return index < 0 ? kv.index : index;
}

function prefixVersion({ kv }: StateView, { prefix }: { readonly prefix: KvKey }): number {
  return kv.indexBelow(prefix);
}

/** "a/b/c" after "a/" with "/" -> "a/b/". */
function upToSeparator(key: KvKey, from: number, separator: KvKey): KvKey {
  if (separator === '') return key;
  const at = key.indexOf(separator, from);
  return at < 0 ? key : kvKeySlice(key, at + separator.length);
}
