/**
 * A single server, built and wired. Started in this order and stopped in the reverse: storage → server → the node in its own catalog →
 * services and checks → DNS → HTTP → watches. Watches and definitions are judged before anything is opened.
 */
import { join } from 'node:path';
import { Agent } from '../agent/agent.js';
import { AgentEvents } from '../agent/user-events.js';
import { type ServerIdentity, serverAddress } from '../cluster/members.js';
import { dnsSettings } from '../config/dns-settings.js';
import { httpSettings } from '../config/http-settings.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { type DnsServer, startDns } from '../dns/server.js';
import { type HttpServer, startHttp } from '../http/server.js';
import type { Clock } from '../lib/clock.js';
import { Metrics } from '../lib/metrics.js';
import { StopStack } from '../lib/stop-stack.js';
import { revision, version } from '../lib/version.js';
import type { Snapshots } from '../model/snapshot/snapshots.js';
import type { Storage } from '../model/storage.js';
import { measuredBackend, measuredStorage } from '../server/measured.js';
import { createServer, type Server } from '../server/server.js';
import { newUuid } from '../server/uuid.js';
import { agentSettings } from './agent-settings.js';
import { settleAutopilot } from './autopilot.js';
import { bootstrapEntries } from './bootstrap-entries.js';
import { openKeyring } from './keyring.js';
import { Lifecycle } from './lifecycle.js';
import { refuseAtStart } from './limits.js';
import { createNodeControl } from './node-control.js';
import type { AgentParts, RunningAgent } from './parts.js';
import { nodeInput, registerSelf } from './self-registration.js';
import { countRuntime, countServer, countStore, metricsReport, telemetrySettings } from './telemetry.js';
import { listenerTls } from './tls.js';
import { planWatches, WatchSet, type WatchTls } from './watches.js';

/** @throws what keeps it from starting; nothing is left running then */
export async function startAgent(parts: AgentParts): Promise<RunningAgent> {
  const logger = parts.log.logger.named('agent');
  const stops = new StopStack((name, error) => logger.log('error', 'Error stopping', { part: name, error }));
  try {
    return await build(parts, stops);
  } catch (error) {
    await stops.stop();
    throw error;
  }
}

async function build(parts: AgentParts, stops: StopStack): Promise<RunningAgent> {
  const { config, log, nodeId, clock, random } = parts;
  const logger = log.logger.named('agent');
  refuseAtStart(config);
  const http = httpSettings(config, listenerTls(config));
  const keyring = await openKeyring(config);
  const watches = planWatches(config.watches, { hasHttp: http.listeners.length > 0 });
  const identity = identityOf(config, nodeId);
  const metrics = new Metrics();
  const stopCounting = countRuntime(metrics);
  stops.push('runtime metrics', async () => stopCounting());
  const server = await startServer(parts, stops, identity, metrics);
  const backend = measuredBackend(server.backend, metrics);
  countStore(metrics, backend, config.datacenter);
  const registerServer = () => registerSelf(backend, nodeInput(config, nodeId), config);
  await registerServer();
  await settleAutopilot(backend, config);
  const settings = agentSettings(config, parts);
  const agent = new Agent({ settings, backend, clusterSize: () => 1, registerServer, clock, random, log: logger });
  stops.push('services and checks', () => agent.stop());
  await agent.start(config);
  const dns = await startDns({
    ...{ backend, clock, random, metrics, node: config.nodeName },
    settings: dnsSettings(config),
    logger: log.logger.named('agent.dns'),
  });
  stops.push('DNS', () => dns.stop());
  const lifecycle = new Lifecycle({ ...parts, agent, dns, stops });
  const services = () => agent.services().values();
  const newId = () => newUuid(random);
  // The only agent: there is nobody else to carry an event to.
  const events = new AgentEvents({ node: config.nodeName, datacenter: config.datacenter, services, newId, clock, spread: () => {} });
  const node = createNodeControl({ identity, keyring, agent, server, lifecycle, log, clock });
  countServer(metrics, server, () => node.members({ wan: false, segment: '' }), config.datacenter);
  const snapshots = announcingRestores(server.snapshots, agent);
  const report = metricsReport(config, metrics, clock);
  report.start();
  stops.push('metrics', async () => report.stop());
  const telemetry = { metrics, report, ...telemetrySettings(config) };
  const door = await startHttp({
    backend,
    snapshots,
    telemetry,
    agent,
    node,
    events,
    clock,
    settings: http,
    logger: log.logger.named('agent.http'),
  });
  stops.push('HTTP', () => door.stop());
  const watchSet = new WatchSet({ address: ownAddress(door), tls: ownClientTls(config), clock, random, logger });
  stops.push('watches', () => watchSet.stop());
  await watchSet.use(watches);
  lifecycle.begin({ http: door, watches: watchSet, report });
  announce(parts, { dns, http: door });
  return lifecycle;
}

