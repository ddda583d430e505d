/** The HTTP door with a fake of everything behind it: tests say what a query answers and see what was asked. */
import { request } from 'node:http';
import { Readable } from 'node:stream';
import type { LocalAgent } from '../../../src/agent/local-agent.js';
import type { NodeControl } from '../../../src/agent/node-control.js';
import { type HttpServer, startHttp } from '../../../src/http/server.js';
import { systemClock } from '../../../src/lib/clock.js';
import { type Logger, silentLogger } from '../../../src/lib/log.js';
import { Metrics } from '../../../src/lib/metrics.js';
import { MetricsReport } from '../../../src/lib/metrics-report.js';
import type { Answer, Backend, QueryOptions, WriteOptions } from '../../../src/model/backend.js';
import { MeshError } from '../../../src/model/errors.js';
import { type HttpSettings, httpDefaults } from '../../../src/model/http-settings.js';
import type { Query } from '../../../src/model/query.js';
import type { CheckRecord, ServiceRecord } from '../../../src/model/records.js';
import type { Snapshots } from '../../../src/model/snapshot/snapshots.js';
import type { UserEvents } from '../../../src/model/user-event.js';
import type { Write } from '../../../src/model/write.js';

export interface Fake {
  readonly server: HttpServer;
  readonly base: string;
  readonly queries: { query: Query; options: QueryOptions }[];
  readonly writes: { write: Write; options: WriteOptions }[];
  readonly services: Map<string, ServiceRecord>;
  readonly checks: Map<string, CheckRecord>;
  readonly calls: unknown[][];
  /** What the next queries and writes answer. */
  answer: (query: Query, options: QueryOptions) => unknown;
  outcome: (write: Write) => unknown;
}

export const answered = (value: unknown, more: Partial<Answer<unknown>> = {}) => ({
  value,
  index: 7,
  knownLeader: true,
  lastContactMs: 0,
  ...more,
});

export async function startFake(settings: Partial<HttpSettings> = {}, logger: Logger = silentLogger, real?: Backend): Promise<Fake> {
  const fake = {
    queries: [] as Fake['queries'],
    writes: [] as Fake['writes'],
    services: new Map<string, ServiceRecord>(),
    checks: new Map<string, CheckRecord>(),
    calls: [] as unknown[][],
    answer: (() => answered(null)) as Fake['answer'],
    outcome: (() => true) as Fake['outcome'],
  };
  const backend = {
    query: async (query: Query, options: QueryOptions) => {
      fake.queries.push({ query, options });
      return fake.answer(query, options);
    },
    write: async (write: Write, options: WriteOptions) => {
      fake.writes.push({ write, options });
      return fake.outcome(write);
    },
  } as unknown as Backend;
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      fake.calls.push([name, ...args]);
    };
  const agent = {
    services: () => fake.services,
    checks: () => fake.checks,
    serviceHash: () => 'hash',
    serviceChanged: async () => {},
    ...Object.fromEntries(
      ['registerService', 'deregisterService', 'registerCheck', 'deregisterCheck', 'updateTtl', 'setServiceMaintenance'].map((name) => [
        name,
        note(name),
      ]),
    ),
    setNodeMaintenance: note('setNodeMaintenance'),
  } as unknown as LocalAgent;
  const node = {
    self: () => ({ Config: { NodeName: 'n1' } }),
    members: () => [],
    reload: note('reload'),
    leave: note('leave'),
    join: note('join'),
    forceLeave: note('forceLeave'),
  } as unknown as NodeControl;
  const listeners: HttpSettings['listeners'] = [{ kind: 'tcp', isTls: false, host: '127.0.0.1', port: 0 }];
  const snapshots: Snapshots = {
    save: async () => ({ archive: Readable.from([Buffer.from('archive')]), index: 7, knownLeader: true, lastContactMs: 0 }),
    restore: async (archive, options) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of archive) chunks.push(chunk);
      fake.calls.push(['restore', Buffer.concat(chunks).toString(), options]);
    },
  };
  const metrics = new Metrics();
  const reportAll = { prefix: 'consul', host: '', prefixFilter: [], isAllowedByDefault: true };
  const server = await startHttp({
    backend: real ?? backend,
    snapshots,
    telemetry: {
      metrics,
      report: new MetricsReport({ metrics, clock: systemClock, ...reportAll }),
      withOldNames: true,
      hasPrometheus: true,
    },
    agent,
    node,
    events: fakeEvents,
    logger,
    clock: systemClock,
    settings: { ...httpDefaults, node: 'n1', listeners, ...settings },
  });
  return Object.assign(fake, { server, base: `http://${server.addresses[0]}` });
}

/** Nothing is heard here. */
const fakeEvents: UserEvents = {
  fire: () => {
    throw new MeshError('refused', 'no events here');
  },
  list: async () => ({ events: [], index: 1n }),
};

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

/** One request with the path exactly as given. */
export function send(
  base: string,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Got> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received, text: received.toString() });
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
