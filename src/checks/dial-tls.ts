/** TLS on top of a connection, for probes that speak HTTP/2. */
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { longestTimerMs } from '../lib/clock.js';
import { DialError, dial, type HostPort } from './dial.js';
import type { ProbeTls } from './probe.js';
import { tlsErrorText, tlsOptions } from './tls-options.js';

/** The handshake failed; the text is Go's. */
export class HandshakeError extends Error {
  override name = 'HandshakeError';
}

/** @throws DialError, HandshakeError, or the signal's reason */
export async function dialTls(
  address: HostPort,
  { tls, timeoutMs, signal }: { readonly tls: ProbeTls; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TLSSocket> {
  const socket = await dial(address, { timeoutMs, signal });
  return new Promise((resolve, reject) => {
    const secured = connectTls({ socket, ALPNProtocols: ['h2'], ...tlsOptions(tls, address.host) });
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      secured
        .removeAllListeners('secureConnect')
        .removeAllListeners('error')
        .on('error', () => {});
      finish();
    };
    const fail = (reason: unknown) =>
      settle(() => {
        secured.destroy();
        socket.destroy();
        reject(reason);
      });
    const onAbort = () => fail(signal.reason);
    const timer = setTimeout(() => fail(new DialError('net/http: TLS handshake timeout')), Math.min(timeoutMs, longestTimerMs));
    signal.addEventListener('abort', onAbort, { once: true });
    secured.once('secureConnect', () => settle(() => resolve(secured)));
    secured.once('error', (error) => fail(new HandshakeError(tlsErrorText(error) ?? error.message, { cause: error })));
  });
}
