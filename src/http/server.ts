/** The agent's HTTP door: listeners, the API behind them, reload and stop. Start with `startHttp`. */
import { sleep } from '../lib/clock.js';
import { MeshError } from '../model/errors.js';
import type { HttpSettings } from '../model/http-settings.js';
import { buildApp } from './app.js';
import { type ContextParts, HttpContext } from './context.js';
import { listen, type OpenListener } from './listener.js';

/** How long answers may take to get out once the server stops; what is still open then is cut. */
const farewellMs = 1000;

export interface HttpServer {
  /** Where it listens: "127.0.0.1:8500", "[::1]:8500", the path of a Unix socket. In the order of the settings. */
  readonly addresses: readonly string[];
  /** Which of them speak TLS. */
  readonly tlsAddresses: readonly string[];
  /** Takes new settings for the requests to come; the listeners stay as they are. */
  reload(settings: HttpSettings): void;
  /** Takes no more requests, lets waiting ones go, and resolves when every connection is closed. May be called twice. */
  stop(): Promise<void>;
}

/** @throws when a listener cannot be opened; none is open then */
export async function startHttp(parts: ContextParts): Promise<HttpServer> {
  const context = new HttpContext(parts);
  const take = await buildApp(context);
  const open: OpenListener[] = [];
  try {
    for (const listener of parts.settings.listeners) open.push(await listen(context, listener, take));
  } catch (error) {
    await Promise.all(open.map(({ server }) => closed(server)));
    throw error;
  }
  let stopping: Promise<void> | null = null;
  return {
    addresses: open.map(({ address }) => address),
    tlsAddresses: open.filter(({ isTls }) => isTls).map(({ address }) => address),
    reload: (settings) => {
      context.use(settings);
      for (const listener of open) listener.use(settings);
    },
    stop: () => {
      stopping ??= stop(context, open);
      return stopping;
    },
  };
}

async function stop(context: HttpContext, open: readonly OpenListener[]): Promise<void> {
  const servers = open.map(({ server }) => server);
  const ended = Promise.all(servers.map(closed));
  const reason = new MeshError('stopping', 'the agent is stopping');
  for (const controller of context.waiting) controller.abort(reason);
  for (const server of servers) server.closeIdleConnections();
  for (const listener of open) listener.cut();
  const farewell = new AbortController();
  await Promise.race([ended, sleep(context.clock, farewellMs, farewell.signal)]);
  farewell.abort();
  for (const server of servers) server.closeAllConnections();
  await ended;
}

function closed(server: OpenListener['server']): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
