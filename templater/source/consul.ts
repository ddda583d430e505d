/** Data from an agent, mesh's or Consul's, by blocking queries. With several addresses the next one is tried when one does not answer. */
import type { Reply } from '../../src/client/api.js';
import { type FollowPoint, follow } from '../../src/client/blocking.js';
import { type Client, openClient } from '../../src/client/client.js';
import { ConnectionError, ResponseError } from '../../src/client/errors.js';
import type { BackoffLimits } from '../../src/lib/backoff.js';
import { type Clock, sleep } from '../../src/lib/clock.js';
import type { Random } from '../../src/lib/random.js';
import { unreachable } from '../../src/lib/unreachable.js';
import { DecodeError } from '../../src/model/decode.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue } from '../data-source.js';
import type { ConnectionSettings } from './connection-settings.js';
import { type FollowOptions, type Source, SourceError } from './source.js';

export interface ConsulSource extends Source {
  close(): void;
}

export interface ConsulSourceOptions {
  readonly connection: ConnectionSettings;
  /** Pauses after failures. */
  readonly retryLimits?: BackoffLimits;
  /** How long a question may block; 0 leaves it to the agent. */
  readonly queryWaitMs?: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** The list of datacenters has no index to wait for. */
const datacentersEveryMs = 15_000;
/** Pauses after failures: long enough not to press a cluster in trouble, short enough that a restart of the agent is hardly noticed. */
const defaultRetryLimits = { firstMs: 100, mostMs: 5_000 };

/** @throws ClientOptionError */
export async function openConsulSource({
  connection,
  clock,
  random,
  retryLimits,
  queryWaitMs,
}: ConsulSourceOptions): Promise<ConsulSource> {
  const agents = new AgentList(await Promise.all(connection.addresses.map((address) => openClient(clientOptions(connection, address)))));
  const inDatacenter = (dependency: Dependency): Dependency =>
    'datacenter' in dependency && dependency.datacenter === '' ? { ...dependency, datacenter: connection.datacenter } : dependency;
  const read = async <K extends DependencyKind>(dependency: Dependency<K>, at: FollowPoint): Promise<Reply<DependencyValue<K>>> => {
    const client = agents.current;
    try {
      return (await readFrom(client, inDatacenter(anyDependency(dependency)), at)) as Reply<DependencyValue<K>>;
    } catch (error) {
      if (error instanceof ConnectionError) agents.leave(client);
      throw error;
    }
  };
  return {
    fetch: async (dependency, signal) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return (await read(dependency, { index: '0', waitMs: 0, signal })).value;
        } catch (error) {
          if (error instanceof ConnectionError && attempt < agents.count && !signal.aborted) continue;
          throw isClientError(error) ? new SourceError(error.message, { cause: error }) : error;
        }
      }
    },
    follow: (dependency, options) => void followWith(read, dependency, { ...options, clock, random, retryLimits, waitMs: queryWaitMs }),
    close: () => agents.close(),
  };
}

function clientOptions(connection: ConnectionSettings, address: string): Parameters<typeof openClient>[0] {
  const { token, basicAuthentication, authorityFile, certificateFile, keyFile, verifyCertificate } = connection;
  return {
    address,
    token,
    ...(basicAuthentication === '' ? {} : { basicAuth: basicAuthentication }),
    tls: {
      ...(authorityFile === '' ? {} : { caFile: authorityFile }),
      ...(certificateFile === '' ? {} : { certFile: certificateFile }),
      ...(keyFile === '' ? {} : { keyFile }),
      verify: verifyCertificate,
    },
  };
}

/** The agents that were named, and which of them is asked at the moment. */
class AgentList {
  readonly #clients: readonly Client[];
  #position = 0;

  constructor(clients: readonly Client[]) {
    this.#clients = clients;
  }

  get count(): number {
    return this.#clients.length;
  }

  get current(): Client {
    const client = this.#clients[this.#position];
    if (client === undefined) throw new TypeError('there must be at least one address');
    return client;
  }

