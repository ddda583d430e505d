/** Data from an agent, mesh's or Consul's, by blocking queries. With several addresses the next one is tried when one does not answer. */
import type { Reply } from '../../src/client/api.js';
import { type FollowPoint, follow } from '../../src/client/blocking.js';
import { type Client, openClient } from '../../src/client/client.js';
import { AnswerError, ConnectionError, ResponseError } from '../../src/client/errors.js';
import type { BackoffLimits } from '../../src/lib/backoff.js';
import { type Clock, sleep } from '../../src/lib/clock.js';
import type { Random } from '../../src/lib/random.js';
import { unreachable } from '../../src/lib/unreachable.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue } from '../data-source.js';
import { failureText, isClientFailure, ownFailureText } from './client-failure.js';
import { clientOptions } from './client-options.js';
import type { ConnectionSettings } from './connection-settings.js';
import { FirstQuestions } from './first-questions.js';
import { type FollowOptions, type OpenSource, SourceError } from './source.js';
import { TurningList } from './turning-list.js';

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
export async function openConsulSource({ connection, clock, random, retryLimits, queryWaitMs }: ConsulSourceOptions): Promise<OpenSource> {
  const agents = new TurningList(
    await Promise.all(
      connection.addresses.map((address, position) =>
        openClient({ ...clientOptions(connection, address), connectsAtOnce: position === 0 }),
      ),
    ),
  );
  const inDatacenter = (dependency: Dependency): Dependency =>
    'datacenter' in dependency && dependency.datacenter === '' ? { ...dependency, datacenter: connection.datacenter } : dependency;
  const read = async <K extends DependencyKind>(dependency: Dependency<K>, at: FollowPoint): Promise<Reply<DependencyValue<K>>> => {
    const client = agents.current;
    try {
      const reply = await readFrom(client, inDatacenter(anyDependency(dependency)), at);
      if (emptyingKinds.has(dependency.kind)) requireAgent(reply);
      return reply as Reply<DependencyValue<K>>;
    } catch (error) {
      if (error instanceof ConnectionError) agents.leave(client);
      throw error;
    }
  };
  const firstQuestions = new FirstQuestions(clock);
  return {
    fetch: async (dependency, signal) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return (await read(dependency, { index: '0', waitMs: 0, signal })).value;
        } catch (error) {
          if (error instanceof ConnectionError && attempt < agents.all.length && !signal.aborted) continue;
          throw isClientFailure(error) ? new SourceError(ownFailureText(error), { cause: error }) : error;
        }
      }
    },
    follow: (dependency, options) =>
      void followWith(read, dependency, { ...options, firstQuestions, clock, random, retryLimits, waitMs: queryWaitMs }),
    close: () => {
      for (const client of agents.all) client.close();
    },
  };
}

type Read = <K extends DependencyKind>(dependency: Dependency<K>, at: FollowPoint) => Promise<Reply<DependencyValue<K>>>;
type Following<K extends DependencyKind> = FollowOptions<DependencyValue<K>> & {
  readonly clock: Clock;
  readonly random: Random;
  readonly firstQuestions: FirstQuestions;
  readonly retryLimits: BackoffLimits | undefined;
  readonly waitMs: number | undefined;
};

async function followWith<K extends DependencyKind>(read: Read, dependency: Dependency<K>, options: Following<K>): Promise<void> {
  const { clock, random, signal, onValue, onFailure, firstQuestions, retryLimits = defaultRetryLimits, waitMs = 0 } = options;
  const isPolled = dependency.kind === 'datacenters';
  const readNext = async (at: FollowPoint) => {
    if (at.index === '0') return firstQuestions.ask(() => read(dependency, at));
    await (isPolled ? sleep(clock, datacentersEveryMs, signal) : firstQuestions.answered());
    return read(dependency, isPolled ? { ...at, index: '0' } : at);
  };
  const onRetry = ({ error }: { readonly error: unknown }) => {
    if (!isClientFailure(error)) throw error;
    onFailure(failureText(error));
  };
  for await (const { value } of follow(readNext, { clock, random, signal, retryLimits, waitMs, onRetry })) onValue(value);
}

/** Those of which nothing would empty files. */
const emptyingKinds: ReadonlySet<DependencyKind> = new Set(['key', 'keyPrefix', 'service']);

/**
 * What is not there (a key, a tree, the instances of a service) is told of with an index, as every answer of an agent is. Nothing without
 * one comes from something else at the address (a proxy, a wrong path): taken at its word it would empty files.
 */
function requireAgent(reply: Reply<unknown>): void {
  const isNothing = reply.value === null || (Array.isArray(reply.value) && reply.value.length === 0);
  if (isNothing && reply.indexText === '0') throw new AnswerError('the answer is not one of an agent: nothing there, and no index');
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
    case 'caRoots':
      return client.connectCa.roots(at);
    case 'caLeaf':
      return client.connectCa.leaf(dependency.service, at);
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
