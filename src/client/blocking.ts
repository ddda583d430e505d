/**
 * The one loop that follows data by blocking queries. Rules, after the API's page on blocking queries:
 *  - the first read carries no index and is answered at once; each later one carries the index of the answer before it;
 *  - a value is given on when its index moved, not when a wait merely ran out;
 *  - an index that went back (a restored or new cluster) starts over without index; its value is given on;
 *  - an index below 1 counts as 1: asking with 0 would not block;
 *  - after a failure it waits (doubling, jitter, what `Retry-After` asks for at least, up to a minute) and starts over, and gives the next value on
 *    whatever its index: the agent behind the address may be another one now;
 *  - a server that answers at once without news, again and again, is asked ever more slowly.
 * The next read starts when the consumer asks for it, so a slow consumer skips states between and always gets the last one.
 */
import { type BackoffLimits, backoffMs } from '../lib/backoff.js';
import { type Clock, sleep } from '../lib/clock.js';
import type { Random } from '../lib/random.js';
import type { Reply } from './api.js';
import { ResponseError } from './errors.js';

/** What the loop puts into each read. */
export interface FollowPoint {
  /** '0': answer at once. */
  readonly index: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export interface Retry {
  readonly error: unknown;
  /** Failures in a row, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
}

export interface FollowOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Ends the loop; what it waits for is let go at once. */
  readonly signal: AbortSignal;
  /** How long a read may block; 0 leaves it to the server (5 minutes). */
  readonly waitMs?: number;
  /** Told of every failure before the wait; throwing here ends the loop with that error. */
  readonly onRetry?: (retry: Retry) => void;
  readonly retryLimits?: BackoffLimits;
  /** Indexes that are no numbers of changes but names of states (the list of events): one cannot be behind another. */
  readonly unordered?: boolean;
}

const defaultRetryLimits: BackoffLimits = { firstMs: 250, mostMs: 15_000 };
/** `Retry-After` may ask for a day, or for that by mistake; nobody would hear of the end of the trouble till then. */
const askedMsMost = 60_000;
/** For answers without news that came sooner than any wait runs out, and for indexes that go back again and again. */
const idleLimits: BackoffLimits = { firstMs: 100, mostMs: 5_000 };
const soonMs = 1_000;

/**
 * Gives each new state of what `read` reads, the present one first, until `signal` fires.
 *
 * @example
 * for await (const { value } of follow((at) => client.kv.get(key, at), { clock, random, signal })) use(value);
 */
export async function* follow<T>(
  read: (at: FollowPoint) => Promise<Reply<T>>,
  options: FollowOptions,
): AsyncGenerator<Reply<T>, void, void> {
  const { clock, signal, waitMs = 0, unordered = false } = options;
  let nextIndex = '0';
  /** Index of the value given on last; undefined gives the next one on whatever its index. */
  let given: string | undefined;
  let [failures, idleTurns, turnsBack] = [0, 0, 0];
  while (!signal.aborted) {
    const startedMs = clock.now();
    const reply = await attempt(read, { index: nextIndex, waitMs, signal });
    if (signal.aborted) return;
    if ('error' in reply) {
      failures += 1;
      [nextIndex, given] = ['0', undefined];
      await pauseAfter(reply.error, failures, options);
      continue;
    }
    failures = 0;
    const index = reply.indexText === '0' ? '1' : reply.indexText;
    const isNews = index !== given;
    const wentBack = !unordered && BigInt(index) < BigInt(nextIndex);
    const isSoon = clock.now() - startedMs < soonMs;
    idleTurns = !isNews && nextIndex !== '0' && isSoon ? idleTurns + 1 : 0;
    // Once is a restart; more often it is two clusters behind one address, each of which answers the index of the other at once.
    if (!isSoon) turnsBack = 0;
    else if (wentBack) turnsBack += 1;
    nextIndex = wentBack ? '0' : index;
    if (isNews) {
      given = index;
      yield reply;
    }
    const turns = Math.max(idleTurns, wentBack ? turnsBack - 1 : 0);
    if (turns > 0) await pause(backoffMs(turns, idleLimits, options.random), options);
  }
}

async function attempt<T>(read: (at: FollowPoint) => Promise<Reply<T>>, at: FollowPoint): Promise<Reply<T> | { readonly error: unknown }> {
  try {
    return await read(at);
  } catch (error) {
    return { error };
  }
}

async function pauseAfter(error: unknown, failures: number, options: FollowOptions): Promise<void> {
  const asked = error instanceof ResponseError ? Math.min(error.retryAfterMs ?? 0, askedMsMost) : 0;
  const delayMs = Math.max(asked, backoffMs(failures, options.retryLimits ?? defaultRetryLimits, options.random));
  options.onRetry?.({ error, attempt: failures, delayMs });
  await pause(delayMs, options);
}

/** Ends early, without a word, when the loop is to end. */
async function pause(delayMs: number, { clock, signal }: FollowOptions): Promise<void> {
  try {
    await sleep(clock, delayMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
