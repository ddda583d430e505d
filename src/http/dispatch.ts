/**
 * From a raw request to its handler. The order of checks is part of the API (a blocked endpoint is blocked for OPTIONS too, a wrong
 * method stays a 405 where nobody may write):
 *   path printable → path clean, else 301 → route → query string readable → endpoint not blocked → OPTIONS → method → may write → handler.
 */
import type { ServerResponse } from 'node:http';
import { isForeignWrite } from './admission.js';
import { errorHeaders, noSniff, sendJsonText, sendNothing, sendText, write } from './answer.js';
import { Call, type Incoming } from './call.js';
import type { HttpContext } from './context.js';
import { answerError, answerFailure } from './error-answer.js';
import { servePage } from './pages.js';
import { Parameters, parseParameters } from './parameters.js';
import { cleanPath, isPrintable, percentDecode, percentEncode, splitTarget } from './path.js';
import type { MatchedRoute, RouteTable } from './route.js';

/** Answers in every case: whatever goes wrong here is an answer too. */
export function dispatch(context: HttpContext, table: RouteTable, incoming: Incoming): void {
  try {
    find(context, table, incoming);
  } catch (error) {
    answerFailure(context, incoming, error);
  }
}

function find(context: HttpContext, table: RouteTable, incoming: Incoming) {
  const { path: encodedPath, query } = splitTarget(incoming.request.url ?? '/');
  const path = percentDecode(encodedPath);
  if (path === null) return badRequest(incoming.response, 'bad percent-encoding in the path');
  if (!context.settings.unprintablePaths && !isPrintable(path)) return unprintable(incoming);
  const clean = cleanPath(path);
  if (clean !== path) return redirect(incoming, clean, { query });
  const match = table.match(path);
  if (match.kind === 'redirect') return redirect(incoming, `${path}/`, { query });
  if (match.kind === 'none') return unknownPath(context, incoming, path, query);
  const parameters = parseParameters(query);
  const call = new Call(context, incoming, parameters ?? Parameters.none, match.rest);
  if (parameters === null) return sendNothing(call, 500);
  if (isBlocked(context, path)) return sendText(call, 403, 'Endpoint is blocked by agent configuration');
  handle(call, match.route);
}

function unknownPath(context: HttpContext, incoming: Incoming, path: string, query: string | undefined) {
  const { ui } = context.settings;
  if (ui !== null && `${path}/` === ui.path) return redirect(incoming, ui.path, { query });
  if (ui === null || !servePage(context, ui, path, incoming)) notFound(context, incoming.response);
}

function notFound(context: HttpContext, response: ServerResponse): void {
  write(response, 404, [...context.commonHeaders, ...errorHeaders(response.req), 'Content-Length', '0'], '');
}

function handle(call: Call, route: MatchedRoute): void {
  const { method = '', socket } = call.request;
  const handler = route.handlers.get(method);
  if (method === 'OPTIONS') answerOptions(call, route);
  else if (!handler) sendText(call, 405, `method ${method} not allowed`, ['Allow', route.allowInstead]);
  else if (method !== 'GET' && !call.context.mayWrite(socket.remoteAddress)) sendText(call, 403, 'Access is restricted');
  else if (method !== 'GET' && isForeignWrite(call.context, call.request))
    sendText(call, 403, 'Forbidden: a page of another origin may not write; see http_config.allowed_origins');
  else handler(call).catch((error: unknown) => answerError(call, error));
}

function answerOptions(call: Call, { allow, optionsBody }: MatchedRoute): void {
  if (optionsBody === '') sendNothing(call, 200, ['Allow', allow]);
  else sendJsonText(call, optionsBody, ['Allow', allow]);
}

function isBlocked(context: HttpContext, path: string): boolean {
  const { blockEndpoints } = context.settings;
  return blockEndpoints.length > 0 && blockEndpoints.some((prefix) => path.startsWith(prefix));
}

export interface Redirected {
  readonly query?: string | undefined;
  readonly headers?: readonly string[];
}

export function redirect(
  { request, response }: Pick<Incoming, 'request' | 'response'>,
  path: string,
  { query, headers = [] }: Redirected,
): void {
  const location = percentEncode(path) + (query === undefined ? '' : `?${query}`);
  const isPage = request.method === 'GET' || request.method === 'HEAD';
  const body =
    request.method === 'GET' ? `<a href="${location.replaceAll('&', '&amp;').replaceAll('"', '&#34;')}">Moved Permanently</a>.\n\n` : '';
  const page = isPage ? ['Content-Type', 'text/html; charset=utf-8'] : [];
  write(response, 301, ['Location', location, ...page, ...headers, 'Content-Length', String(body.length)], body);
}

function unprintable({ request, response }: Incoming): void {
  write(response, 400, [...errorHeaders(request), 'Content-Length', '0'], '');
}

function badRequest(response: ServerResponse, text: string): void {
  const body = `400 Bad Request: ${text}`;
  write(response, 400, ['Content-Type', 'text/plain; charset=utf-8', ...noSniff, 'Content-Length', String(body.length)], body);
}
