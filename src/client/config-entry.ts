/** `/v1/config`. */
import type { ConfigEntryInput } from '../model/config-entry/entry.js';
import type { Api, ReadOptions, Reply, RequestOptions } from './api.js';
import { boolean, listOf, object } from './decode.js';
import { ignoreBody, jsonBody, parseJson } from './json.js';
import { escapeSegment } from './url.js';

/** An entry as the agent shows it, whatever its kind. */
export type ShownEntry = Readonly<Record<string, unknown>>;

export interface ConfigEntryClient {
  /** False when the compare-and-set was lost. @param options `cas`: only if the entry's ModifyIndex is this; "0" = only if there is none */
  put(entry: ConfigEntryInput, options?: RequestOptions & { readonly cas?: string }): Promise<boolean>;
  read(kind: string, name: string, options?: ReadOptions): Promise<Reply<ShownEntry>>;
  list(kind: string, options?: ReadOptions): Promise<Reply<readonly ShownEntry[]>>;
  delete(kind: string, name: string, options?: RequestOptions): Promise<void>;
}

export function configEntryClient(api: Api): ConfigEntryClient {
  const path = (kind: string, name: string) => `/config/${escapeSegment(kind)}/${escapeSegment(name)}`;
  return {
    put: (entry, { cas, ...options } = {}) =>
      api.write({
        path: '/config',
        parameters: cas === undefined ? [] : [['cas', cas]],
        options,
        body: jsonBody(entry),
        decode: boolean,
      }),
    read: (kind, name, options = {}) => api.read({ path: path(kind, name), options, decode: (body) => object(parseJson(body)) }),
    list: (kind, options = {}) => api.read({ path: `/config/${escapeSegment(kind)}`, options, decode: listOf(object) }),
    delete: (kind, name, options = {}) => api.write({ method: 'DELETE', path: path(kind, name), options, decode: ignoreBody }),
  };
}
