/** `/v1/event`. */

import type { UserEvent } from '../model/user-event.js';
import type { Api, ReadOptions, Reply, RequestOptions } from './api.js';
import { listOf, object } from './decode.js';
import { parseJson } from './json.js';
import { escapeSegment } from './url.js';

export type { UserEvent };

export interface FireOptions extends RequestOptions {
  readonly payload?: Uint8Array;
  /** RE2 patterns for whom the event is; a tag needs a service. */
  readonly node?: string;
  readonly service?: string;
  readonly tag?: string;
}

export interface EventClient {
  /** The event as it was sent. */
  fire(name: string, options?: FireOptions): Promise<UserEvent>;
  /** Events that reached this agent, oldest first, at most 256; `name` '' is all. The reply's index is made of the newest one's id. */
  list(name: string, options?: ReadOptions): Promise<Reply<readonly UserEvent[]>>;
}

export function eventClient(api: Api): EventClient {
  return {
    fire: (name, { payload, node = '', service = '', tag = '', ...options } = {}) =>
      api.write({
        path: `/event/fire/${escapeSegment(name)}`,
        parameters: Object.entries({ node, service, tag }).filter(([, pattern]) => pattern !== ''),
        options,
        ...(payload ? { body: payload } : {}),
        decode: (body) => event(parseJson(body)),
      }),
    list: (name, options = {}) =>
      api.read({
        path: '/event/list',
        parameters: name === '' ? [] : [['name', name]],
        options,
        decode: listOf(event),
      }),
  };
}

function event(value: unknown): UserEvent {
  return object(value) as unknown as UserEvent;
}
