/**
 * The only caller of `state.apply`: loads the store once, then follows its commits. Writers wait here until their revision has landed, on
 * every engine alike. When the engine no longer remembers the commits that follow, everything is loaded anew.
 *
 * So it is for a commit that is too large to be applied in one turn (a restore): a load is done in turns and readers see what was there
 * before until it has ended.
 */
import { type Clock, sleep } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import { nextTurn } from '../lib/steps.js';
import { MeshError } from '../model/errors.js';
import type { Committed, Storage } from '../model/storage.js';
import type { State } from '../state/state.js';

/** More would hold up reads for longer than some 50 ms. */
const changesAtOnceMax = 10_000;
const changesPerTurn = 2000;
/** After a failure to follow the storage; nothing is read meanwhile but what is there. */
const retryMs = 1000;

export interface ApplierOptions {
  readonly storage: Storage;
  readonly state: State;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The tables have been filled anew. */
  readonly onLoaded: () => void;
  /** A commit has landed. */
  readonly onApplied: (committed: Committed) => void;
}

export class Applier {
  private readonly options: ApplierOptions;
  private readonly stopped = new AbortController();
  private readonly waiting: { readonly revision: number; settle(error?: unknown): void }[] = [];
  private following: Promise<void> | undefined;
  private isCurrent = false;
  private hasLoaded = false;
  private lostAt = 0;

  constructor(options: ApplierOptions) {
    this.options = options;
  }

  /** Whether the tables are the store's: false before the first load, and while the storage cannot be followed. */
  get current(): boolean {
    return this.isCurrent;
  }

  /** Whether there is anything to answer from, be it old. */
  get loaded(): boolean {
    return this.hasLoaded;
  }

  /** How long ago the tables were last known to be the store's. */
  lastContactMs(): number {
    return this.isCurrent ? 0 : this.options.clock.now() - this.lostAt;
  }

  /** Resolves when the store has been loaded. @throws what the storage throws when it cannot be trusted */
  async start(): Promise<void> {
    await this.load();
    this.following = this.follow();
  }

  /** Resolves when everything up to the revision has been applied. */
  reached(revision: number): Promise<void> {
    if (this.options.state.revision >= revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiting.push({ revision, settle: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.following;
    this.isCurrent = false;
    for (const waiter of this.waiting.splice(0)) waiter.settle(new MeshError('stopping', 'the agent is stopping'));
  }

  private async load(): Promise<void> {
    const { state, storage, onLoaded } = this.options;
    state.startLoad();
    let newest = 0;
    let changes = 0;
    for await (const batch of storage.load()) {
      state.load(batch);
      newest = Math.max(newest, batch.revision);
      changes += batch.changes.length;
      if (changes < changesPerTurn) continue;
      changes = 0;
      await nextTurn();
    }
    state.endLoad(newest);
    this.isCurrent = true;
    this.hasLoaded = true;
    onLoaded();
    this.release();
  }

  private async follow(): Promise<void> {
    const { clock, logger } = this.options;
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        if (!this.isCurrent) await this.load();
        await this.applyCommits();
        if (signal.aborted) return;
        throw new MeshError('storage-failed', 'the storage has been closed');
      } catch (error) {
        if (this.isCurrent) this.lostAt = clock.now();
        this.isCurrent = false;
        if (isCompacted(error)) continue;
        logger.log('error', 'cannot follow the storage', { error: error instanceof Error ? error.message : error });
        await sleep(clock, retryMs, signal).catch(() => undefined); // Ended by `stop`, which the loop sees.
      }
    }
  }

  private async applyCommits(): Promise<void> {
    const { state, storage, onApplied } = this.options;
    for await (const committed of storage.changes(state.revision, this.stopped.signal)) {
      if (committed.revision <= state.revision) continue; // A load had it already.
      if (committed.changes.length > changesAtOnceMax) await this.load();
      else state.apply(committed);
      onApplied(committed);
      this.release();
    }
  }

  private release(): void {
    const { revision } = this.options.state;
    while (this.waiting[0] && this.waiting[0].revision <= revision) this.waiting.shift()?.settle();
  }
}

function isCompacted(error: unknown): boolean {
  return error instanceof MeshError && error.code === 'storage-compacted';
}
