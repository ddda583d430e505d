/** Where an agent is: "host:port", "http://host:port", "https://…" or "unix:///path", as Consul's tools take it. */
import { maskUserInfo } from '../lib/mask-tokens.js';
import { ClientOptionError } from './errors.js';

export type AgentAddress =
  | {
      readonly kind: 'tcp';
      readonly scheme: 'http' | 'https';
      /** Without brackets. */
      readonly host: string;
      readonly port: number;
      /** Put before every path ("/consul" behind a proxy), '' for none. */
      readonly pathPrefix: string;
    }
  | { readonly kind: 'unix'; readonly scheme: 'http'; readonly path: string };

export const defaultAddress = '127.0.0.1:8500';

/**
 * "10.0.0.1" -> port 8500; "agent.example:80"; "[::1]:8500"; "http://10.0.0.1:8500/prefix"; "unix:///run/mesh.sock".
 *
 * @param tls what an address without scheme means
 * @throws ClientOptionError `Unknown protocol scheme: ftp`
 */
export function parseAddress(text: string, { tls }: { readonly tls: boolean }): AgentAddress {
  const [, scheme, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [undefined, undefined, text];
  switch (scheme?.toLowerCase()) {
    case 'unix':
      return { kind: 'unix', scheme: 'http', path: rest };
    case undefined:
      return tcpAddress(tls ? 'https' : 'http', rest);
    case 'http':
      // CONSUL_HTTP_SSL=true beside an http:// address: asking for TLS wins.
      return tcpAddress(tls ? 'https' : 'http', rest);
    case 'https':
      return tcpAddress('https', rest);
    default:
      throw new ClientOptionError(`Unknown protocol scheme: ${scheme}`);
  }
}

function tcpAddress(scheme: 'http' | 'https', text: string): AgentAddress {
  const match = /^(\[[^\]]*\]|[^:/]*)(?::(\d*))?(\/.*)?$/s.exec(text);
  const port = match?.[2] === undefined || match[2] === '' ? 8500 : Number(match[2]);
  if (!match) throw new ClientOptionError(`invalid address "${maskUserInfo(text)}"; give it as "host:port"`);
  if (port > 65_535) throw new ClientOptionError(`invalid address "${maskUserInfo(text)}"; ports go up to 65535`);
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { kind: 'tcp', scheme, host: host === '' ? '127.0.0.1' : host, port, pathPrefix: (match[3] ?? '').replace(/\/+$/, '') };
}

/** "http://127.0.0.1:8500", as error texts show it. */
export function shownAddress(address: AgentAddress): string {
  if (address.kind === 'unix') return `http://${encodeURIComponent(address.path)}`;
  return `${address.scheme}://${hostAndPort(address)}${address.pathPrefix}`;
}

export function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
