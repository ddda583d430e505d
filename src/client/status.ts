/** `/v1/status`. */
import type { Api, RequestOptions } from './api.js';
import { listOf, text } from './decode.js';
import { parseJson } from './json.js';

export interface StatusClient {
  /** "10.0.0.1:8300", '' when there is none. */
  leader(options?: RequestOptions): Promise<string>;
  peers(options?: RequestOptions): Promise<readonly string[]>;
}

export function statusClient(api: Api): StatusClient {
  return {
    leader: async (options = {}) => (await api.read({ path: '/status/leader', options, decode: (body) => text(parseJson(body)) })).value,
    peers: async (options = {}) => (await api.read({ path: '/status/peers', options, decode: listOf(text) })).value,
  };
}
