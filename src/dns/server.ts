/** The DNS door: listens on UDP and TCP, and answers from the backend. */
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Metrics } from '../lib/metrics.js';
import type { Random } from '../lib/random.js';
import type { Backend } from '../model/backend.js';
import type { DnsListener, DnsSettings } from '../model/dns-settings.js';
import { contextOf } from './context.js';
import { measuredRespond } from './measured.js';
import { forward, lookUpOutside } from './recursors.js';
import { Responder } from './responder.js';
import { startTcpServer } from './tcp-server.js';
import { type Respond, startUdpServer } from './udp-server.js';

export interface DnsParts {
  readonly backend: Backend;
  readonly settings: DnsSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Absent: nothing is counted. */
  readonly metrics?: Metrics;
  /** Name of this node, for the figures. */
  readonly node?: string;
}

export interface DnsServer {
  /** Where it listens, "127.0.0.1:8600", over UDP and TCP. */
  readonly addresses: readonly string[];
  /** From the next question on; listeners and domains stay as they were at the start. */
  reload(settings: DnsSettings): void;
  /** Questions that are being answered are dropped. May be called twice. */
  stop(): Promise<void>;
}

/** @throws the system's error when an address cannot be listened on; nothing is left open then */
export async function startDns(parts: DnsParts): Promise<DnsServer> {
  const stopping = new AbortController();
  let settings = parts.settings;
  let responder = createResponder(parts, settings, stopping.signal);
  const answer: Respond = (packet, transport, peer) => responder.respond(packet, transport, peer);
  const respond = parts.metrics ? measuredRespond(answer, parts.metrics, parts.node ?? '') : answer;
  const running: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    stopping.abort();
    await Promise.all(running.splice(0).map((server) => server.stop()));
  };
  const addresses: string[] = [];
  try {
    for (const listener of settings.listeners) {
      addresses.push(await listenOn(parts, listener, respond, running, () => settings.tcpConnectionsMax));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    addresses,
    reload(next) {
      settings = { ...next, listeners: settings.listeners, domain: settings.domain, altDomain: settings.altDomain };
      responder = createResponder(parts, settings, stopping.signal);
    },
    stop,
  };
}

function createResponder(parts: DnsParts, settings: DnsSettings, signal: AbortSignal): Responder {
  const { backend, clock, random, logger } = parts;
  const recursors = { settings, clock, random, signal };
  return new Responder({
    context: contextOf({ backend, settings, random, now: () => clock.now(), signal }),
    forward: (packet, transport) => forward(recursors, packet, transport),
    lookUpOutside: (hostName, hasEdns) => lookUpOutside(recursors, hostName, hasEdns),
    logger,
  });
}

/** TCP first: it chooses the port when that is left open, and UDP takes the same. */
async function listenOn(
  { clock, logger }: DnsParts,
  { host, port }: DnsListener,
  respond: Respond,
  running: { stop(): Promise<void> }[],
  connectionsMax: () => number,
): Promise<string> {
  const tcp = await startTcpServer({ host, port, respond, clock, logger, connectionsMax });
  running.push(tcp);
  running.push(await startUdpServer({ host, port: tcp.port }, respond, logger));
  return host.includes(':') ? `[${host}]:${tcp.port}` : `${host}:${tcp.port}`;
}