async function startServer(
  { config, log, clock, random }: AgentParts,
  stops: StopStack,
  identity: ServerIdentity,
  metrics: Metrics,
): Promise<Server> {
  const { settings, datacenter } = config;
  const storage = measuredStorage(await openStorage(config, clock), metrics);
  stops.push('storage', () => storage.close());
  const server = createServer({
    ...{ storage, clock, random, datacenter },
    self: { id: identity.nodeId, name: identity.nodeName, address: serverAddress(identity), version, startedAtMs: clock.now() },
    logger: log.logger.named('agent.server'),
    connectEnabled: settings['connect.enabled'],
    waitLimits: { defaultMs: settings.default_query_time, longestMs: settings.max_query_time },
    ...(settings.session_ttl_min > 0 && { sessionTtlMinMs: settings.session_ttl_min }),
  });
  stops.push('server', () => server.stop());
  await server.start();
  await bootstrapEntries(server.backend, settings, log.logger.named('agent.server'));
  return server;
}

/** What is restored may come from elsewhere: this node is put back into the catalog at once. */
function announcingRestores(snapshots: Snapshots, agent: Agent): Snapshots {
  return {
    save: (options) => snapshots.save(options),
    restore: async (archive, options) => {
      await snapshots.restore(archive, options);
      agent.compareSoon();
    },
  };
}

/** Each engine is read only where it is used: LevelDB is native code. */
async function openStorage({ devMode, settings }: RuntimeConfig, clock: Clock): Promise<Storage> {
  if (devMode) return (await import('../storage/memory.js')).memoryStorage();
  const { openLevelStorage } = await import('../storage/level.js');
  return openLevelStorage({ directory: join(settings.data_dir, 'store'), clock });
}

function identityOf(config: RuntimeConfig, nodeId: string): ServerIdentity {
  const { settings, addresses } = config;
  return {
    nodeName: config.nodeName,
    nodeId,
    datacenter: config.datacenter,
    build: `${version}:${revision}`,
    bootstrap: config.bootstrap && !config.devMode,
    serverPort: settings['ports.server'],
    lan: { address: addresses.advertiseLan, port: settings['ports.serf_lan'] },
    wan: { address: addresses.advertiseWan, port: settings['ports.serf_wan'] },
  };
}

/** Where the watches reach this agent: its first listener; one that listens everywhere is reached on loopback. */
function ownAddress({ addresses: [first = ''], tlsAddresses }: HttpServer): string {
  if (first.startsWith('/')) return `unix://${first}`;
  const reached = first.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
  return tlsAddresses.includes(first) ? `https://${reached}` : reached;
}

/** The agent knows whom it asks; it shows its own certificate where one is wanted. */
function ownClientTls({ settings }: RuntimeConfig): WatchTls {
  const { cert_file: certFile, key_file: keyFile } = settings;
  return { verify: false, ...(certFile !== '' && keyFile !== '' && { certFile, keyFile }) };
}

function announce({ log, nodeId, config }: AgentParts, { dns, http }: { readonly dns: DnsServer; readonly http: HttpServer }): void {
  const logger = log.logger.named('agent');
  for (const address of dns.addresses) for (const network of ['tcp', 'udp']) logger.log('info', 'Started DNS server', { address, network });
  for (const address of http.addresses) {
    const protocol = http.tlsAddresses.includes(address) ? 'https' : 'http';
    logger.log('info', 'Starting server', { address, network: address.startsWith('/') ? 'unix' : 'tcp', protocol });
  }
  log.logger.named('agent.server').log('info', 'New leader elected', { payload: config.nodeName, id: nodeId });
  logger.log('info', 'Mesh agent running!');
}
