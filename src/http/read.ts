/** Asks the Backend for one request: waits when told to, lets go when the client goes away, and knows the meta headers of the answer. */
import { setMaxListeners } from 'node:events';
import type { Answer, QueryOptions } from '../model/backend.js';
import { MeshError } from '../model/errors.js';
import type { Query, QueryKind, QueryTable } from '../model/query.js';
import type { Call } from './call.js';
import { ClientGone } from './error-answer.js';
import { errorMeta, type MetaKind, metaHeaders } from './meta.js';
import type { ReadOptions } from './read-options.js';

/** For reads that answer at once: one signal that never fires serves them all. */
const never = new AbortController().signal;
setMaxListeners(0, never);

export interface Read<T> extends Answer<T> {
  /** Meta headers for the answer. */
  readonly headers: readonly string[];
}

export async function read<K extends QueryKind>(
  call: Call,
  query: Query<K>,
  options: ReadOptions,
  meta: MetaKind,
): Promise<Read<QueryTable[K]['value']>> {
  if (meta.onError) call.errorHeaders = errorMeta;
  const { maxStaleMs, consistency } = effective(call, options, meta);
  let answer = await ask(call, query, options, consistency);
  const tooOld = consistency === 'stale' && maxStaleMs > 0 && answer.lastContactMs > maxStaleMs;
  if (tooOld) answer = await ask(call, query, options, 'default');
  const shown = consistency === 'default' || tooOld ? 'leader' : consistency;
  const { value, index, knownLeader, lastContactMs } = answer;
  return { value, index, knownLeader, lastContactMs, headers: metaHeaders(answer, meta.consistency ? shown : '') };
}

/** The same for the endpoints that know `?cached`. */
export async function readCached<K extends QueryKind>(
  call: Call,
  query: Query<K>,
  options: ReadOptions,
  meta: MetaKind,
): Promise<Read<QueryTable[K]['value']>> {
  const { cache } = call.context;
  if (!options.cached) {
    cache.bypassed.count++;
    return read(call, query, options, meta);
  }
  const seen = call.context.seenReads.note(JSON.stringify([query, options.token, options.datacenter]));
  if (seen) {
    const answer = await ask(call, query, options, 'stale');
    if (options.maxAgeMs === null || answer.lastContactMs < options.maxAgeMs) {
      cache.hits.count++;
      const age = String(Math.floor(answer.lastContactMs / 1000));
      return { ...answer, headers: [...metaHeaders(answer, meta.consistency ? 'leader' : ''), 'X-Cache', 'HIT', 'Age', age] };
    }
  }
  const fresh = await read(call, query, options, meta);
  cache.fetched.count++;
  return { ...fresh, headers: [...fresh.headers, 'X-Cache', 'MISS'] };
}

/** `discovery_max_stale` makes catalog and health reads stale unless the request says otherwise. */
function effective(call: Call, options: ReadOptions, meta: MetaKind): { maxStaleMs: number; consistency: QueryOptions['consistency'] } {
  const { discoveryMaxStaleMs } = call.context.settings;
  const { consistency, maxStaleMs } = options;
  if (meta.consistency && discoveryMaxStaleMs > 0 && consistency === 'default')
    return { maxStaleMs: discoveryMaxStaleMs, consistency: 'stale' };
  return { maxStaleMs, consistency: consistency === 'leader' ? 'default' : consistency };
}

function ask<K extends QueryKind>(
  call: Call,
  query: Query<K>,
  { token, datacenter, minIndex, waitMs }: ReadOptions,
  consistency: QueryOptions['consistency'],
): Promise<Answer<QueryTable[K]['value']>> {
  const { backend } = call.context;
  if (minIndex === 0) return backend.query(query, { token, datacenter, minIndex, waitMs, consistency, signal: never });
  return whileConnected(call, (signal) => backend.query(query, { token, datacenter, minIndex, waitMs, consistency, signal }));
}

/**
 * Runs what may wait long; its signal fires when the client goes away or the server stops. The socket tells when it goes: answers that
 * stand behind another one on the same connection hear nothing of it.
 *
 * @throws MeshError `too-many-requests`
 */
export async function whileConnected<T>(call: Call, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { context } = call;
  const { socket } = call.request;
  const client = socket.remoteAddress;
  if (socket.destroyed) throw new ClientGone();
  if (!context.waitingPerClient.take(client, context.settings.connectionsPerClientMax))
    throw new MeshError('too-many-requests', `too many waiting queries from ${client}; raise limits.http_max_conns_per_client`);
  const controller = new AbortController();
  const gone = () => controller.abort(new ClientGone());
  socket.once('close', gone);
  context.waiting.add(controller);
  try {
    return await wait(controller.signal);
  } finally {
    context.waitingPerClient.release(client);
    context.waiting.delete(controller);
    socket.removeListener('close', gone);
  }
}
