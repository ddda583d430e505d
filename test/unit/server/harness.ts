/** A server on memory storage with a clock that stands still, and short ways to ask it. */
import { type Logger, silentLogger } from '../../../src/lib/log.js';
import type { Answer, QueryOptions } from '../../../src/model/backend.js';
import type { CheckInput, NodeInput, ServiceInput, SessionInput } from '../../../src/model/inputs.js';
import { type KvKey, keyFromText } from '../../../src/model/kv-key.js';
import type { Query, QueryKind, QueryTable, ServiceArguments } from '../../../src/model/query.js';
import type { Storage } from '../../../src/model/storage.js';
import type { KvPut, Write, WriteKind, WriteTable } from '../../../src/model/write.js';
import { createServer, type Server } from '../../../src/server/server.js';
import { memoryStorage } from '../../../src/storage/memory.js';
import { FakeClock } from '../../support/fake-clock.js';

export interface Harness {
  readonly clock: FakeClock;
  readonly server: Server;
  query<K extends QueryKind>(query: Query<K>, options?: Partial<QueryOptions>): Promise<Answer<QueryTable[K]['value']>>;
  write<K extends WriteKind>(write: Write<K>): Promise<WriteTable[K]['result']>;
  put(key: string, value: string, more?: Partial<KvPut>): Promise<boolean>;
  get(key: string, options?: Partial<QueryOptions>): Promise<Answer<QueryTable['kv.get']['value']>>;
  register(registration: Registration): Promise<true>;
  session(more?: Partial<SessionInput>): Promise<string>;
}

export interface Registration {
  readonly node?: Partial<NodeInput>;
  readonly service?: Partial<ServiceInput>;
  readonly checks?: readonly Partial<CheckInput & { Node: string }>[];
  readonly skipNodeUpdate?: boolean;
}

export const aServer = { id: 'server-id', name: 's1', address: '10.0.0.1:8300', version: '0.1.0', startedAtMs: 0 };

interface ServerParts {
  storage?: Storage;
  random?: () => number;
  logger?: Logger;
}

export async function startServer({ storage = memoryStorage(), random = () => 0.5, logger = silentLogger }: ServerParts = {}) {
  const clock = new FakeClock();
  const options = { storage, clock, random: uuids(random), logger, datacenter: 'dc1', self: aServer };
  const server = createServer(options);
  await server.start();
  return harness(server, clock);
}

export function harness(server: Server, clock: FakeClock): Harness {
  const query = <K extends QueryKind>(query: Query<K>, options: Partial<QueryOptions> = {}) =>
    server.backend.query(query, { ...defaults(), ...options });
  const write = <K extends WriteKind>(write: Write<K>) => server.backend.write(write, { token: '', datacenter: '' });
  return {
    clock,
    server,
    query,
    write,
    put: (key, value, more = {}) => write({ kind: 'kv.put', key: keyFromText(key), value: base64(value), flags: '0', ...more }),
    get: (key, options) => query({ kind: 'kv.get', key: keyFromText(key) }, options),
    register: ({ node, service, checks = [], skipNodeUpdate = false }) =>
      write({
        kind: 'catalog.register',
        node: aNode(node),
        skipNodeUpdate,
        service: service ? aService(service) : null,
        checks: checks.map(aCheck),
      }),
    session: (more = {}) =>
      write({
        kind: 'session.create',
        session: { Name: '', Node: 'n1', LockDelay: 0, Behavior: 'release', TTL: '', NodeChecks: [], ServiceChecks: null, ...more },
      }),
  };
}

export function defaults(): QueryOptions {
  return { token: '', datacenter: '', minIndex: 0, waitMs: 0, consistency: 'default', signal: new AbortController().signal };
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function key(text: string): KvKey {
  return keyFromText(text);
}

export const listArguments = { filter: '', near: '', nodeMeta: {} };

export function ofService(service: string, more: Partial<ServiceArguments> = {}): ServiceArguments {
  return { service, tags: [], connect: false, ...listArguments, ...more };
}

export function aNode(node: Partial<NodeInput> = {}): NodeInput {
  return { ID: '', Node: 'n1', Address: '10.0.0.1', Datacenter: '', TaggedAddresses: null, Meta: null, ...node };
}

export function aService(service: Partial<ServiceInput> = {}): ServiceInput {
  return {
    ...{ Kind: '', ID: '', Service: 'web', Tags: [], Address: '', TaggedAddresses: null, Meta: null, Port: 80, SocketPath: '' },
    ...{ Weights: { Passing: 1, Warning: 1 }, EnableTagOverride: false, Proxy: {}, Connect: {} },
    ...service,
  };
}

export function aCheck(check: Partial<CheckInput & { Node: string }> = {}): CheckInput & { Node: string } {
  return {
    ...{ Node: '', CheckID: 'c1', Name: 'c1', Status: 'passing', Notes: '', Output: '', ServiceID: '', ServiceName: '' },
    ...{ ServiceTags: [], Type: '', Interval: '', Timeout: '', ExposedPort: 0, Definition: {} },
    ...check,
  };
}

/** Ids have to differ although chance is fixed: every call answers something else, the same in every run. */
function uuids(random: () => number): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return random() === 0.5 ? state / 2_147_483_647 : random();
  };
}
