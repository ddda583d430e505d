/**
 * Asks a web server: 2xx is passing, 429 a warning, everything else critical. The time limit covers the whole exchange, but a body
 * that does not end in time still counts with its status. Texts are those of Go's net/http, which users match.
 */
import { type IncomingMessage, type OutgoingHttpHeaders, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Deadline } from '../lib/deadline.js';
import { KeptBytes } from '../lib/kept-bytes.js';
import type { CheckStatus } from '../model/records.js';
import { dialErrorText } from './dial.js';
import type { Probe, ProbeResult, ProbeSettings, ProbeTls } from './probe.js';
import { tlsErrorText, tlsOptions } from './tls-options.js';
import { urlFault } from './url-fault.js';

export interface HttpTarget {
  readonly url: string;
  /** '' is GET. */
  readonly method: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly disableRedirects: boolean;
  readonly tls: ProbeTls;
}

const redirectsMax = 10;

export function httpProbe(target: HttpTarget, settings: ProbeSettings): Probe {
  const method = target.method === '' ? 'GET' : target.method;
  const fault = urlFault(target.url);
  return {
    async run(signal) {
      if (fault !== '') return { status: 'critical', output: fault };
      const deadline = new Deadline(settings.timeoutMs, signal);
      const first: Exchange = { url: new URL(target.url), method, body: target.body, headers: ownHeaders(target, method) };
      const last = { exchange: first };
      try {
        const answer = await follow(target, last, deadline.signal);
        return await resultOf(answer, { method, url: target.url, settings, deadline });
      } catch (error) {
        signal.throwIfAborted();
        const text = deadline.passed
          ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
          : errorText(error, last.exchange);
        const { exchange } = last;
        return {
          status: 'critical',
          output: `${titled(exchange.method)} "${shownUrl(exchange, target.url, exchange === first)}": ${text}`,
        };
      } finally {
        deadline.clear();
      }
    },
  };
}

/** One request; a redirect makes another of it. */
interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly body: string;
  readonly headers: OutgoingHttpHeaders;
}

class RedirectError extends Error {
  override name = 'RedirectError';
}

/** `last.exchange` is the one at fault when this rejects. */
async function follow(target: HttpTarget, last: { exchange: Exchange }, signal: AbortSignal): Promise<IncomingMessage> {
  for (let redirects = 0; ; redirects += 1) {
    const answer = await send(last.exchange, target, signal);
    const next = target.disableRedirects ? undefined : redirected(last.exchange, answer);
    if (next === undefined) return answer;
    answer.destroy();
    last.exchange = next;
    if (redirects + 1 >= redirectsMax) throw new RedirectError(`stopped after ${redirectsMax} redirects`);
  }
}

function send({ url, method, body, headers }: Exchange, { tls }: HttpTarget, signal: AbortSignal): Promise<IncomingMessage> {
  const isTls = url.protocol === 'https:';
  if (!isTls && url.protocol !== 'http:') throw new RedirectError(`unsupported protocol scheme "${url.protocol.slice(0, -1)}"`);
  const common = { method, agent: false, signal, headers } as const;
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const request = isTls ? requestTls(url, { ...common, ...tlsOptions(tls, host) }) : requestPlain(url, common);
    request.once('response', resolve);
    // Also after the answer has begun: then its body has failed, which is told there.
    request.on('error', reject);
    request.end(body);
  });
}

const defaultHeaders = {
  'User-Agent': 'Consul Health Check',
  Accept: 'text/plain, text/*, */*',
  Connection: 'close',
} as const;

function ownHeaders({ headers, body }: HttpTarget, method: string): OutgoingHttpHeaders {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const defaults = Object.entries({
    ...defaultHeaders,
    ...(method !== 'HEAD' && { 'Accept-Encoding': 'gzip' }),
    ...(body !== '' && { 'Content-Length': String(Buffer.byteLength(body)) }),
  });
  return Object.fromEntries([...defaults.filter(([name]) => !given.has(name.toLowerCase())), ...Object.entries(headers).map(oneOrMany)]);
}

function oneOrMany([name, values]: [string, readonly string[]]): [string, string | string[]] {
  // Node joins lists of most headers itself, but takes only one Host.
  return [name, values.length === 1 || name.toLowerCase() === 'host' ? (values[0] ?? '') : [...values]];
}

/** undefined when the answer is the last one. */
function redirected(from: Exchange, { statusCode = 0, headers: { location } }: IncomingMessage): Exchange | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return undefined;
  const keepsMethod = statusCode >= 307 || from.method === 'GET' || from.method === 'HEAD';
  const url = URL.canParse(location, from.url.href) ? new URL(location, from.url) : undefined;
  if (url === undefined) return undefined;
  const dropped = new Set([
    ...(keepsMethod ? [] : ['content-length', 'content-type']),
    ...(url.host === from.url.host ? [] : secretHeaders),
  ]);
  const headers = Object.fromEntries(Object.entries(from.headers).filter(([name]) => !dropped.has(name.toLowerCase())));
  return keepsMethod ? { ...from, url, headers } : { url, method: 'GET', body: '', headers };
}

/** Not for another host than the one they were given for. */
const secretHeaders = ['host', 'authorization', 'cookie', 'www-authenticate'];

interface Reading {
  readonly method: string;
  readonly url: string;
  readonly settings: ProbeSettings;
  readonly deadline: Deadline;
}

async function resultOf(answer: IncomingMessage, { method, url, settings, deadline }: Reading): Promise<ProbeResult> {
  const { checkId: check, outputBytesMax, log } = settings;
  const body = new KeptBytes(outputBytesMax, 'tail');
  try {
    for await (const chunk of unpacked(answer)) body.add(chunk);
  } catch (error) {
    const reason = deadline.passed
      ? 'context deadline exceeded (Client.Timeout or context cancellation while reading body)'
      : error instanceof Error
        ? error.message
        : String(error);
    log.log('warn', 'Check error while reading body', { check, error: reason });
  }
  const { statusCode = 0, statusMessage = '' } = answer;
  return { status: statusOf(statusCode), output: `HTTP ${method} ${url}: ${statusCode} ${statusMessage} Output: ${body.text()}` };
}

function unpacked(answer: IncomingMessage): Readable {
  if (answer.headers['content-encoding'] !== 'gzip') return answer;
  const gunzip = createGunzip();
  answer.once('error', (error) => gunzip.destroy(error));
  return answer.pipe(gunzip);
}

function statusOf(code: number): CheckStatus {
  if (code >= 200 && code <= 299) return 'passing';
  return code === 429 ? 'warning' : 'critical';
}

function errorText(error: unknown, { url }: Exchange): string {
  const tls = tlsErrorText(error);
  if (tls !== undefined) return tls;
  if (!(error instanceof Error)) return String(error);
  if (error.message === 'socket hang up') return 'EOF';
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return 'syscall' in error || error instanceof AggregateError ? dialErrorText(error, { host: url.hostname, port }) : error.message;
}

/** As registered; `URL` would add slashes. */
function shownUrl({ url }: Exchange, registered: string, isFirst: boolean): string {
  return isFirst ? registered : url.href;
}

/** GET -> Get */
function titled(method: string): string {
  return method.slice(0, 1).toUpperCase() + method.slice(1).toLowerCase();
}
