/**
 * Anti-entropy: keeps the catalog's view of this node equal to what the node runs.
 *
 * A change is pushed at once (`push`, which everybody who changed something waits for); changes that come while a push runs go together
 * in the next one. Every minute or so (longer in large clusters, with chance so that agents do not come together) the catalog is read and
 * compared, which finds what others changed behind our back: what is missing or different is written again, what is not ours goes.
 * After a failure the next comparison comes in 15 s, at the start sooner. Never two at once: pushing and comparing take turns.
 */
import { backoffMs } from '../lib/backoff.js';
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import type { Backend } from '../model/backend.js';
import type { NodeInput } from '../model/inputs.js';
import { compareWithCatalog } from './compare.js';
import type { LocalState } from './local-state.js';
import { Pusher } from './push.js';

export interface SyncSettings {
  readonly state: LocalState;
  readonly backend: Backend;
  /** May change by a reload. */
  readonly node: () => NodeInput;
  readonly token: () => string;
  /** How many nodes there are; decides how often is compared. */
  readonly clusterSize: () => number;
  /** Writes what a leader keeps for this node; called when it is not there. */
  readonly registerServer: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const fullSyncMs = 60_000;
const afterFailureMs = 15_000;
const stopWaitMs = 2000;

/** 1 up to 128 nodes, then one more for each doubling. */
export function scaleFactor(clusterSize: number): number {
  return clusterSize <= 128 ? 1 : Math.ceil(Math.log2(clusterSize) - 7) + 1;
}

export class Sync {
  private readonly pusher: Pusher;
  private readonly stopping = new AbortController();
  private cancelTimer = () => {};
  /** The work at hand; the next waits for it. */
  private turn: Promise<void> = Promise.resolve();
  private nextPush: Promise<void> | null = null;
  private failures = 0;
  private hasCompared = false;

  constructor(private readonly settings: SyncSettings) {
    this.pusher = new Pusher(settings);
  }

  /** Compares at once, and then time and again until `stop`. */
  start(): void {
    this.scheduleCompare(0);
  }

  /** Lets the work at hand end, but waits no longer than two seconds for a catalog that does not answer; may be called twice. */
  async stop(): Promise<void> {
    this.cancelTimer();
    this.stopping.abort();
    await new Promise<void>((resolve) => {
      const cancel = this.settings.clock.after(stopWaitMs, resolve);
      void this.turn.then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Compare soon, within 3 s: a server has joined or a leader was found. */
  compareSoon(): void {
    this.scheduleCompare(3000 * this.settings.random());
  }

  /**
   * Writes what has changed; resolves when everything changed before this call was tried. What could not be written is tried again
   * by itself, so callers need not care.
   */
  push(): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve();
    this.nextPush ??= this.inTurn(async () => {
      this.nextPush = null;
      if (!(await this.pusher.pushAll())) this.retryLater();
    });
    return this.nextPush;
  }

  private scheduleCompare(delayMs: number): void {
    if (this.stopping.signal.aborted) return;
    this.cancelTimer();
    this.cancelTimer = this.settings.clock.after(delayMs, () => {
      void this.inTurn(() => this.compare());
    });
  }

  private async compare(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    const { clusterSize, registerServer, random, log } = this.settings;
    try {
      if (!(await compareWithCatalog(this.settings, this.stopping.signal))) await registerServer();
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      // Before the first success there may be no leader yet, which is no fault of anything.
      log.log(this.hasCompared ? 'error' : 'debug', 'failed to sync remote state', { error });
      return this.retryLater();
    }
    this.hasCompared = true;
    if (!(await this.pusher.pushAll())) return this.retryLater();
    this.failures = 0;
    const intervalMs = fullSyncMs * scaleFactor(clusterSize());
    this.scheduleCompare(intervalMs + intervalMs * random());
  }

  private retryLater(): void {
    const { random } = this.settings;
    this.failures += 1;
    const delayMs = this.hasCompared
      ? afterFailureMs + afterFailureMs * random()
      : backoffMs(this.failures, { firstMs: 200, mostMs: afterFailureMs }, random);
    this.scheduleCompare(delayMs);
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work).catch((error: unknown) => {
      // Both kinds of work handle what can fail; anything else is a fault of ours and must not stop the loop.
      this.settings.log.log('error', 'sync failed unexpectedly', { error });
      this.retryLater();
    });
    return this.turn;
  }
}
