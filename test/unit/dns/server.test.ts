/** The DNS door on real sockets, in front of a backend that is a table. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import packet from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DnsServer, startDns } from '../../../src/dns/server.js';
import { silentLogger } from '../../../src/lib/log.js';
import type { Answer, Backend, QueryOptions } from '../../../src/model/backend.js';
import type { HealthEntry } from '../../../src/model/catalog-answers.js';
import { type DnsSettings, defaultDnsSettings } from '../../../src/model/dns-settings.js';
import { MeshError } from '../../../src/model/errors.js';
import type { Query } from '../../../src/model/query.js';
import { FakeClock } from '../../support/fake-clock.js';

/** By service name; what is no list is thrown. */
let services: Record<string, readonly HealthEntry[] | Error>;
let asked: { readonly query: Query; readonly options: QueryOptions }[];
let lastContactMs: number;
let clock: FakeClock;
let server: DnsServer;

const backend = {
  async query(query: Query, options: QueryOptions): Promise<Answer<unknown>> {
    asked.push({ query, options });
    if (query.kind !== 'health.service') throw new MeshError('refused', 'not in the table');
    const value = services[query.service] ?? [];
    if (value instanceof Error) throw value;
    return { value, index: 1, knownLeader: true, lastContactMs: options.consistency === 'stale' ? lastContactMs : 0 };
  },
  write: () => Promise.reject(new MeshError('refused', 'read only')),
} as unknown as Backend;

interface InstanceParts {
  readonly address?: string;
  readonly status?: string;
  readonly port?: number;
  readonly weight?: number;
}

function instance(i: number, over: InstanceParts = {}): HealthEntry {
  const indexes = { CreateIndex: 1, ModifyIndex: 1 };
  const node = { ID: '', Node: `Node${i}`, Address: `10.0.0.${i}`, Datacenter: 'dc1', TaggedAddresses: null, Meta: null };
  const service = {
    Node: `Node${i}`,
    Kind: '',
    ID: 'web',
    Service: 'web',
    Tags: [],
    Address: over.address ?? '',
    TaggedAddresses: null,
    Meta: null,
  };
  return {
    Node: { ...node, ...indexes },
    Service: { ...service, Port: over.port ?? 80, Weights: { Passing: over.weight ?? 1, Warning: 1 }, ...indexes },
    Checks: over.status ? [{ Status: over.status }] : [],
  } as unknown as HealthEntry;
}

async function start(over: Partial<DnsSettings> = {}): Promise<void> {
  const settings = { ...defaultDnsSettings, listeners: [{ host: '127.0.0.1', port: 0 }], ...over };
  server = await startDns({ backend, settings, logger: silentLogger, clock, random: Math.random });
}

beforeEach(() => {
  services = { web: [instance(1)] };
  asked = [];
  lastContactMs = 0;
  clock = new FakeClock();
});
afterEach(() => server.stop());

const port = () => Number(server.addresses[0]?.split(':').at(-1));
const question = (name: string, type: packet.RecordType = 'A', id = 1) => packet.encode({ type: 'query', id, questions: [{ type, name }] });

async function ask(name: string, type: packet.RecordType = 'A'): Promise<packet.DecodedPacket> {
  const socket = createSocket('udp4');
  try {
    socket.send(question(name, type), port(), '127.0.0.1');
    const [reply] = await once(socket, 'message');
    return packet.decode(reply);
  } finally {
    socket.close();
  }
}

const rcodeOf = (reply: packet.DecodedPacket) => (reply as unknown as { rcode: string }).rcode;
const answersOf = (reply: packet.DecodedPacket): readonly packet.Answer[] => reply.answers ?? [];
const dataOf = (reply: packet.DecodedPacket) =>
  answersOf(reply)
    .map((answer) => ('data' in answer ? answer.data : null))
    .sort();

