/**
 * `deduplicate`: the processes of a fleet that render the same templates ask the agent once. Each template (by the MD5 of its text) has a
 * leader, see seat.ts; one session of this process holds all seats that it has.
 */
import { createHash } from 'node:crypto';
import type { Client } from '../../../src/client/client.js';
import type { Clock } from '../../../src/lib/clock.js';
import type { Logger } from '../../../src/lib/log.js';
import { keyFromText } from '../../../src/model/kv-key.js';
import { KeptSession } from '../../rollout/session.js';
import { WatchHub } from '../../runtime/hub.js';
import type { Source } from '../../source/source.js';
import { hubSource } from './hub-source.js';
import { Seat } from './seat.js';
import type { DeduplicateSettings } from './settings.js';

export interface SharingParts {
  readonly settings: DeduplicateSettings;
  /** Closed with it. */
  readonly client: Client;
  /** The watches of the program, and what they ask. */
  readonly hub: WatchHub;
  readonly source: Source;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Sharing {
  readonly #parts: SharingParts;
  readonly #ending = new AbortController();
  readonly #hubs = new Map<string, WatchHub>();
  #session: Promise<KeptSession> | undefined;

  constructor(parts: SharingParts) {
    this.#parts = parts;
  }

  /** The watches of all templates with this text. */
  hubFor(text: string | Uint8Array): WatchHub {
    const digest = createHash('md5').update(text).digest('hex');
    const known = this.#hubs.get(digest);
    if (known !== undefined) return known;
    const { settings, client, hub, source, clock } = this.#parts;
    const log = this.#parts.log.named('dedup');
    const seat = new Seat({
      key: keyFromText(`${settings.prefix.replace(/^\/+|\/+$/g, '')}/${digest}/data`),
      source,
      questions: hubSource(hub, source),
      client,
      session: (signal) => this.#sessionId(signal),
      clock,
      log,
      signal: this.#ending.signal,
    });
    const own = new WatchHub({ source: seat.answers, log });
    this.#hubs.set(digest, own);
    seat.follow();
    return own;
  }

  /** Gives up every seat; another process takes them at once. */
  async close(): Promise<void> {
    this.#ending.abort();
    for (const hub of this.#hubs.values()) hub.close();
    const session = await this.#session?.catch(() => undefined);
    await session?.close();
    this.#parts.client.close();
  }

  async #sessionId(signal: AbortSignal): Promise<string> {
    this.#session ??= this.#open(signal);
    return (await this.#session).id;
  }

  async #open(signal: AbortSignal): Promise<KeptSession> {
    const { client, clock, settings } = this.#parts;
    const forget = () => {
      this.#session = undefined;
    };
    try {
      const session = await KeptSession.open({ client, clock, name: 'mesh-template deduplicate', ttlMs: settings.ttlMs }, signal);
      session.lost.addEventListener('abort', forget, { once: true });
      return session;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
