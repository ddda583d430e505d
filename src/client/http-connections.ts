/**
 * Requests without TLS over kept connections: a blocking query that ends is followed by the next one on the same connection, and those
 * that are answered at once share a few.
 */
import { type AgentAddress, hostAndPort } from './address.js';
import { HttpConnection, type Peer } from './http-connection.js';
import { StaleConnection } from './http-exchange.js';
import { headOf } from './http-head.js';
import type { Request, Response } from './transport.js';

/** Of those that wait for another request. */
const idleMost = 256;
/** Opening one costs as much as a question, and many questions on one are written and read together. */
const sharedMost = 4;

export interface HttpConnectionsOptions {
  readonly bodyBytesMax: number;
  /** The first request will not be long in coming: its connection is made meanwhile. */
  readonly connectsAtOnce: boolean;
}

export class HttpConnections {
  readonly #peer: Peer;
  readonly #all = new Set<HttpConnection>();
  readonly #idle: HttpConnection[] = [];

  constructor(address: AgentAddress, { bodyBytesMax, connectsAtOnce }: HttpConnectionsOptions) {
    this.#peer = { ...targetOf(address), bodyBytesMax };
    if (connectsAtOnce) this.#idle.push(this.#opened().unasked());
  }

  /** A GET whose connection the agent closed while it was on its way is tried once more on a new one. */
  async exchange(request: Request, path: string): Promise<Response> {
    request.signal?.throwIfAborted();
    const head = headOf(request, { path, host: this.#peer.host });
    try {
      return await this.#connectionFor(request).send(request, head);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      if (request.method !== 'GET') throw error.cause;
      return this.#opened().send(request, head);
    }
  }

  close(): void {
    for (const connection of this.#all) connection.release();
  }

  #connectionFor({ isPrompt }: Request): HttpConnection {
    const kept = this.#kept();
    if (kept !== undefined || !isPrompt) return kept ?? this.#opened();
    let [least, shared]: [HttpConnection | undefined, number] = [undefined, 0];
    for (const connection of this.#all) {
      const { promptRequests } = connection;
      if (promptRequests === undefined) continue;
      shared += 1;
      if (promptRequests < (least?.promptRequests ?? Number.POSITIVE_INFINITY)) least = connection;
    }
    return shared < sharedMost || least === undefined ? this.#opened() : least;
  }

  #kept(): HttpConnection | undefined {
    for (let found = this.#idle.pop(); found !== undefined; found = this.#idle.pop()) if (found.isOpen) return found;
    return undefined;
  }

  #opened(): HttpConnection {
    const connection = new HttpConnection(this.#peer, {
      onIdle: (idle) => (this.#idle.length < idleMost ? this.#idle.push(idle) : idle.close()),
      onClosed: (closed) => this.#forget(closed),
    });
    this.#all.add(connection);
    return connection;
  }

  #forget(connection: HttpConnection): void {
    this.#all.delete(connection);
    const position = this.#idle.indexOf(connection);
    if (position >= 0) this.#idle.splice(position, 1);
  }
}

function targetOf(address: AgentAddress): Pick<Peer, 'target' | 'host'> {
  if (address.kind === 'unix') return { target: { path: address.path }, host: 'localhost' };
  const { host, port } = address;
  return { target: { host, port }, host: port === 80 ? hostAndPort(address).replace(/:80$/, '') : hostAndPort(address) };
}
