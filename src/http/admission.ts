/**
 * What is refused for its head alone, before anybody looks at the path: a target or headers that are too long, and on listeners of the
 * loopback address a `Host` that is none of ours. A page of any web site can make a browser ask "evil.example", have that name point to
 * 127.0.0.1 a moment later (DNS rebinding), and read the answers; only the `Host` header tells. A page that may not read can still write
 * blindly (a form, `fetch` without CORS); there `Origin` and `Sec-Fetch-Site` tell.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestLimits } from '../model/limits.js';
import { noSniff, write } from './answer.js';
import type { HttpContext } from './context.js';
import { headerBytesMaxOf } from './header-limit.js';
import { stopReading } from './unread.js';

/** Answers a request that does not get in. */
export function isRefused(context: HttpContext, request: IncomingMessage, response: ServerResponse, onLoopback: boolean): boolean {
  if ((request.url ?? '').length > requestLimits.targetBytesMax) return refuse(request, response, 414, '414 URI Too Long');
  if (headerBytes(request.rawHeaders) > headerBytesMaxOf(context.settings))
    return refuse(request, response, 431, '431 Request Header Fields Too Large');
  if (onLoopback && !context.hosts.isOurs(request.headers.host))
    return refuse(request, response, 403, 'Forbidden: this name is not in http_config.allowed_hosts');
  return false;
}

/** A write that a page of another site has sent; "null" is the origin of pages that hide theirs. */
export function isForeignWrite(context: HttpContext, { headers }: IncomingMessage): boolean {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (origin === undefined && site !== 'cross-site') return false;
  const { allowedOrigins } = context.settings;
  if (allowedOrigins.includes('*')) return false;
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return false;
  return site === 'cross-site' || origin.replace(/^[a-z]+:\/\//i, '').toLowerCase() !== host.toLowerCase();
}

function headerBytes(rawHeaders: readonly string[]): number {
  let bytes = 0;
  for (const part of rawHeaders) bytes += part.length + 2; // ": " and the end of the line
  return bytes;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): true {
  stopReading(request, response);
  const headers = ['Content-Type', 'text/plain; charset=utf-8', ...noSniff, 'Content-Length', String(text.length)];
  write(response, status, headers, text);
  return true;
}
