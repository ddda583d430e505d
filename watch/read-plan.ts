/** A plan as the blocking query that reads it. */
import type { ReadOptions, Reply } from '../src/client/api.js';
import type { FollowPoint } from '../src/client/blocking.js';
import type { Client } from '../src/client/client.js';
import type { UserEvent } from '../src/client/event.js';
import { unreachable } from '../src/lib/unreachable.js';
import { keyFromText } from '../src/model/kv-key.js';
import { shownCheck, shownEntry, shownInstance, shownNode, shownServices } from './encode.js';
import type { WatchPlan } from './plan.js';

/** What a handler is to see, ready to be encoded; null where Consul says null. */
export type WatchReader = (at: FollowPoint) => Promise<Reply<unknown>>;

export function readerOf(plan: WatchPlan, client: Client): WatchReader {
  const options = (at: FollowPoint): ReadOptions => ({
    ...at,
    ...(plan.datacenter ? { datacenter: plan.datacenter } : {}),
    ...(plan.token ? { token: plan.token } : {}),
    ...(plan.stale ? { consistency: 'stale' } : {}),
  });
  switch (plan.kind) {
    case 'key':
      return async (at) => shown(await client.kv.get(keyFromText(plan.key), options(at)), (entry) => entry && shownEntry(entry));
    case 'keyprefix':
      return async (at) =>
        shown(await client.kv.list(keyFromText(plan.prefix), options(at)), (found) => (found.length === 0 ? null : found.map(shownEntry)));
    case 'services':
      return async (at) => shown(await client.catalog.services(options(at)), shownServices);
    case 'nodes':
      return async (at) => shown(await client.catalog.nodes(options(at)), (nodes) => nodes.map(shownNode));
    case 'service':
      return async (at) =>
        shown(await client.health.service(plan.service, { ...options(at), tags: plan.tags, passing: plan.passingOnly }), (all) =>
          all.map(shownInstance),
        );
    case 'checks':
      return async (at) =>
        shown(
          await (plan.service ? client.health.checks(plan.service, options(at)) : client.health.state(plan.state || 'any', options(at))),
          (all) => all.map(shownCheck),
        );
    case 'event':
      return eventReader((at) => client.event.list(plan.name, options(at)));
    default:
      return unreachable(plan);
  }
}

function shown<T>(reply: Reply<T>, convert: (value: T) => unknown): Reply<unknown> {
  return { ...reply, value: convert(reply.value) };
}

/** The list holds old events too: after the first time a handler sees only those behind the last one it saw. */
function eventReader(read: (at: FollowPoint) => Promise<Reply<readonly UserEvent[]>>): WatchReader {
  let lastId: string | undefined;
  return async (at) => {
    const reply = await read(at);
    const seen = reply.value.findIndex(({ ID }) => ID === lastId);
    lastId = reply.value.at(-1)?.ID ?? lastId;
    return { ...reply, value: reply.value.slice(seen + 1) };
  };
}
