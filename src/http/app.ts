/**
 * fastify with two kinds of routes: pages (the index page, later the web UI) are its own; the API below /v1 and whatever else comes is
 * handed to `dispatch` as it is, because paths there are bytes, cleaned and matched as Go does, and answers are written in one piece.
 * The library's routing costs 0.3 µs of a request's 17.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { METHODS } from 'node:http';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { write } from './answer.js';
import type { HttpContext } from './context.js';
import { dispatch, redirect } from './dispatch.js';
import { measured } from './measure.js';
import { servePage } from './pages.js';
import { RouteTable } from './route.js';
import { routes } from './routes.js';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Requests that asked to be told to go on (`Expect: 100-continue`) are marked by the listener. */
export const expectsContinue = new WeakSet<IncomingMessage>();

export async function buildApp(context: HttpContext): Promise<Listener> {
  const table = new RouteTable(measured(routes, context.telemetry.metrics, context.telemetry));
  const take = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    dispatch(context, table, { request: request.raw, response: reply.raw, mustContinue: expectsContinue.has(request.raw) });
  };
  const page = (_request: FastifyRequest, reply: FastifyReply) => indexPage(context, reply);
  const app = fastify({
    exposeHeadRoutes: false,
    frameworkErrors: (_error, request, reply) => take(request, reply),
    routerOptions: { querystringParser: () => ({}) },
  });
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method);
  const methods = app.supportedMethods.filter((method) => method !== 'CONNECT');
  // Taken before the library looks at the body: handlers read bodies themselves, with limits of their own and whatever their type.
  app.route({ method: methods, url: '/*', onRequest: take, handler: take });
  app.route({ method: methods, url: '/', onRequest: page, handler: page });
  app.setNotFoundHandler(take);
  await app.ready();
  return (request, response) => app.routing(request, response);
}

function indexPage(context: HttpContext, reply: FastifyReply) {
  reply.hijack();
  const { ui } = context.settings;
  const incoming = { request: reply.request.raw, response: reply.raw, mustContinue: false };
  if (ui?.path === '/' && servePage(context, ui, '/', incoming)) return;
  if (ui !== null && ui.path !== '/') return redirect(incoming, ui.path, { headers: context.commonHeaders });
  const body = 'Consul Agent';
  const headers = ['Content-Type', 'text/plain; charset=utf-8', ...context.commonHeaders];
  write(reply.raw, 200, [...headers, 'Content-Length', String(body.length)], body);
}
