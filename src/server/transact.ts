/**
 * The one loop that commits. It takes all writes that wait (up to 512), decides each on the current view, commits those that fit together
 * as one group with one group in flight, and answers when the group has been applied. Writes that do not fit, and those that storage
 * refused because what they rest on has changed, are decided again on the newer view.
 */
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import { MeshError } from '../model/errors.js';
import type { Storage, Transaction } from '../model/storage.js';
import type { Write, WriteKind, WriteTable } from '../model/write.js';
import type { State } from '../state/state.js';
import type { Applier } from './applier.js';
import { CommitGroup } from './commit-group.js';
import { decide } from './writes/decide.js';
import { type DecisionContext, Draft, type Settle } from './writes/draft.js';

const groupMax = 512;
const takesId: ReadonlySet<WriteKind> = new Set(['session.create', 'query.create', 'intention.create'] as const);
/** A write that loses this often against others is refused: its client may try again. */
const refusalsMax = 32;
/** More than this are turned away: they would wait longer than their clients do. */
const queueMax = 65_536;
/** Each attempt reads the whole store. */
const aloneAttemptsMax = 4;

export interface TransactOptions {
  readonly storage: Storage;
  readonly state: State;
  readonly applier: Applier;
  readonly clock: Clock;
  readonly datacenter: string;
  readonly sessionTtlMinMs: number;
  readonly connectEnabled: boolean;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** A write on its way, with its type inside: decided here, settled later. */
interface Pending {
  refusals: number;
  /** Decides on the view as it is now; what comes of it when the revision is known. */
  decide(): Decided;
  fail(error: unknown): void;
}

interface Decided {
  readonly draft: Draft;
  settle(revision: number): void;
}

export class Transact {
  private queue: Pending[] = [];
  private readonly alone: (() => Promise<void>)[] = [];
  private running: Promise<void> | undefined;
  private isStopped = false;
  private hasFailed = false;
  private readonly options: TransactOptions;

  constructor(options: TransactOptions) {
    this.options = options;
  }

  /** Resolves when the write is durable and applied here. @throws MeshError */
  write<K extends WriteKind>(write: Write<K>): Promise<WriteTable[K]['result']> {
    const { datacenter, sessionTtlMinMs, connectEnabled, clock, newId } = this.options;
    const own = { datacenter, sessionTtlMinMs, connectEnabled, now: clock.now() };
    const context: DecisionContext = { ...own, newId: takesId.has(write.kind) ? newId() : '' };
    return this.submit((draft) => decide(draft, write, context));
  }

  /** The same for a decision that is no write of the API. */
  submit<R>(decision: (draft: Draft) => Settle<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.isStopped) return reject(new MeshError('stopping', 'the agent is stopping'));
      if (this.queue.length >= queueMax) return reject(new MeshError('too-many-requests', 'too many writes are waiting; try again later'));
      const { state, clock } = this.options;
      const decideNow = () => {
        const draft = new Draft(state, clock.now());
        const settle = decision(draft);
        return { draft, settle: (revision: number) => resolve(settle(revision)) };
      };
      this.queue.push({ refusals: 0, decide: decideNow, fail: reject });
      this.running ??= this.run();
    });
  }

  /**
   * Commits a transaction that takes time to decide because it rests on the whole store. No other group is under way from before `decide`
   * until it has been applied; where others commit too, it is decided again when they were faster.
   */
  commitAlone(decide: () => Promise<Transaction>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isStopped) return reject(new MeshError('stopping', 'the agent is stopping'));
      this.alone.push(() => this.decideAlone(decide).then(resolve, reject));
      this.running ??= this.run();
    });
  }

  /** Writes that wait are still committed; later ones are refused. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    // The turn that brought the first write may bring more.
    await Promise.resolve();
    while (this.queue.length > 0 || this.alone.length > 0) {
      const alone = this.alone.shift();
      if (alone) await alone();
      else await this.commitNext();
    }
    this.running = undefined;
  }

  private async decideAlone(decide: () => Promise<Transaction>): Promise<void> {
    const { storage, applier } = this.options;
    for (let attempt = 0; attempt < aloneAttemptsMax; attempt++) {
      const { revision, refused } = await storage.commit([await decide()]);
      await applier.reached(revision);
      if (refused.length === 0) return;
    }
    throw new MeshError('refused', 'the store is changed by others all the time; try again');
  }

  private async commitNext(): Promise<void> {
    const taken = this.queue.splice(0, groupMax);
    const group = new CommitGroup();
    const members: { readonly pending: Pending; readonly position: number; readonly decided: Decided }[] = [];
    const left: Pending[] = [];
    for (const pending of taken) {
      const decided = attempt(pending);
      if (!decided) continue;
      const position = group.add(decided.draft.transaction());
      if (position === undefined) left.push(pending);
      else members.push({ pending, position, decided });
    }
    try {
      const { revision, refused } = await this.commit(group);
      for (const { pending, position, decided } of members) {
        if (!refused.includes(position)) decided.settle(revision);
        else if (++pending.refusals < refusalsMax) left.push(pending);
        else pending.fail(new MeshError('refused', 'what the write rests on is changed by others all the time; try again'));
      }
      this.hasFailed = false;
    } catch (error) {
      this.tellFailure(error);
      for (const { pending } of members) pending.fail(error);
    }
    this.queue.unshift(...left);
  }

  /** Every writer is told by its answer; the log has one line for all of them, until a commit works again. */
  private tellFailure(error: unknown): void {
    if (!this.hasFailed)
      this.options.logger.log('error', 'cannot write to the store', { error: error instanceof Error ? error.message : error });
    this.hasFailed = true;
  }

  private async commit(group: CommitGroup): Promise<{ readonly revision: number; readonly refused: readonly number[] }> {
    const { storage, state, applier } = this.options;
    const changesNothing = group.transactions.every(({ changes }) => changes.length === 0);
    if (changesNothing && (storage.isSoleWriter || group.transactions.length === 0)) return { revision: state.revision, refused: [] };
    const outcome = await storage.commit(group.transactions);
    await applier.reached(outcome.revision);
    return outcome;
  }
}

function attempt(pending: Pending): Decided | undefined {
  try {
    return pending.decide();
  } catch (error) {
    pending.fail(error);
    return undefined;
  }
}
