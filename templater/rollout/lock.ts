/** One machine at one lock: every state of it, and changes that are tried until they are made. What fails on the way is said and tried again. */
import { follow } from '../../src/client/blocking.js';
import type { Client } from '../../src/client/client.js';
import { type BackoffLimits, backoffMs } from '../../src/lib/backoff.js';
import { type Clock, sleep } from '../../src/lib/clock.js';
import type { Random } from '../../src/lib/random.js';
import type { KvKey } from '../../src/model/kv-key.js';
import { failureText, isClientFailure } from '../source/client-failure.js';
import { lockPrefix, RolloutDocumentError, type RolloutView, readView } from './documents.js';
import { commitRollout, type RolloutChange, readRollout } from './store.js';

const retryLimits: BackoffLimits = { firstMs: 100, mostMs: 5_000 };

export interface LockParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Trouble {
  readonly phase: 'unreachable' | 'broken';
  readonly text: string;
}

export class RolloutLock {
  readonly #parts: LockParts;
  readonly #lock: KvKey;
  readonly #onTrouble: (trouble: Trouble) => void;

  constructor(lock: KvKey, parts: LockParts, onTrouble: (trouble: Trouble) => void) {
    this.#parts = parts;
    this.#lock = lock;
    this.#onTrouble = onTrouble;
  }

  /** The state now and every one from now on, until the signal fires. */
  async *views(signal: AbortSignal): AsyncGenerator<RolloutView, void, void> {
    const { client, clock, random } = this.#parts;
    const onRetry = ({ error }: { readonly error: unknown }) => this.tell(error);
    const read = (at: object) => client.kv.list(lockPrefix(this.#lock), { ...at, consistency: 'consistent' });
    for await (const { value } of follow(read, { clock, random, signal, retryLimits, onRetry })) {
      const view = this.#understood(value);
      if (view !== undefined) yield view;
    }
  }

  /** @returns false when something had moved, or could not be reached, and it makes sense to look again */
  async tryCommit(view: RolloutView, change: RolloutChange, signal: AbortSignal): Promise<boolean> {
    try {
      return await commitRollout(this.#parts.client, { lock: this.#lock, view, signal }, change);
    } catch (error) {
      signal.throwIfAborted();
      this.tell(error);
      return false;
    }
  }

  /** Looks and tries, again and again, until `step` says that it is done. @throws the signal's reason */
  async until(signal: AbortSignal, step: (view: RolloutView) => Promise<boolean>): Promise<void> {
    for (let attempt = 1; !(await step(await this.look(signal))); attempt++) await this.pause(attempt, signal);
  }

  /** The state of this moment, asked for until there is an answer. @throws the signal's reason */
  async look(signal: AbortSignal): Promise<RolloutView> {
    for (let attempt = 1; ; attempt++) {
      const view = await this.#read(signal);
      if (view !== undefined) return view;
      await this.pause(attempt, signal);
    }
  }

  pause(attempt: number, signal: AbortSignal): Promise<void> {
    return sleep(this.#parts.clock, backoffMs(attempt, retryLimits, this.#parts.random), signal);
  }

  async #read(signal: AbortSignal): Promise<RolloutView | undefined> {
    try {
      return await readRollout(this.#parts.client, this.#lock, signal);
    } catch (error) {
      signal.throwIfAborted();
      this.tell(error);
      return undefined;
    }
  }

  #understood(entries: Parameters<typeof readView>[1]): RolloutView | undefined {
    try {
      return readView(this.#lock, entries);
    } catch (error) {
      this.tell(error);
      return undefined;
    }
  }

  /** @throws what is no failure of the agent, the way to it, or of what lies there */
  tell(error: unknown): void {
    if (error instanceof RolloutDocumentError) this.#onTrouble({ phase: 'broken', text: error.message });
    else if (isClientFailure(error)) this.#onTrouble({ phase: 'unreachable', text: `${failureText(error)}; files stay as they are` });
    else throw error;
  }
}
