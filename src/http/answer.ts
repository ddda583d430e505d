/**
 * The one place that writes answers. Headers go out in one call with the body behind them and Content-Length known, so node sends both
 * in one piece.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call } from './call.js';
import { Encoded } from './encode/encoded.js';
import { closeIfUnread } from './unread.js';

/** gzip costs more than it saves below about a packet. */
const gzipBytesMin = 1400;
const trueBody = new Encoded('true');
const falseBody = new Encoded('false');
const noHeaders: readonly string[] = [];
/** Told to browsers alone: no other client looks at it, and the recorded answers do not have it. */
export const noSniff: readonly string[] = ['X-Content-Type-Options', 'nosniff'];

/** `headers` are names and values alternating, as everywhere in this room. */
export function sendJson(call: Call, body: Encoded, headers: readonly string[] = noHeaders, status = 200): void {
  sendBody(call, { status, contentType: 'application/json', body: call.isPretty ? body.pretty() : body, headers });
}

export function sendJsonText(call: Call, json: string, headers: readonly string[] = noHeaders, status = 200): void {
  sendJson(call, new Encoded(json), headers, status);
}

export function sendBoolean(call: Call, value: boolean): void {
  sendJson(call, value ? trueBody : falseBody);
}

export function sendText(call: Call, status: number, text: string, headers: readonly string[] = noHeaders): void {
  const more = status >= 400 ? [...headers, ...errorHeaders(call.request)] : headers;
  sendBody(call, { status, contentType: 'text/plain; charset=utf-8', body: new Encoded(text), headers: more });
}

/** What a refusal says besides its text, so that no browser takes it for anything but text. */
export function errorHeaders({ headers }: IncomingMessage): readonly string[] {
  const isBrowser = headers.origin !== undefined || 'sec-fetch-mode' in headers || headers['user-agent']?.startsWith('Mozilla/') === true;
  return isBrowser ? noSniff : noHeaders;
}

/** Success with nothing to say, or a 404 without a text. */
export function sendNothing(call: Call, status = 200, headers: readonly string[] = noHeaders): void {
  const more = status >= 400 ? errorHeaders(call.request) : noHeaders;
  write(call.response, status, [...call.context.endpointHeaders, ...headers, ...more, 'Content-Length', '0'], '');
}

export interface Answered {
  readonly status: number;
  readonly contentType: string;
  readonly body: Encoded;
  readonly headers: readonly string[];
}

export function sendBody(call: Call, { status, contentType, body, headers }: Answered) {
  const { response, context } = call;
  const head = ['Content-Type', contentType, ...context.endpointHeaders, ...headers, 'Content-Length', body.contentLength];
  if (body.body.length < gzipBytesMin || !acceptsGzip(call.header('accept-encoding'))) return write(response, status, head, body.body);
  body.gzip((compressed) => {
    if (compressed === null) return write(response, status, head, body.body);
    head.splice(-1, 1, String(compressed.length), 'Content-Encoding', 'gzip');
    write(response, status, head, compressed);
  });
}

/** Named, in any case, with a quality above 0; "*" does not count. */
export function acceptsGzip(header: string): boolean {
  if (header === '') return false;
  return header.split(',').some((part) => /^\s*gzip\s*(?:;\s*q\s*=\s*(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/i.test(part));
}

export function write(response: ServerResponse, status: number, headers: string[], body: Buffer | string): void {
  if (response.destroyed || response.headersSent) return;
  closeIfUnread(response.req, response);
  response.writeHead(status, headers);
  response.end(body);
}
