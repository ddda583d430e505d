/** `/v1/session`. */
import type { SessionRecord } from '../model/records.js';
import type { Api, ReadOptions, Reply, RequestOptions } from './api.js';
import { listOf, object, sessionRecord, text } from './decode.js';
import { ignoreBody, jsonBody, parseJson } from './json.js';
import { escapeSegment } from './url.js';

/** What is left out is the agent's choice: its own node, behaviour "release", lock delay "15s", no TTL. Durations as "10s". */
export interface SessionRequest {
  readonly Name?: string;
  readonly Node?: string;
  readonly LockDelay?: string;
  readonly Behavior?: 'release' | 'delete';
  readonly TTL?: string;
  readonly NodeChecks?: readonly string[];
  readonly ServiceChecks?: readonly { readonly ID: string }[];
}

export interface SessionClient {
  /** The id of the new session. */
  create(session?: SessionRequest, options?: RequestOptions): Promise<string>;
  destroy(id: string, options?: RequestOptions): Promise<void>;
  /** Starts the TTL anew; null when there is no such session any more. */
  renew(id: string, options?: RequestOptions): Promise<SessionRecord | null>;
  info(id: string, options?: ReadOptions): Promise<Reply<SessionRecord | null>>;
  list(options?: ReadOptions): Promise<Reply<readonly SessionRecord[]>>;
  node(node: string, options?: ReadOptions): Promise<Reply<readonly SessionRecord[]>>;
}

export function sessionClient(api: Api): SessionClient {
  const sessions = listOf(sessionRecord);
  return {
    create: (session = {}, options = {}) =>
      api.write({ path: '/session/create', options, body: jsonBody(session), decode: (body) => text(object(parseJson(body)).ID) }),
    destroy: (id, options = {}) => api.write({ path: `/session/destroy/${escapeSegment(id)}`, options, decode: ignoreBody }),
    renew: (id, options = {}) =>
      api.write({
        path: `/session/renew/${escapeSegment(id)}`,
        options,
        accept: [200, 404],
        decode: (body) => (body.toString('latin1', 0, 1) === '[' ? (sessions(body)[0] ?? null) : null),
      }),
    async info(id, options = {}) {
      const reply = await api.read({ path: `/session/info/${escapeSegment(id)}`, options, decode: sessions });
      return { ...reply, value: reply.value[0] ?? null };
    },
    list: (options = {}) => api.read({ path: '/session/list', options, decode: sessions }),
    node: (node, options = {}) => api.read({ path: `/session/node/${escapeSegment(node)}`, options, decode: sessions }),
  };
}
