/** The system's errors in the words of Go's net package, as users of Consul's tools know them. */
import { systemErrorText } from '../lib/system-error.js';
import { type AgentAddress, hostAndPort } from './address.js';
import { ConnectionError } from './errors.js';

/** "dial tcp 127.0.0.1:8500: connect: connection refused" */
export function connectionErrorText(error: Error, address: AgentAddress): string {
  if (error instanceof ConnectionError) return error.message;
  const { first, code, syscall, peer } = systemFacts(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: lookup ${address.kind === 'tcp' ? address.host : ''}: no such host`;
  if (syscall === 'connect') return `dial ${peer ?? shownPeer(address)}: connect: ${systemErrorText(first)}`;
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return 'http: server gave HTTP response to HTTPS client';
  if (code.startsWith('HPE_')) return 'malformed HTTP response';
  if (code === 'ECONNRESET') return error.message === 'socket hang up' ? 'EOF' : 'connection reset by peer';
  if (/CERT|SIGNATURE|ISSUER/.test(code)) return `x509: ${error.message}`;
  return systemErrorText(error);
}

interface SystemFacts {
  readonly first: unknown;
  readonly code: string;
  readonly syscall: string;
  /** "tcp 127.0.0.1:8500", when the error names it. */
  readonly peer: string | undefined;
}

function systemFacts(error: Error): SystemFacts {
  // A name with several addresses fails with one error for each of them; the first is the one to show.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const [code, syscall, address, port] = ['code', 'syscall', 'address', 'port'].map((name) => member(first, name));
  const peer = typeof address === 'string' && typeof port === 'number' ? `tcp ${hostAndPort({ host: address, port })}` : undefined;
  return { first, code: typeof code === 'string' ? code : '', syscall: typeof syscall === 'string' ? syscall : '', peer };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function shownPeer(address: AgentAddress): string {
  return address.kind === 'unix' ? `unix ${address.path}` : `tcp ${hostAndPort(address)}`;
}
