/**
 * The loop of a watch: follow the plan's data, hand every new state to the handler. The handler runs once at the start, also when there is
 * nothing yet, and then whenever the content differs from what it saw last: an index may move without news. It runs one at a time; while
 * it runs changes pile up behind it, and the next run sees the last of them.
 */
import { createHash } from 'node:crypto';
import { follow } from '../src/client/blocking.js';
import type { Client } from '../src/client/client.js';
import type { Clock } from '../src/lib/clock.js';
import { formatDuration } from '../src/lib/duration.js';
import type { Logger } from '../src/lib/log.js';
import type { Random } from '../src/lib/random.js';
import type { WatchPlan } from './plan.js';
import { readerOf } from './read-plan.js';

export interface WatchChange {
  /** Ready for `encodeChange`. */
  readonly data: unknown;
  /** Index of the data, as digits. */
  readonly index: string;
}

/** Rejecting ends the watch with that error. `signal` fires when the watch is stopped. */
export type ChangeHandler = (change: WatchChange, signal: AbortSignal) => Promise<void>;

export interface WatchParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Resolves when `signal` fires and the handler has ended. Failed queries are logged and tried again. */
export async function runWatch(
  plan: WatchPlan,
  handler: ChangeHandler,
  { client, clock, random, logger }: WatchParts,
  signal: AbortSignal,
): Promise<void> {
  const replies = follow(readerOf(plan, client), {
    clock,
    random,
    signal,
    unordered: plan.kind === 'event',
    onRetry: ({ error, delayMs }) =>
      logger.log('error', 'Watch errored', { type: plan.kind, error, retry: formatDuration(Math.round(delayMs)) }),
  });
  let seen: string | undefined;
  for await (const { value, indexText } of replies) {
    const content = createHash('sha256').update(JSON.stringify(value)).digest('base64');
    if (content === seen || (seen !== undefined && isNoEvents(plan, value))) continue;
    seen = content;
    await handler({ data: value, index: indexText }, signal);
  }
}

/** Asked again after a failure, the list of events holds nothing that the handler has not seen. */
function isNoEvents({ kind }: WatchPlan, value: unknown): boolean {
  return kind === 'event' && Array.isArray(value) && value.length === 0;
}
