/** `/v1/kv`. Keys are `KvKey`s: bytes, one character each (`keyFromText` makes one of text). */
import { type KvKey, keyFromText } from '../model/kv-key.js';
import type { KvEntry } from '../model/records.js';
import type { Api, ReadOptions, Reply, RequestOptions } from './api.js';
import { boolean, kvEntries, listOf, text } from './decode.js';
import { escapePath } from './url.js';

export interface KvPutOptions extends RequestOptions {
  /** Unsigned 64-bit, as decimal digits. */
  readonly flags?: string;
  /** Only if the key's ModifyIndex is this; "0" = only if the key is absent. */
  readonly cas?: string;
  /** Session that takes the lock. */
  readonly acquire?: string;
  /** Session that gives it back. */
  readonly release?: string;
}

export interface KvDeleteOptions extends RequestOptions {
  /** Everything that begins with the key. */
  readonly recurse?: boolean;
  /** Only if the key's ModifyIndex is this. */
  readonly cas?: string;
}

export interface KvClient {
  /** Null when there is no such key. */
  get(key: KvKey, options?: ReadOptions): Promise<Reply<KvEntry | null>>;
  /** Every entry whose key begins with `prefix`, in byte order. */
  list(prefix: KvKey, options?: ReadOptions): Promise<Reply<readonly KvEntry[]>>;
  /** Names only, cut after the first `separator` behind the prefix ('' never cuts). */
  keys(prefix: KvKey, options?: ReadOptions & { readonly separator?: string }): Promise<Reply<readonly KvKey[]>>;
  /** False when a compare-and-set was lost, or a lock is held by another. */
  put(key: KvKey, value: Uint8Array, options?: KvPutOptions): Promise<boolean>;
  /** False when a compare-and-set was lost. */
  delete(key: KvKey, options?: KvDeleteOptions): Promise<boolean>;
}

export function kvClient(api: Api): KvClient {
  const path = (key: KvKey) => `/kv/${escapePath(key)}`;
  return {
    async get(key, options = {}) {
      const reply = await api.read({ path: path(key), options, decode: kvEntries, absent: () => [] });
      return { ...reply, value: reply.value[0] ?? null };
    },
    list: (prefix, options = {}) =>
      api.read({ path: path(prefix), parameters: [['recurse', '']], options, decode: kvEntries, absent: () => [] }),
    keys: (prefix, { separator = '', ...options } = {}) =>
      api.read({
        path: path(prefix),
        parameters: [['keys', ''], ...(separator ? [['separator', separator] as const] : [])],
        options,
        decode: listOf((name) => keyFromText(text(name))),
        absent: () => [],
      }),
    put: (key, value, { flags = '0', cas, acquire, release, ...options } = {}) =>
      api.write({
        path: path(key),
        parameters: [
          ...(flags === '0' ? [] : [['flags', flags] as const]),
          ...given('cas', cas),
          ...given('acquire', acquire),
          ...given('release', release),
        ],
        options,
        body: value,
        decode: boolean,
      }),
    delete: (key, { recurse = false, cas, ...options } = {}) =>
      api.write({
        method: 'DELETE',
        path: path(key),
        parameters: [...(recurse ? [['recurse', ''] as const] : []), ...given('cas', cas)],
        options,
        decode: boolean,
      }),
  };
}

function given(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}
