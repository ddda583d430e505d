/**
 * Sessions with a TTL end at twice the TTL after they were made or last renewed: the TTL is the least a client may count on. The times are
 * kept here, at the leader, and not in the store; after a restart every session has its whole time again.
 */
import type { Clock } from '../../lib/clock.js';
import { type Deadline, Deadlines } from '../../lib/deadlines.js';
import type { Logger } from '../../lib/log.js';
import type { SessionRecord } from '../../model/records.js';
import type { Committed } from '../../model/storage.js';
import type { SessionView } from '../../state/sessions.js';
import { sessionTtlMs } from '../writes/session.js';

const livesPerTtl = 2;
/** When the end could not be committed. */
const retryMs = 5_000;

export interface SessionTtlOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** A commit that ends the session. */
  readonly end: (id: string) => Promise<unknown>;
}

export class SessionTtl {
  private readonly deadlines: Deadlines;
  private readonly timers = new Map<string, { readonly deadline: Deadline; readonly at: number }>();
  private readonly options: SessionTtlOptions;
  private isStopped = false;

  constructor(options: SessionTtlOptions) {
    this.options = options;
    this.deadlines = new Deadlines(options.clock);
  }

  /** Sessions that have a time. */
  get active(): number {
    return this.timers.size;
  }

  loaded(sessions: SessionView): void {
    for (const id of [...this.timers.keys()]) this.forget(id);
    for (const session of sessions.all()) this.renew(session);
  }

  applied({ changes }: Committed, sessions: SessionView): void {
    for (const { table, key } of changes) {
      if (table !== 'sessions') continue;
      const session = sessions.get(key);
      if (session) this.renew(session);
      else this.forget(key);
    }
  }

  /** Starts the time of the session anew. */
  renew(session: SessionRecord): void {
    const lifeMs = livesPerTtl * sessionTtlMs(session.TTL);
    if (lifeMs > 0) this.endIn(session.ID, lifeMs);
  }

  stop(): void {
    this.isStopped = true;
    for (const id of [...this.timers.keys()]) this.forget(id);
  }

  private endIn(id: string, waitMs: number): void {
    this.forget(id);
    if (this.isStopped) return;
    const deadline = { expire: () => this.expire(id) };
    this.timers.set(id, { deadline, at: this.deadlines.add(deadline, waitMs) });
  }

  private expire(id: string): void {
    const { logger, end } = this.options;
    this.timers.delete(id);
    logger.log('debug', 'session TTL expired', { session: id });
    end(id).catch((error: unknown) => {
      if (this.isStopped) return;
      logger.log('warn', 'cannot end an expired session', { session: id, error: error instanceof Error ? error.message : error });
      this.endIn(id, retryMs);
    });
  }

  private forget(id: string): void {
    const timer = this.timers.get(id);
    if (!timer) return;
    this.timers.delete(id);
    this.deadlines.remove(timer.deadline, timer.at);
  }
}
