/** A session that is kept alive until it is closed. Whoever dies without closing it loses what it holds when its time runs out. */
import type { Client } from '../../src/client/client.js';
import { type Clock, sleep } from '../../src/lib/clock.js';
import { isClientFailure } from '../source/client-failure.js';

/** The least that agents take; they may let it live twice as long. */
const ttlLeastMs = 10_000;
/** A farewell nobody has to wait for: the session ends by itself as well. */
const goodbyeMsMax = 2_000;

export interface SessionOptions {
  readonly client: Client;
  readonly clock: Clock;
  /** For whoever looks at the list of sessions. */
  readonly name: string;
  /** How long it lives without being renewed; what is left out is the least that agents take. */
  readonly ttlMs?: number;
}

export class KeptSession {
  readonly id: string;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #ending = new AbortController();
  readonly #lost = new AbortController();
  readonly #renewing: Promise<void>;

  /** @throws what the client throws, the signal's reason */
  static async open({ client, clock, name, ttlMs = ttlLeastMs }: SessionOptions, signal: AbortSignal): Promise<KeptSession> {
    // No lock delay: every turn has a key of its own, which goes with its session.
    const request = { Name: name, TTL: `${Math.ceil(ttlMs / 1000)}s`, Behavior: 'delete', LockDelay: '0s' } as const;
    return new KeptSession(await client.session.create(request, { signal }), { client, clock, ttlMs });
  }

  private constructor(id: string, { client, clock, ttlMs }: Required<Omit<SessionOptions, 'name'>>) {
    this.id = id;
    this.#client = client;
    this.#clock = clock;
    this.#renewing = this.#renew(0.3 * ttlMs);
  }

  /** Fires when the agent says that there is no such session any more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#renewing;
    if (this.#lost.signal.aborted) return;
    const limit = AbortSignal.timeout(goodbyeMsMax);
    await this.#client.session.destroy(this.id, { signal: limit }).catch((error: unknown) => {
      if (!limit.aborted && !isClientFailure(error)) throw error;
    });
  }

  async #renew(everyMs: number): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await sleep(this.#clock, everyMs, signal).catch(() => {});
      if (signal.aborted) return;
      try {
        if ((await this.#client.session.renew(this.id, { signal })) !== null) continue;
        this.#lost.abort();
        return;
      } catch (error) {
        // An agent that does not answer now may do so before the time is up.
        if (!signal.aborted && !isClientFailure(error)) throw error;
      }
    }
  }
}
