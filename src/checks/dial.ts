/**
 * Connecting, with addresses and failures in the words of Go's net package: users know and match them
 * (`dial tcp 127.0.0.1:1: connect: connection refused`).
 */
import { connect, type Socket } from 'node:net';
import { longestTimerMs } from '../lib/clock.js';
import { systemErrorText } from '../lib/system-error.js';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export class DialError extends Error {
  override name = 'DialError';
}

/**
 * "10.0.0.1:80", "[::1]:80", "web.example:80".
 * @throws DialError `dial tcp: address 127.0.0.1: missing port in address`
 */
export function parseHostPort(address: string): HostPort {
  const match = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:]*)):(?<port>\w*)$/.exec(address);
  const { v6, host, port = '' } = match?.groups ?? {};
  if (!match) {
    const fault =
      (address.match(/:/g) ?? []).length > 1 && !address.startsWith('[') ? 'too many colons in address' : 'missing port in address';
    throw new DialError(`dial tcp: address ${address}: ${fault}`);
  }
  const number = Number(port === '' ? 0 : port);
  if (!Number.isInteger(number)) throw new DialError(`dial tcp: lookup tcp/${port}: unknown port`);
  if (number > 65535) throw new DialError(`dial tcp: address ${port}: invalid port`);
  return { host: v6 ?? host ?? '', port: number };
}

/** `signal` covers connecting only; the caller owns the socket. @throws DialError, or the signal's reason */
export function dial(
  { host, port }: HostPort,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect({ host: host || 'localhost', port });
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      // Whatever happens to the socket from here on is for its owner to hear; between owners nobody may die of it.
      socket.on('error', () => {});
      finish();
    };
    const fail = (reason: unknown) =>
      settle(() => {
        socket.destroy();
        reject(reason);
      });
    const onAbort = () => fail(signal.reason);
    const timer = setTimeout(
      () => fail(new DialError(`dial tcp ${joinHostPort(host, port)}: i/o timeout`)),
      Math.min(timeoutMs, longestTimerMs),
    );
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error) => fail(new DialError(dialErrorText(error, { host, port }), { cause: error })));
    socket.once('connect', () => settle(() => resolve(socket)));
  });
}

export function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What Go says of the same failure. A name with several addresses fails with all their errors; the first is told. */
export function dialErrorText(error: unknown, { host, port }: HostPort): string {
  if (error instanceof AggregateError && error.errors.length > 0) return dialErrorText(error.errors[0], { host, port });
  if (!isDetailed(error)) return `dial tcp ${joinHostPort(host, port)}: ${systemErrorText(error)}`;
  if (error.syscall === 'getaddrinfo') return `dial tcp: lookup ${host}: ${error.code === 'ENOTFOUND' ? 'no such host' : error.code}`;
  const address = joinHostPort(error.address ?? host, error.port ?? port);
  return `dial tcp ${address}: ${error.syscall ?? 'connect'}: ${systemErrorText(error)}`;
}

function isDetailed(error: unknown): error is NodeJS.ErrnoException & { readonly address?: string; readonly port?: number } {
  return error instanceof Error && 'syscall' in error;
}
