/**
 * Requests over kept connections: with TLS on node:https, without it on node:net. Long silence is normal (a query waits up to ten
 * minutes), so dead peers are found by TCP keep-alive, and by `silenceMsMax` at last. A kept connection that the agent closed while a GET
 * was on its way is tried once more on a new one.
 */
import { type AgentAddress, shownAddress } from './address.js';
import { connectionErrorText } from './connection-text.js';
import { ConnectionError } from './errors.js';
import { HttpConnections } from './http-connections.js';
import type { TlsOptions } from './tls.js';
import type { Request, Response, Transport } from './transport.js';
import { queryString } from './url.js';

/** More than anything an agent sends; a guard against a wrong server. */
const bodyBytesMax = 512 * 1024 * 1024;

export interface TransportOptions {
  readonly address: AgentAddress;
  readonly tls: TlsOptions;
  /** Without TLS only. */
  readonly connectsAtOnce?: boolean;
}

export async function openHttpTransport({ address, tls, connectsAtOnce = false }: TransportOptions): Promise<Transport> {
  const connections = await connectionsTo(address, { tls, connectsAtOnce });
  const send = async (request: Request): Promise<Response> => {
    try {
      return await connections.exchange(request, pathOf(request));
    } catch (error) {
      throw translated(error, request, address);
    }
  };
  return { send, close: () => connections.close() };
}

/** node:https is read only when it is needed: it costs every command milliseconds otherwise. */
async function connectionsTo(
  address: AgentAddress,
  { tls, connectsAtOnce }: { readonly tls: TlsOptions; readonly connectsAtOnce: boolean },
): Promise<Pick<HttpConnections, 'exchange' | 'close'>> {
  if (address.kind === 'unix' || address.scheme === 'http') return new HttpConnections(address, { bodyBytesMax, connectsAtOnce });
  const { HttpsConnections } = await import('./https-connections.js');
  return new HttpsConnections(address, { tls, bodyBytesMax });
}

function pathOf({ path, parameters }: Request): string {
  return parameters.length === 0 ? path : `${path}?${queryString(parameters)}`;
}

/** Any failure as the ConnectionError to show; what the caller gave up stays what it is. */
function translated(error: unknown, request: Request, address: AgentAddress): unknown {
  if (request.signal?.aborted || !(error instanceof Error)) return error;
  const method = request.method.charAt(0) + request.method.slice(1).toLowerCase();
  const url = `${shownAddress(address)}${pathOf(request)}`;
  return new ConnectionError(`${method} "${url}": ${connectionErrorText(error, address)}`, { cause: error });
}
