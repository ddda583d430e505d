/**
 * One connection to an agent, without TLS, for one request at a time, or for several that are answered at once, one after the other (RFC
 * 9112 §9.3.2). On node:net, as a request of node:http costs a program that runs for a moment three times as much, and loading it as much
 * again.
 */
import { connect, type Socket } from 'node:net';
import { ConnectionError } from './errors.js';
import { AnswerReader } from './http-answer.js';
import { type Exchange, reasonOf } from './http-exchange.js';
import type { Request, Response } from './transport.js';

/** A dead peer is noticed after about this long plus ten unanswered probes a second apart. */
const keepAliveProbeMs = 15_000;

/** Till the agent has ended its side too. */
const endMsMax = 1_000;

export interface Peer {
  readonly target: { readonly host: string; readonly port: number } | { readonly path: string };
  /** For the `Host` header. */
  readonly host: string;
  readonly bodyBytesMax: number;
}

export class HttpConnection {
  readonly #peer: Peer;
  readonly #socket: Socket;
  readonly #onIdle: (connection: HttpConnection) => void;
  /** In the order of their answers. */
  readonly #exchanges: Exchange[] = [];
  /** To be written in this turn, all at once: each writing costs the agent a reading. */
  #unwritten = '';
  #isUsed = false;
  readonly #onAbort = () => this.#fail(undefined);

  constructor(
    peer: Peer,
    {
      onIdle,
      onClosed,
    }: { readonly onIdle: (connection: HttpConnection) => void; readonly onClosed: (connection: HttpConnection) => void },
  ) {
    this.#peer = peer;
    this.#onIdle = onIdle;
    this.#socket = connect({ ...peer.target, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveProbeMs });
    this.#socket
      .on('data', (bytes) => this.#take(bytes))
      .on('end', () => this.#ended())
      .on('timeout', () => this.#timedOut())
      .on('error', (error) => this.#fail(error))
      .on('close', () => {
        this.#fail(new ConnectionError('EOF'));
        onClosed(this);
      });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** How many requests it has to answer; undefined when the next one would have to wait for one that may take long. */
  get promptRequests(): number | undefined {
    return this.isOpen && this.#exchanges.every(({ request }) => request.isPrompt) ? this.#exchanges.length : undefined;
  }

  close(): void {
    this.#socket.destroy();
  }

  /**
   * The program lets go of it. Without anything under way it is ended and not destroyed: that would make Node look at `process.stderr`, and
   * so set up a stream, in the last moment of a program that needs none.
   */
  release(): void {
    if (this.#exchanges.length > 0) this.close();
    else this.#socket.setTimeout(endMsMax).end();
  }

  /** Until the first request comes it does not keep the process alive; it may be lost till then, as one that is kept between requests. */
  unasked(): this {
    this.#isUsed = true;
    this.#socket.unref();
    return this;
  }

  /**
   * @param head as `headOf` makes it of the request
   * @throws StaleConnection, ConnectionError, the system's errors; `signal.reason` when the signal fires
   */
  send(request: Request, head: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      const [isReused, isBehind] = [this.#isUsed, this.#exchanges.length > 0];
      this.#isUsed = true;
      const reader = new AnswerReader(this.#peer.bodyBytesMax);
      this.#exchanges.push({ request, reader, isReused, hasBegun: false, resolve, reject });
      request.signal?.addEventListener('abort', this.#onAbort, { once: true });
      if (!isBehind) {
        this.#socket.ref();
        this.#socket.setTimeout(request.silenceMsMax);
      }
      this.#write(head, request);
    });
  }

  #write(head: string, { body, isPrompt }: Request): void {
    if (isPrompt && (body === undefined || body.length === 0)) {
      if (this.#unwritten === '') queueMicrotask(() => this.#writeAll());
      this.#unwritten += head;
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    if (body !== undefined && body.length > 0) this.#socket.write(body);
    this.#socket.uncork();
  }

  #writeAll(): void {
    const text = this.#unwritten;
    this.#unwritten = '';
    if (this.isOpen) this.#socket.write(text, 'latin1');
  }

  #take(bytes: Buffer): void {
    try {
      for (let rest = bytes; rest.length > 0; ) {
        const [exchange] = this.#exchanges;
        if (exchange === undefined) throw new ConnectionError('an answer that nobody has asked for');
        exchange.hasBegun = true;
        if (!exchange.reader.take(rest)) return;
        rest = exchange.reader.behind;
        this.#done(exchange, rest.length > 0);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #ended(): void {
    const [exchange] = this.#exchanges;
    if (exchange?.reader.end()) this.#done(exchange, false);
    this.#fail(new ConnectionError(exchange?.hasBegun ? 'unexpected EOF' : 'EOF'));
  }

  #timedOut(): void {
    const silenceMs = this.#exchanges[0]?.request.silenceMsMax;
    if (silenceMs === undefined) this.close();
    else this.#fail(new ConnectionError(`no answer within ${silenceMs / 1000} s`));
  }

  #done(exchange: Exchange, isMoreThere: boolean): void {
    const { reader } = exchange;
    const { response } = reader;
    this.#exchanges.shift();
    this.#forget(exchange);
    exchange.resolve(response);
    if (!reader.isConnectionKept || !this.isOpen) this.#fail(new ConnectionError('EOF'));
    else if (this.#exchanges.length === 0 && isMoreThere) this.close();
    else if (this.#exchanges.length === 0) this.#rest(response);
  }

  /** Does not keep the process alive, and goes a moment before the agent says that it would end it. */
  #rest({ headers }: Response): void {
    const seconds = /\btimeout=(\d{1,6})/i.exec(`${headers['keep-alive'] ?? ''}`)?.[1];
    this.#socket.setTimeout(seconds === undefined ? 0 : Math.max(1, Number(seconds) * 1000 - 1000));
    this.#socket.unref();
    this.#onIdle(this);
  }

  /** @param error undefined when one of the requests was given up */
  #fail(error: unknown): void {
    this.close();
    for (const [position, exchange] of this.#exchanges.splice(0).entries()) {
      this.#forget(exchange);
      exchange.reject(reasonOf(exchange, position === 0 ? error : undefined, error));
    }
  }

  #forget({ request }: Exchange): void {
    request.signal?.removeEventListener('abort', this.#onAbort);
  }
}
