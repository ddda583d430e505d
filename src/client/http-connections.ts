/** Requests without TLS over kept connections: a blocking query that ends is followed by the next one on the same connection. */
import { type AgentAddress, hostAndPort } from './address.js';
import { HttpConnection, headOf, type Peer, StaleConnection } from './http-connection.js';
import type { Request, Response } from './transport.js';

/** Of those that wait for another request. */
const idleMost = 256;

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

  /** A kept connection that the agent closed while a GET was on its way is tried once more on a new one. */
  async exchange(request: Request, path: string): Promise<Response> {
    request.signal?.throwIfAborted();
    const head = headOf(request, { path, host: this.#peer.host });
    try {
      return await (this.#kept() ?? this.#opened()).send(request, head);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      if (request.method !== 'GET') throw error.cause;
      return this.#opened().send(request, head);
    }
  }

  close(): void {
    for (const connection of this.#all) connection.close();
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
