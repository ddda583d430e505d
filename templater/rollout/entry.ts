/** Waiting for a turn at a lock. Waiting alone needs no session: one is made when there seems to be a turn, and kept while others are quicker. */
import type { Client } from '../../src/client/client.js';
import type { Clock } from '../../src/lib/clock.js';
import { GateError } from '../runtime/gate.js';
import { beginTurn, type Decision, decide, type Me } from './decide.js';
import type { RolloutView } from './documents.js';
import type { RolloutLock } from './lock.js';
import type { RolloutPhase } from './notes.js';
import { KeptSession } from './session.js';

export interface EntryParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly lock: RolloutLock;
  readonly me: Me;
  /** Waits for its turn, but not for an operator's word. */
  readonly isOnce: boolean;
  readonly note: (phase: RolloutPhase, text: string) => void;
}

export class Entry {
  readonly #parts: EntryParts;
  #session: KeptSession | undefined;

  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** The session that has its turn. @throws GateError, the signal's reason */
  async turn(signal: AbortSignal): Promise<KeptSession> {
    let taken: KeptSession | undefined;
    try {
      for await (const view of this.#parts.lock.views(signal)) {
        taken = await this.#tryFrom(view, signal);
        if (taken !== undefined) return taken;
      }
      throw signal.reason;
    } finally {
      if (taken === undefined) await this.#session?.close();
    }
  }

  /** Tries until there is a turn (its session), or it has to wait for others (undefined). */
  async #tryFrom(first: RolloutView, signal: AbortSignal): Promise<KeptSession | undefined> {
    const { lock, me } = this.#parts;
    let view = first;
    for (let attempt = 1; ; attempt++) {
      if (this.#session?.lost.aborted) this.#session = undefined;
      const decision = decide(view, me, { session: this.#session?.id ?? '' });
      if (decision.kind === 'wait') {
        await this.#wait(decision);
        return undefined;
      }
      const session = await this.#openSession(signal);
      if (session !== undefined) {
        const now = new Date(this.#parts.clock.now()).toISOString();
        const enter = { session: session.id, machine: me.machine, since: now };
        const isTaken =
          decision.kind === 'taken' ||
          (await lock.tryCommit(view, { ...beginTurn(view, me, { session: session.id, now, isFirst: decision.isFirst }), enter }, signal));
        if (isTaken) return session;
      }
      await lock.pause(attempt, signal);
      view = await lock.look(signal);
    }
  }

  async #wait({ cause, why }: Decision & { readonly kind: 'wait' }): Promise<void> {
    this.#parts.note(cause, why);
    if (cause === 'turn') return;
    // This may take days.
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
    if (this.#parts.isOnce) throw new GateError(`rollout: ${why}`);
  }

  async #openSession(signal: AbortSignal): Promise<KeptSession | undefined> {
    const { client, clock, me, lock } = this.#parts;
    try {
      this.#session ??= await KeptSession.open({ client, clock, name: `mesh-template rollout of ${me.group}` }, signal);
      return this.#session;
    } catch (error) {
      signal.throwIfAborted();
      lock.tell(error);
      return undefined;
    }
  }
}