  /** Goes on to the next, unless somebody else has done so already. */
  leave(client: Client): void {
    if (client === this.current) this.#position = (this.#position + 1) % this.#clients.length;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

type Read = <K extends DependencyKind>(dependency: Dependency<K>, at: FollowPoint) => Promise<Reply<DependencyValue<K>>>;
type Following<K extends DependencyKind> = FollowOptions<DependencyValue<K>> & {
  readonly clock: Clock;
  readonly random: Random;
  readonly retryLimits: BackoffLimits | undefined;
  readonly waitMs: number | undefined;
};

async function followWith<K extends DependencyKind>(read: Read, dependency: Dependency<K>, options: Following<K>): Promise<void> {
  const { clock, random, signal, onValue, onFailure, retryLimits = defaultRetryLimits, waitMs = 0 } = options;
  const isPolled = dependency.kind === 'datacenters';
  const readNext = async (at: FollowPoint) => {
    if (isPolled && at.index !== '0') await sleep(clock, datacentersEveryMs, signal);
    return read(dependency, isPolled ? { ...at, index: '0' } : at);
  };
  const onRetry = ({ error }: { readonly error: unknown }) => {
    if (!isClientError(error)) throw error;
    onFailure(reasonOf(error));
  };
  for await (const { value } of follow(readNext, { clock, random, signal, retryLimits, waitMs, onRetry })) onValue(value);
}

/** Without the request, so that one reason for many watches is one text. */
function reasonOf(error: ConnectionError | ResponseError | DecodeError): string {
  if (!(error instanceof ConnectionError)) return error.message;
  return error.message.replace(/^\w+ "(\w+:\/\/[^/"]+)[^"]*": /, '$1 does not answer: ');
}

function isClientError(error: unknown): error is ConnectionError | ResponseError | DecodeError {
  return error instanceof ConnectionError || error instanceof ResponseError || error instanceof DecodeError;
}

async function readFrom(client: Client, dependency: Dependency, at: FollowPoint): Promise<Reply<unknown>> {
  switch (dependency.kind) {
    case 'key':
      return client.kv.get(dependency.key, { ...at, datacenter: dependency.datacenter });
    case 'keyPrefix':
      return client.kv.list(dependency.prefix, { ...at, datacenter: dependency.datacenter });
    case 'service': {
      const { service, tag, datacenter, near, passing, connect } = dependency;
      return client.health.service(service, { ...at, datacenter, near, passing, connect, tags: tag === '' ? [] : [tag] });
    }
    case 'services':
      return client.catalog.services({ ...at, datacenter: dependency.datacenter });
    case 'nodes':
      return client.catalog.nodes({ ...at, datacenter: dependency.datacenter, near: dependency.near });
    case 'node':
      return client.catalog.node(dependency.node || (await ownName(client)), { ...at, datacenter: dependency.datacenter });
    case 'datacenters':
      return dependency.ignoreFailing ? reachableDatacenters(client, at) : client.catalog.datacenters(at);
    case 'file':
    case 'plugin':
    case 'hostAddresses':
    case 'hostServices':
      throw new TypeError(`an agent knows no ${dependency.kind}`);
    default:
      return unreachable(dependency);
  }
}

async function ownName(client: Client): Promise<string> {
  return String((await client.agent.self()).Config.NodeName);
}

async function reachableDatacenters(client: Client, at: FollowPoint): Promise<Reply<readonly string[]>> {
  const reply = await client.catalog.datacenters(at);
  const reachable = await Promise.all(reply.value.map((datacenter) => isReachable(client, datacenter, at.signal)));
  return { ...reply, value: reply.value.filter((_, position) => reachable[position]) };
}

async function isReachable(client: Client, datacenter: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.catalog.services({ datacenter, signal });
    return true;
  } catch (error) {
    if (error instanceof ResponseError) return false;
    throw error;
  }
}
