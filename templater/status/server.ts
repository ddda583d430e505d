/**
 * The status over HTTP: the page of `[status] address`, and the socket that `mesh-template status` asks. GET alone, nothing can be changed.
 *
 *     /  page     /status.json  everything     /metrics  Prometheus' text form     /health  200 when all is well, else 503
 *
 * A browser that was lured to a name of the attacker's choice that leads here (DNS rebinding) says that name in `Host`: only addresses,
 * localhost and names of this machine are answered.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { isWell, type StatusReport } from './report.js';

export interface StatusSources {
  readonly report: () => StatusReport;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly now: () => number;
  /** A fault of ours: it is answered with 500, and rendering goes on. */
  readonly onFault: (error: unknown) => void;
}

/** 'any' for a socket, which no browser reaches. */
export type AllowedHosts = ReadonlySet<string> | 'any';

const connectionsMax = 64;
const requestMsMax = 10_000;
const bodyHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export function statusServer(sources: StatusSources, hosts: AllowedHosts): Server {
  const limits = { requestTimeout: requestMsMax, headersTimeout: requestMsMax, keepAliveTimeout: requestMsMax, maxHeaderSize: 8_192 };
  const server = createServer(limits, (request, response) => void respond(request, response, { sources, hosts }));
  server.maxConnections = connectionsMax;
  return server;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { sources, hosts }: { readonly sources: StatusSources; readonly hosts: AllowedHosts },
): Promise<void> {
  // Nobody has anything to send here.
  request.resume();
  const { status, contentType, body } = await answerTo(request, sources, hosts).catch((error: unknown) => {
    sources.onFault(error);
    return plain(500, 'something went wrong; the log says what\n');
  });
  const allow = status === 405 ? { Allow: 'GET, HEAD' } : {};
  response.writeHead(status, { ...bodyHeaders, ...allow, 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo({ method, url = '/', headers }: IncomingMessage, sources: StatusSources, hosts: AllowedHosts): Promise<Answer> {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET\n');
  if (!isAllowed(headers.host, hosts)) return plain(403, 'this name is none of this machine; ask by its address\n');
  switch (url.replace(/\?.*$/s, '')) {
    case '/': {
      const { statusPage } = await import('./page.js');
      return { status: 200, contentType: 'text/html; charset=utf-8', body: statusPage(sources.report(), sources.now()) };
    }
    case '/status.json':
      return { status: 200, contentType: 'application/json', body: `${JSON.stringify(sources.report(), null, 2)}\n` };
    case '/metrics': {
      const { contentType, text } = await sources.metrics();
      return { status: 200, contentType, body: text };
    }
    case '/health':
      return healthOf(sources.report());
    default:
      return plain(404, 'there are /, /status.json, /metrics and /health\n');
  }
}

function healthOf(report: StatusReport): Answer {
  if (isWell(report)) return plain(200, 'all well\n');
  const names = report.Resources.filter(({ State }) => State !== 'ok' && State !== 'pinned').map(({ Name, State }) => `${Name} ${State}\n`);
  return plain(503, names.join(''));
}

function plain(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}

function isAllowed(host: string | undefined, hosts: AllowedHosts): boolean {
  if (hosts === 'any' || host === undefined) return true;
  const name = host.replace(/:\d*$/, '').toLowerCase().replace(/\.$/, '');
  return isIP(name) !== 0 || /^\[[0-9a-f:.]+\]$/.test(name) || hosts.has(name);
}
