/**
 * The one loop for all reads. A query with an index waits until something it touches changes, its time is over or its client is gone.
 *
 * - It answers at once when its index is 0, below the current one, or ahead of the whole store: an index from before a restore would
 *   otherwise wait blind. Consul waits there.
 * - It waits `wait` plus up to a sixteenth, so that clients that began together do not return together.
 * - It wakes for what it shows (its key, prefix, service, node ...), not for the rest of the table, and then it answers, whatever the index:
 *   the topics of a read fire exactly when its answer changes.
 * - Whoever stops waiting (answer, time, abort) is off all lists in the same turn.
 */
import type { Clock } from '../lib/clock.js';
import { type Deadline, Deadlines } from '../lib/deadlines.js';
import type { Random } from '../lib/random.js';
import type { Answer, QueryOptions } from '../model/backend.js';
import { MeshError } from '../model/errors.js';
import type { Query, QueryKind, QueryTable } from '../model/query.js';
import type { State } from '../state/state.js';
import type { Topic } from '../state/topics.js';
import type { Waiter } from '../state/watches.js';
import type { Answers } from './answers.js';
import type { Read } from './reads/read.js';
import { readOf } from './reads/reads.js';

/** How long to block when nothing is said, and at most: `default_query_time` and `max_query_time`. */
export interface WaitLimits {
  readonly defaultMs: number;
  readonly longestMs: number;
}

export const standardWaitLimits: WaitLimits = { defaultMs: 300_000, longestMs: 600_000 };
const jitterPart = 16;

export interface BlockingOptions {
  readonly state: State;
  readonly answers: Answers;
  readonly clock: Clock;
  readonly random: Random;
  /** What the answers tell of how current they are. */
  readonly contact: { readonly current: boolean; lastContactMs(): number };
  readonly waitLimits?: WaitLimits;
}

/** Anything that waits here, whatever it asked. */
interface Blocked extends Waiter, Deadline {
  abandon(reason: unknown): void;
}

export class Blocking {
  readonly state: State;
  readonly answers: Answers;
  readonly deadlines: Deadlines;
  readonly blocked = new Set<Blocked>();
  private readonly random: Random;
  private readonly contact: BlockingOptions['contact'];
  private readonly waitLimits: WaitLimits;

  constructor({ state, answers, clock, random, contact, waitLimits = standardWaitLimits }: BlockingOptions) {
    this.state = state;
    this.answers = answers;
    this.deadlines = new Deadlines(clock);
    this.random = random;
    this.contact = contact;
    this.waitLimits = waitLimits;
  }

  query<K extends QueryKind>(kind: K, query: Query<K>, options: QueryOptions): Promise<Answer<QueryTable[K]['value']>> {
    const read = readOf(kind);
    read.refuse?.(query, this.answers.surroundings);
    const { minIndex } = options;
    const topics = minIndex > 0 && minIndex <= this.newest() ? read.touched(this.state, query) : [];
    if (topics.length === 0 || this.indexFor(read, query, minIndex) > minIndex)
      return Promise.resolve(this.answer(kind, read, query, minIndex));
    const waitMs = holdTimeMs(options.waitMs, this.random, this.waitLimits);
    return new Promise((resolve, reject) => {
      if (options.signal.aborted) return reject(options.signal.reason);
      const asked = { kind, read, query, minIndex };
      new BlockedQuery(this, asked, topics, options.signal, { resolve, reject }).hold(waitMs);
    });
  }

  answer<K extends QueryKind>(kind: K, read: Read<K>, query: Query<K>, minIndex: number): Answer<QueryTable[K]['value']> {
    return {
      value: this.answers.value(kind, read, this.state, query),
      index: Math.max(1, this.indexFor(read, query, minIndex)),
      knownLeader: this.contact.current,
      lastContactMs: this.contact.lastContactMs(),
    };
  }

  /** Lets everybody go. */
  stop(): void {
    for (const blocked of [...this.blocked]) blocked.abandon(new MeshError('stopping', 'the agent is stopping'));
  }

  /**
   * The index of a connect list is that of the service it was asked for, as clients know it, although proxies of another name are in
   * it; whoever blocks needs to see those move as well.
   */
  private indexFor<K extends QueryKind>(read: Read<K>, query: Query<K>, minIndex: number): number {
    const index = read.index(this.state, query);
    return minIndex > 0 ? Math.max(index, read.version(this.state, query)) : index;
  }

  private newest(): number {
    return Math.max(1, this.state.revision);
  }
}

/**
 * How long a blocking query may be held open.
 *
 * @param requestedMs the client's `wait` in milliseconds; 0 and less ask for the default, 5 minutes
 * @param random adds up to 1/16 so that waiters do not return together
 * @returns milliseconds, at most 10 minutes before the jitter
 */
export function holdTimeMs(requestedMs: number, random: Random, { defaultMs, longestMs } = standardWaitLimits): number {
  const waitMs = Math.min(requestedMs > 0 ? requestedMs : defaultMs, longestMs);
  return waitMs + (waitMs / jitterPart) * random();
}

interface Asked<K extends QueryKind> {
  readonly kind: K;
  readonly read: Read<K>;
  readonly query: Query<K>;
  readonly minIndex: number;
}

interface Settler<T> {
  resolve(answer: T): void;
  reject(reason: unknown): void;
}

/** One object for waiter, deadline and abort listener: there may be ten thousands. */
class BlockedQuery<K extends QueryKind> implements Blocked {
  private readonly blocking: Blocking;
  private readonly asked: Asked<K>;
  private topics: readonly Topic[];
  private readonly signal: AbortSignal;
  private readonly settler: Settler<Answer<QueryTable[K]['value']>>;
  private expiresAt = 0;

  constructor(
    blocking: Blocking,
    asked: Asked<K>,
    topics: readonly Topic[],
    signal: AbortSignal,
    settler: Settler<Answer<QueryTable[K]['value']>>,
  ) {
    this.blocking = blocking;
    this.asked = asked;
    this.topics = topics;
    this.signal = signal;
    this.settler = settler;
  }

  hold(waitMs: number): void {
    this.expiresAt = this.blocking.deadlines.add(this, waitMs);
    this.blocking.blocked.add(this);
    this.blocking.state.watch(this.topics, this);
    this.signal.addEventListener('abort', this);
  }

  wake(): void {
    this.settle();
  }

  expire(): void {
    this.settle();
  }

  /** Of the signal. */
  handleEvent(): void {
    this.abandon(this.signal.reason);
  }

  abandon(reason: unknown): void {
    this.leave();
    this.settler.reject(reason);
  }

  private settle(): void {
    this.leave();
    const { kind, read, query, minIndex } = this.asked;
    try {
      this.settler.resolve(this.blocking.answer(kind, read, query, minIndex));
    } catch (error) {
      this.settler.reject(error);
    }
  }

  private leave(): void {
    this.blocking.deadlines.remove(this, this.expiresAt);
    this.blocking.blocked.delete(this);
    this.blocking.state.unwatch(this.topics, this);
    this.signal.removeEventListener('abort', this);
    this.topics = [];
  }
}