describe('over UDP', () => {
  test('asks for the newest only when memory is too old', async () => {
    await start({ maxStaleMs: 5_000 });
    await ask('web.service.consul');
    lastContactMs = 5_001;
    expect(dataOf(await ask('web.service.consul'))).toEqual(['10.0.0.1']);
    expect(asked.map(({ options }) => options.consistency)).toEqual(['stale', 'stale', 'stale', 'default']);
  });
  test('a change is answered at once, an unhealthy instance drops out', async () => {
    await start();
    expect(dataOf(await ask('web.service.consul'))).toEqual(['10.0.0.1']);
    services = { web: [instance(1), instance(2), instance(3, { status: 'critical' }), instance(4, { status: 'warning' })] };
    expect(dataOf(await ask('web.service.consul'))).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.4']);
    services = { web: [] };
    expect(rcodeOf(await ask('web.service.consul'))).toBe('NXDOMAIN');
  });
  test('an instance that is reached by the very name asked for is reached by its node', async () => {
    services = { web: [instance(1, { address: 'web.service.consul' })] };
    await start();
    expect(dataOf(await ask('web.service.consul'))).toEqual(['10.0.0.1']);
    expect(answersOf(await ask('WEB.service.consul')).map(({ type }) => type)).toEqual(['CNAME', 'A']);
    expect(dataOf(await ask('web.service.consul'))).toEqual(['10.0.0.1']);
  });
  test.each([
    { error: new MeshError('no-leader', 'No cluster leader'), rcode: 'SERVFAIL' },
    { error: new MeshError('permission-denied', 'Permission denied'), rcode: 'REFUSED' },
    { error: new MeshError('no-path-to-datacenter', 'No path to datacenter'), rcode: 'NXDOMAIN' },
    { error: new TypeError('a mistake'), rcode: 'SERVFAIL' },
  ])('$error.message is told as $rcode', async ({ error, rcode }) => {
    services = { web: error };
    await start();
    for (const name of ['web.service.consul', 'web.service.mesh']) expect(rcodeOf(await ask(name))).toBe(rcode);
    expect(rcodeOf(await ask('node1.node.consul'))).toBe('SERVFAIL');
  });
  test('an instance with an impossible port is left out, an impossible weight is bounded, and the others are answered', async () => {
    services.web = [instance(1), instance(2, { port: 70_000 }), instance(3, { port: -1 }), instance(4, { weight: 70_000 })];
    await start();
    const { answers = [] } = await ask('web.service.consul', 'SRV');
    const told = answers.map((answer) => (answer.type === 'SRV' ? `${answer.data.weight} ${answer.data.target}` : answer.type));
    expect(told.sort()).toEqual(['1 Node1.node.dc1.consul', '65535 Node4.node.dc1.consul']);
  });

  test('settings change with a reload, the domain does not', async () => {
    await start();
    expect(answersOf(await ask('web.service.consul'))[0]).toMatchObject({ ttl: 0 });
    server.reload({ ...defaultDnsSettings, domain: 'example.', serviceTtlMs: { '*': 9_999 } });
    expect(answersOf(await ask('web.service.consul'))[0]).toMatchObject({ ttl: 9 });
    expect(rcodeOf(await ask('web.service.example'))).toBe('REFUSED');
  });
  test('more different questions than are kept are answered all the same', async () => {
    await start();
    const socket = createSocket('udp4');
    let replies = 0;
    socket.on('message', () => replies++);
    for (let i = 0; i < 3000; i += 100) {
      for (let j = i; j < i + 100; j++) socket.send(question(`web${j}.service.consul`), port(), '127.0.0.1');
      await expect.poll(() => replies).toBe(i + 100);
    }
    socket.close();
    expect(dataOf(await ask('web.service.consul'))).toEqual(['10.0.0.1']);
  });
});

describe('over TCP', () => {
  const framed = (bytes: Buffer) => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
  const open = async (): Promise<Socket> => {
    const socket = connect(port(), '127.0.0.1');
    await once(socket, 'connect');
    return socket.resume();
  };
  /** Message ids in the order in which they come. */
  const idsFrom = (socket: Socket): number[] => {
    const ids: number[] = [];
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        ids.push(received.readUInt16BE(2));
        received = received.subarray(2 + received.readUInt16BE(0));
      }
    });
    return ids;
  };
  test('questions that come in pieces, or all at once, are answered in their order', async () => {
    await start();
    const socket = await open();
    const ids = idsFrom(socket);
    const bytes = Buffer.concat([1, 2, 3].map((id) => framed(question('web.service.consul', 'A', id))));
    for (const part of [bytes.subarray(0, 1), bytes.subarray(1, 20), bytes.subarray(20)]) {
      socket.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => ids).toEqual([1, 2, 3]);
    socket.destroy();
  });
  test('a client that asks nothing for two seconds, or eight after a question, is let go', async () => {
    await start();
    const silent = await open();
    const silentClosed = once(silent, 'close');
    await expect.poll(() => clock.delays).toEqual([2_000]);
    await clock.advance(2_000);
    await silentClosed;
    const slow = await open();
    const slowClosed = once(slow, 'close');
    const ids = idsFrom(slow);
    slow.write(framed(question('web.service.consul', 'A', 7)));
    await expect.poll(() => ids).toEqual([7]);
    await expect.poll(() => clock.delays).toEqual([8_000]);
    await clock.advance(8_000);
    await slowClosed;
    expect(clock.pending).toBe(0);
  });
  test('after 128 questions the connection ends', async () => {
    await start();
    const socket = await open();
    const ids = idsFrom(socket);
    socket.write(Buffer.concat(Array.from({ length: 200 }, (_, id) => framed(question('web.service.consul', 'A', id)))));
    await once(socket, 'close');
    expect(ids).toHaveLength(128);
  });
  test('more connections than there may be are closed', async () => {
    await start({ tcpConnectionsMax: 1 });
    const first = await open();
    await expect.poll(() => clock.pending).toBe(1);
    const second = await open();
    await once(second, 'close');
    const ids = idsFrom(first);
    first.write(framed(question('web.service.consul', 'A', 5)));
    await expect.poll(() => ids).toEqual([5]);
    first.destroy();
  });
});

describe('starting and stopping', () => {
  test('an address in use is told, and nothing is left open', async () => {
    await start();
    const taken = port();
    const settings = { ...defaultDnsSettings, listeners: [{ host: '127.0.0.1', port: taken }] };
    await expect(startDns({ backend, settings, logger: silentLogger, clock, random: Math.random })).rejects.toThrow(/EADDRINUSE/);
  });
  test('stop may be called twice, and lets the port go', async () => {
    await start();
    const free = port();
    await Promise.all([server.stop(), server.stop()]);
    await start({ listeners: [{ host: '127.0.0.1', port: free }] });
    expect(port()).toBe(free);
  });
});
