/**
 * A single server, built and wired: storage → server → what it knows of itself → services and checks → HTTP. Stopped in the reverse order.
 */
import { join } from 'node:path';
import type { LocalAgent } from '../agent/local-agent.js';
import { type ServerIdentity, serverAddress } from '../cluster/members.js';
import { httpSettings } from '../config/http-settings.js';
import { reloaded } from '../config/reload.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { startHttp } from '../http/server.js';
import type { Clock } from '../lib/clock.js';
import type { Random } from '../lib/random.js';
import { StopStack } from '../lib/stop-stack.js';
import { revision, version } from '../lib/version.js';
import type { Storage } from '../model/storage.js';
import { createServer } from '../server/server.js';
import { openLevelStorage } from '../storage/level.js';
import { memoryStorage } from '../storage/memory.js';
import { type AgentLog, configuredLevel } from './log.js';
import { createNodeControl } from './node-control.js';
import { nodeInput, registerSelf } from './self-registration.js';

export interface AgentParts {
  readonly config: RuntimeConfig;
  /** Reads the configuration anew, from the same flags. */
  readonly load: () => RuntimeConfig;
  readonly log: AgentLog;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly random: Random;
}

export interface RunningAgent {
  /** Takes over what has changed in the files. Rejects with MeshError and keeps what was in force. */
  reload(): Promise<void>;
  /** Says goodbye; `stop` comes after it. */
  leave(): Promise<void>;
  /** Resolves when somebody made the agent leave. */
  readonly whenLeft: Promise<void>;
  /** Resolves when nothing is left running. May be called twice. */
  stop(): Promise<void>;
}

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
  const identity = identityOf(config, nodeId);
  const storage = await openStorage(config, clock);
  stops.push('storage', () => storage.close());
  const server = createServer({
    ...{ storage, clock, random, datacenter: config.datacenter },
    logger: log.logger.named('agent.server'),
    leaderAddress: serverAddress(identity),
    ...(config.settings.session_ttl_min > 0 && { sessionTtlMinMs: config.settings.session_ttl_min }),
  });
  stops.push('server', () => server.stop());
  await server.start();
  const node = nodeInput(config, nodeId);
  await registerSelf(server.backend, node, config);
  let current = config;
  const agent = emptyAgent;
  const left = deferred();
  const running: RunningAgent = {
    async reload() {
      const next = parts.load();
      log.setLevel(configuredLevel(next.settings.log_level));
      current = reloaded(current, next);
      http.reload(httpSettings(current));
    },
    async leave() {
      left.resolve();
    },
    whenLeft: left.promise,
    stop: () => stops.stop(),
  };
  const control = createNodeControl({
    config: () => current,
    identity,
    agent: () => agent,
    appliedRevision: () => 1,
    isLeader: () => true,
    reload: running.reload,
    leave: running.leave,
  });
  const http = await startHttp({
    ...{ backend: server.backend, agent, node: control, clock },
    settings: httpSettings(config),
    logger: log.logger.named('agent.http'),
  });
  stops.push('http', () => http.stop());
  for (const address of http.addresses) logger.log('info', 'Starting server', { address, network: 'tcp', protocol: 'http' });
  logger.log('info', 'Mesh agent running!');
  return running;
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
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

async function openStorage({ devMode, settings }: RuntimeConfig, clock: Clock): Promise<Storage> {
  if (devMode) return memoryStorage();
  return openLevelStorage({ directory: join(settings.data_dir, 'store'), clock });
}

const emptyAgent = { services: () => new Map(), checks: () => new Map() } as unknown as LocalAgent;
