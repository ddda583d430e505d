/** `/v1/event`. */
import type { Api, ReadOptions, Reply } from './api.js';
import { listOf, object } from './decode.js';

/** A user event as the API shows it. */
export interface UserEvent {
  readonly ID: string;
  readonly Name: string;
  /** Base64; null without one. */
  readonly Payload: string | null;
  readonly NodeFilter: string;
  readonly ServiceFilter: string;
  readonly TagFilter: string;
  readonly Version: number;
  readonly LTime: number;
}

export interface EventClient {
  /** Events that reached this agent, oldest first, at most 256; `name` '' is all. The reply's index is made of the newest one's id. */
  list(name: string, options?: ReadOptions): Promise<Reply<readonly UserEvent[]>>;
}

export function eventClient(api: Api): EventClient {
  return {
    list: (name, options = {}) =>
      api.read({
        path: '/event/list',
        parameters: name === '' ? [] : [['name', name]],
        options,
        decode: listOf((value) => object(value) as unknown as UserEvent),
      }),
  };
}
