/**
 * Requests over node:http with kept connections: a blocking query that ends is followed by the next one on the same socket, without
 * Nagle's delay. Long silence is normal (a query waits up to ten minutes), so dead peers are found by TCP keep-alive, and by
 * `silenceMsMax` at last. A kept connection that the agent closed while a GET was on its way is tried once more on a new one.
 */
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { type AgentAddress, shownAddress } from './address.js';
import { connectionErrorText } from './connection-text.js';
import { ConnectionError } from './errors.js';
import type { TlsOptions } from './tls.js';
import type { Request, Response, Transport } from './transport.js';
import { queryString } from './url.js';

/** A dead peer is noticed after about this long plus ten unanswered probes a second apart. */
const keepAliveProbeMs = 15_000;
/** More than anything an agent sends; a guard against a wrong server. */
const bodyBytesMax = 512 * 1024 * 1024;

export interface TransportOptions {
  readonly address: AgentAddress;
  readonly tls: TlsOptions;
}

interface Wire {
  readonly agent: HttpAgent;
  readonly request: (options: RequestOptions) => ClientRequest;
  readonly target: RequestOptions;
}

export async function openHttpTransport({ address, tls }: TransportOptions): Promise<Transport> {
  const wire = await wireTo(address, tls);
  const send = async (request: Request): Promise<Response> => {
    try {
      return await exchange(wire, request, false);
    } catch (error) {
      if (error === staleConnection)
        return exchange(wire, request, true).catch((again) => Promise.reject(translated(again, request, address)));
      throw translated(error, request, address);
    }
  };
  return { send, close: () => wire.agent.destroy() };
}

/** node:https is read only when it is needed: it costs every command milliseconds otherwise. */
async function wireTo(address: AgentAddress, tls: TlsOptions): Promise<Wire> {
  const kept = { keepAlive: true, maxFreeSockets: 256 };
  if (address.kind === 'unix')
    return { agent: new HttpAgent(kept), request: httpRequest, target: { socketPath: address.path, host: 'localhost' } };
  const target = { host: address.host, port: address.port };
  if (address.scheme === 'http') return { agent: new HttpAgent(kept), request: httpRequest, target };
  const https = await import('node:https');
  return { agent: new https.Agent({ ...kept, ...tls }), request: https.request, target };
}

/** A marker: the request may be sent again on a new connection. */
const staleConnection = new Error('the kept connection was closed by the agent');

function exchange(wire: Wire, request: Request, isRetry: boolean): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (request.signal?.aborted) return reject(request.signal.reason);
    const sent = wire.request({
      ...wire.target,
      agent: wire.agent,
      method: request.method,
      path: pathOf(request),
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
      collect(message).then(resolve, (error) => reject(request.signal?.aborted ? request.signal.reason : error)),
    );
    sent.end(request.body);
  });
}

function pathOf({ path, parameters }: Request): string {
  return parameters.length === 0 ? path : `${path}?${queryString(parameters)}`;
}

function headersOf({ headers, body }: Request): Record<string, string | number> {
  return body ? { ...headers, 'Content-Length': body.byteLength } : headers;
}

function collect(message: IncomingMessage): Promise<Response> {
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

/** Any failure as the ConnectionError to show; what the caller gave up stays what it is. */
function translated(error: unknown, request: Request, address: AgentAddress): unknown {
  if (request.signal?.aborted || !(error instanceof Error)) return error;
  const method = request.method.charAt(0) + request.method.slice(1).toLowerCase();
  const url = `${shownAddress(address)}${pathOf(request)}`;
  return new ConnectionError(`${method} "${url}": ${connectionErrorText(error, address)}`, { cause: error });
}
