/**
 * One connection to an agent, without TLS, for one request at a time. On node:net, as a request of node:http costs a program that runs for
 * a moment three times as much, and loading it as much again.
 */
import { connect, type Socket } from 'node:net';
import { ConnectionError } from './errors.js';
import { AnswerReader } from './http-answer.js';
import type { Request, Response } from './transport.js';

/** A dead peer is noticed after about this long plus ten unanswered probes a second apart. */
const keepAliveProbeMs = 15_000;

export interface Peer {
  readonly target: { readonly host: string; readonly port: number } | { readonly path: string };
  /** For the `Host` header. */
  readonly host: string;
  readonly bodyBytesMax: number;
}

/** It was kept from a request before, and the agent had closed it: nothing of this request was answered. */
export class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

interface Exchange {
  readonly request: Request;
  readonly reader: AnswerReader;
  readonly isReused: boolean;
  hasBegun: boolean;
  readonly resolve: (response: Response) => void;
  readonly reject: (error: unknown) => void;
}

export class HttpConnection {
  readonly #peer: Peer;
  readonly #socket: Socket;
  readonly #onIdle: (connection: HttpConnection) => void;
  #exchange: Exchange | undefined;
  #isUsed = false;
  readonly #onAbort = () => this.#fail(this.#exchange?.request.signal?.reason);

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

  close(): void {
    this.#socket.destroy();
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
      const isReused = this.#isUsed;
      this.#isUsed = true;
      this.#exchange = { request, reader: new AnswerReader(this.#peer.bodyBytesMax), isReused, hasBegun: false, resolve, reject };
      request.signal?.addEventListener('abort', this.#onAbort, { once: true });
      this.#socket.ref();
      this.#socket.setTimeout(request.silenceMsMax);
      this.#write(head, request.body);
    });
  }

  #write(head: string, body: Uint8Array | undefined): void {
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    if (body !== undefined && body.length > 0) this.#socket.write(body);
    this.#socket.uncork();
  }

  #take(bytes: Buffer): void {
    const exchange = this.#exchange;
    // Nobody has asked.
    if (exchange === undefined) {
      this.close();
      return;
    }
    exchange.hasBegun = true;
    try {
      if (exchange.reader.take(bytes)) this.#done(exchange);
    } catch (error) {
      this.#fail(error);
    }
  }

  #ended(): void {
    if (this.#exchange?.reader.end()) this.#done(this.#exchange);
    else this.#fail(new ConnectionError(this.#exchange?.hasBegun ? 'unexpected EOF' : 'EOF'));
  }

  #timedOut(): void {
    const silenceMs = this.#exchange?.request.silenceMsMax;
    if (silenceMs === undefined) this.close();
    else this.#fail(new ConnectionError(`no answer within ${silenceMs / 1000} s`));
  }

  #done(exchange: Exchange): void {
    const { reader } = exchange;
    const { response } = reader;
    this.#leave(exchange);
    if (reader.isConnectionKept && this.isOpen) this.#rest(response);
    else this.close();
    exchange.resolve(response);
  }

  /** Does not keep the process alive, and goes a moment before the agent says that it would end it. */
  #rest({ headers }: Response): void {
    const seconds = /\btimeout=(\d{1,6})/i.exec(`${headers['keep-alive'] ?? ''}`)?.[1];
    this.#socket.setTimeout(seconds === undefined ? 0 : Math.max(1, Number(seconds) * 1000 - 1000));
    this.#socket.unref();
    this.#onIdle(this);
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.close();
    if (exchange === undefined) return;
    this.#leave(exchange);
    const { request, isReused, hasBegun } = exchange;
    const isStale = isReused && !hasBegun && !request.signal?.aborted && isLost(error);
    exchange.reject(isStale ? new StaleConnection('the kept connection was closed by the agent', { cause: error }) : error);
  }

  #leave({ request }: Exchange): void {
    this.#exchange = undefined;
    request.signal?.removeEventListener('abort', this.#onAbort);
  }
}

function isLost(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.message === 'EOF';
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** @throws TypeError when something in it could end a line */
export function headOf({ method, headers, body }: Request, { path, host }: { readonly path: string; readonly host: string }): string {
  if (/[^\x21-\xff]/.test(path)) throw new TypeError('Request path contains unescaped characters');
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError(`Invalid character in header content ["${name}"]`);
    lines.push(`${name}: ${value}`);
  }
  if (body !== undefined || method === 'PUT' || method === 'POST') lines.push(`Content-Length: ${body?.byteLength ?? 0}`);
  return `${lines.join('\r\n')}\r\nConnection: keep-alive\r\n\r\n`;
}
