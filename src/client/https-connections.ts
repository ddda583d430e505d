/** Requests with TLS, over the kept connections of node:https. */
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AgentAddress } from './address.js';
import { ConnectionError } from './errors.js';
import type { TlsOptions } from './tls.js';
import type { Request, Response } from './transport.js';

/** A dead peer is noticed after about this long plus ten unanswered probes a second apart. */
const keepAliveProbeMs = 15_000;

/** A marker: the request may be sent again on a new connection. */
const staleConnection = new Error('the kept connection was closed by the agent');

/** Opening one is what costs most, and requests that are answered at once need not wait long for another's. */
const sharedMost = 16;

export class HttpsConnections {
  readonly #agent: Agent;
  /** For requests that are answered at once. */
  readonly #sharedAgent: Agent;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #bodyBytesMax: number;

  constructor(
    { host, port }: AgentAddress & { readonly kind: 'tcp' },
    { tls, bodyBytesMax }: { readonly tls: TlsOptions; readonly bodyBytesMax: number },
  ) {
    this.#agent = new Agent({ keepAlive: true, maxFreeSockets: 256, ...tls });
    this.#sharedAgent = new Agent({ keepAlive: true, maxSockets: sharedMost, ...tls });
    this.#target = { host, port };
    this.#bodyBytesMax = bodyBytesMax;
  }

  async exchange(request: Request, path: string): Promise<Response> {
    try {
      return await this.#exchange(request, path, false);
    } catch (error) {
      if (error === staleConnection) return this.#exchange(request, path, true);
      throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
    this.#sharedAgent.destroy();
  }

  #exchange(request: Request, path: string, isRetry: boolean): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (request.signal?.aborted) return reject(request.signal.reason);
      const sent = httpsRequest({
        ...this.#target,
        agent: request.isPrompt ? this.#sharedAgent : this.#agent,
        method: request.method,
        path,
        headers: headersOf(request),
        timeout: request.silenceMsMax,
        ...(request.signal ? { signal: request.signal } : {}),
      });
      sent.setSocketKeepAlive(true, keepAliveProbeMs);
      sent.once('timeout', () => sent.destroy(new ConnectionError(`no answer within ${request.silenceMsMax / 1000} s`)));
      sent.once('error', (error) => {
        if (request.signal?.aborted) return reject(request.signal.reason);
        const mayRetry = !isRetry && sent.reusedSocket && request.method === 'GET' && 'code' in error && error.code === 'ECONNRESET';
        reject(mayRetry ? staleConnection : error);
      });
      sent.once('response', (message) =>
        collect(message, this.#bodyBytesMax).then(resolve, (error) => reject(request.signal?.aborted ? request.signal.reason : error)),
      );
      sent.end(request.body);
    });
  }
}

function headersOf({ headers, body }: Request): Record<string, string | number> {
  return body ? { ...headers, 'Content-Length': body.byteLength } : headers;
}

function collect(message: IncomingMessage, bodyBytesMax: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    message.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bodyBytesMax) message.destroy(new ConnectionError(`the answer is longer than ${bodyBytesMax} bytes`));
      else chunks.push(chunk);
    });
    message.once('error', reject);
    message.once('end', () => {
      const [only] = chunks;
      const body = chunks.length === 1 && only ? only : Buffer.concat(chunks, length);
      resolve({ status: message.statusCode ?? 0, headers: message.headers, body });
    });
  });
}
