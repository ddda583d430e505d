/**
 * One template's seat of the leader: a key that holds the leader's document and is locked by its session. Every process of the fleet
 * follows the key. Where it is free, all try to take it; who succeeds asks the agent and writes what it hears into the key, the others
 * take it from there. When the leader's session ends, the key goes with it and is free again.
 *
 * Whoever can neither lead nor follow (no permission, a document nobody can read) asks the agent by itself, so the files are the same.
 */
import type { Client } from '../../../src/client/client.js';
import { ResponseError } from '../../../src/client/errors.js';
import { type Clock, sleep } from '../../../src/lib/clock.js';
import type { Logger } from '../../../src/lib/log.js';
import { type KvKey, keyToText } from '../../../src/model/kv-key.js';
import type { KvEntry } from '../../../src/model/records.js';
import { failureText, isClientFailure } from '../../source/client-failure.js';
import type { Source } from '../../source/source.js';
import { decodeDocument, documentBytesMax, emptyDocument, encodeDocument, tooLargeDocument } from './document.js';
import { SharedAnswers } from './shared-answers.js';

export interface SeatParts {
  readonly key: KvKey;
  /** Follows the key. */
  readonly source: Source;
  /** Answers the leader's questions. */
  readonly questions: Source;
  readonly client: Pick<Client, 'kv'>;
  /** The session of this process, opened when it is needed. @throws what the client throws */
  readonly session: (signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const retryMs = 1_000;
/** A template that asks nothing says so after this; usually it has asked long before. */
const firstDocumentMs = 1_000;

export class Seat {
  readonly answers: SharedAnswers;
  readonly #parts: SeatParts;
  #entry: KvEntry | null = null;
  /** Our session while we lead, '' otherwise. */
  #leads = '';
  #isDecided = false;
  #isContending = false;
  #isPublishing = false;
  #isNews = false;
  #published: Buffer = Buffer.alloc(0);
  #lastTrouble = '';

  constructor(parts: SeatParts) {
    this.#parts = parts;
    this.answers = new SharedAnswers(parts.questions, () => this.#publishSoon());
  }

  follow(): void {
    const { source, key, signal } = this.#parts;
    source.follow<'key'>(
      { kind: 'key', key, datacenter: '' },
      { signal, onValue: (entry) => this.#seen(entry), onFailure: (reason) => this.#cannot(reason) },
    );
  }

  #seen(entry: KvEntry | null): void {
    this.#entry = entry;
    if (this.#leads !== '' && entry?.Session === this.#leads) return;
    this.#leads = '';
    if (entry === null || isFree(entry)) void this.#contend();
    else void this.#take(entry);
  }

  async #take(entry: KvEntry): Promise<void> {
    const document = await decodeDocument(Buffer.from(entry.Value, 'base64'));
    if (this.#entry !== entry || this.#parts.signal.aborted) return;
    if (document === undefined) this.#tell('what its leader wrote cannot be read, this process asks by itself');
    else this.#lastTrouble = '';
    this.#isDecided = true;
    if (document === undefined) this.answers.askAll();
    else this.answers.take(document);
  }

  async #contend(): Promise<void> {
    if (this.#isContending) return;
    this.#isContending = true;
    const { clock, signal } = this.#parts;
    while (!signal.aborted && isFree(this.#entry) && !(await this.#tryToLead())) await sleep(clock, retryMs, signal).catch(() => {});
    this.#isContending = false;
  }

  async #tryToLead(): Promise<boolean> {
    const { client, key, session, signal } = this.#parts;
    try {
      const id = await session(signal);
      const document = await encodeDocument(emptyDocument);
      // Somebody else may have taken it: then the key shows it.
      if (!isFree(this.#entry) || !(await client.kv.put(key, document, { acquire: id, signal }))) return false;
      this.#lead(id);
      return true;
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
      return false;
    }
  }

  #lead(session: string): void {
    const { clock, log, key } = this.#parts;
    log.log('info', `leads ${keyToText(key)}`);
    this.#leads = session;
    this.#isDecided = true;
    this.#lastTrouble = '';
    this.#published = Buffer.alloc(0);
    this.answers.askAll();
    clock.after(firstDocumentMs, () => this.#publishSoon());
  }

  /** In a turn of its own: answers come together, and each may lead to further questions. */
  #publishSoon(): void {
    if (this.#leads === '' || this.#isNews) return;
    this.#isNews = true;
    if (!this.#isPublishing) setImmediate(() => void this.#publishAll());
  }

  async #publishAll(): Promise<void> {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    const { clock, signal } = this.#parts;
    while (this.#isNews && this.#leads !== '' && !signal.aborted) {
      this.#isNews = false;
      if (await this.#publish(this.#leads)) continue;
      this.#isNews = true;
      await sleep(clock, retryMs, signal).catch(() => {});
    }
    this.#isNews = false;
    this.#isPublishing = false;
  }

  /** @returns false when it has to be tried again */
  async #publish(session: string): Promise<boolean> {
    const { log, key, signal } = this.#parts;
    try {
      const document = await encodeDocument(this.answers.document);
      if (document.equals(this.#published)) return true;
      this.#published = document;
      if (document.length <= documentBytesMax && (await this.#write(document, session))) return true;
      log.log('warn', `the answers for ${keyToText(key)} are too large for one key: every process asks by itself`);
      await this.#write(await encodeDocument(tooLargeDocument), session);
      return true;
    } catch (error) {
      this.#published = Buffer.alloc(0);
      if (!signal.aborted) this.#failed(error);
      return false;
    }
  }

  /** @returns false when it is too large. @throws what the client throws */
  async #write(document: Buffer, session: string): Promise<boolean> {
    const { client, key, signal } = this.#parts;
    try {
      // Lost to somebody else: the key shows it.
      await client.kv.put(key, document, { acquire: session, signal });
      return true;
    } catch (error) {
      if (error instanceof ResponseError && error.status === 413) return false;
      throw error;
    }
  }

  #failed(error: unknown): void {
    if (!isClientFailure(error)) throw error;
    this.#cannot(failureText(error));
  }

  /** Who has a leader's answers keeps them: an agent that does not answer at all is no reason to ask it more. */
  #cannot(reason: string): void {
    this.#tell(reason);
    if (this.#leads === '' && (!this.#isDecided || isFree(this.#entry))) this.answers.askAll();
  }

  #tell(trouble: string): void {
    const { log, key } = this.#parts;
    log.log(trouble === this.#lastTrouble ? 'debug' : 'warn', `${keyToText(key)}: ${trouble}`);
    this.#lastTrouble = trouble;
  }
}

function isFree(entry: KvEntry | null): boolean {
  return entry === null || entry.Session === '';
}
