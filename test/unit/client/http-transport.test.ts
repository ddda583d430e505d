import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHttpTransport } from '../../../src/client/http-transport.js';
import type { Request, Transport } from '../../../src/client/transport.js';

/** What the agent does with the bytes that come on a connection, by their turn over all connections. */
let answers: ((socket: Socket) => void)[];
let heads: string[];
let connections: Socket[];
let server: Server;
let transport: Transport;

const ok = (body: string) => (socket: Socket) => void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
const request = (more: Partial<Request> = {}): Request => ({
  method: 'GET',
  path: '/v1/x',
  parameters: [],
  headers: {},
  body: undefined,
  silenceMsMax: 5_000,
  signal: undefined,
  ...more,
});
const text = async (more: Partial<Request> = {}) => (await transport.send(request(more))).body.toString();

beforeEach(async () => {
  [answers, heads, connections] = [[], [], []];
  server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      heads.push(bytes.toString());
      answers.shift()?.(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  transport = await open();
});

function open(connectsAtOnce = false): Promise<Transport> {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return openHttpTransport({ address: { kind: 'tcp', scheme: 'http', host: '127.0.0.1', port, pathPrefix: '' }, tls: {}, connectsAtOnce });
}

afterEach(() => {
  transport.close();
  for (const socket of connections) socket.destroy();
  server.close();
});

test('requests one after the other share a connection', async () => {
  answers.push(ok('a'), ok('b'));
  expect([await text(), await text()]).toEqual(['a', 'b']);
  expect(connections).toHaveLength(1);
});

test('a connection that was made ahead is the one of the first request', async () => {
  const connected = new Promise((resolve) => server.once('connection', resolve));
  transport = await open(true);
  await connected;
  expect(heads).toEqual([]);
  answers.push(ok('a'), ok('b'));
  expect([await text(), await text()]).toEqual(['a', 'b']);
  expect(connections).toHaveLength(1);
});

test('a connection that was made ahead and lost is replaced', async () => {
  const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
  transport = await open(true);
  const lost = await connected;
  const closed = new Promise((resolve) => lost.once('close', resolve));
  lost.destroy();
  await closed;
  answers.push(ok('a'));
  expect(await text()).toBe('a');
  expect(connections).toHaveLength(2);
});

test('requests at the same time have a connection each', async () => {
  answers.push(ok('a'), ok('b'));
  expect((await Promise.all([text(), text()])).toSorted()).toEqual(['a', 'b']);
  expect(connections).toHaveLength(2);
});

test('a request carries its body and its headers', async () => {
  answers.push(ok(''));
  await text({ method: 'PUT', headers: { 'X-Consul-Token': 't' }, body: Buffer.from('value'), parameters: [['cas', '0']] });
  const [head] = heads;
  expect(head).toMatch(/^PUT \/v1\/x\?cas=0 HTTP\/1.1\r\nHost: 127.0.0.1:\d+\r\nX-Consul-Token: t\r\nContent-Length: 5\r\n/);
  expect(head).toMatch(/\r\n\r\nvalue$/);
});

test('a header that would end its line is refused, and nothing is sent', async () => {
  await expect(text({ headers: { 'X-Consul-Token': 'a\r\nB: c' } })).rejects.toThrow('Invalid character in header content');
  expect(connections).toHaveLength(0);
});

test('a GET on a kept connection that the agent closed goes over a new one', async () => {
  answers.push(ok('a'), (socket) => void socket.destroy(), ok('b'));
  expect([await text(), await text()]).toEqual(['a', 'b']);
  expect(connections).toHaveLength(2);
});

test('a PUT is not sent twice', async () => {
  answers.push(ok('a'), (socket) => void socket.destroy(), ok('b'));
  await text();
  await expect(text({ method: 'PUT' })).rejects.toThrow(/^Put "http:.*": (EOF|connection reset by peer)$/);
});

test('a connection that ended while nobody used it is not used again', async () => {
  answers.push((socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'), ok('b'));
  expect(await text()).toBe('a');
  // The other side of the connection ends when the client has seen the end.
  await new Promise((resolve) => connections[0]?.once('close', resolve));
  expect(await text({ method: 'PUT' })).toBe('b');
});

test('an answer that breaks off is a failure', async () => {
  answers.push((socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na'));
  await expect(text()).rejects.toThrow('unexpected EOF');
});

test('what the caller gives up ends at once, with the reason', async () => {
  const controller = new AbortController();
  const sent = text({ signal: controller.signal });
  const reason = new Error('enough');
  answers.push(() => controller.abort(reason));
  await expect(sent).rejects.toBe(reason);
  await expect(text({ signal: controller.signal })).rejects.toBe(reason);
  expect(connections).toHaveLength(1);
});

test('an agent that says nothing for too long is given up', async () => {
  await expect(text({ silenceMsMax: 30 })).rejects.toThrow('no answer within 0.03 s');
});

test('closing ends kept connections, and those that were made ahead', async () => {
  answers.push(ok('a'));
  await text();
  const ahead = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const other = await open(true);
  const ended = Promise.all([...connections, await ahead].map((socket) => new Promise((resolve) => socket.resume().once('end', resolve))));
  transport.close();
  other.close();
  await ended;
});

test('closing ends what is under way', async () => {
  answers.push(() => transport.close());
  await expect(text()).rejects.toThrow('EOF');
});

test('bytes that nobody has asked for end the connection', async () => {
  answers.push((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n'), ok('b'));
  expect(await text()).toBe('a');
  expect(await text()).toBe('b');
  expect(connections).toHaveLength(2);
});

describe('requests that are answered at once', () => {
  const paths = Array.from({ length: 20 }, (_, i) => `/v1/${i}`);
  const all = () => Promise.all(paths.map((path) => text({ path, isPrompt: true })));
  /** Answers whatever has come with the paths that were asked for, all in one writing. */
  const everything = (socket: Socket) => {
    const asked = (heads.at(-1) ?? '').matchAll(/GET (\S+) /g);
    for (const [, path = ''] of asked) ok(path)(socket);
  };

  test('share a few connections, and each has its own answer', async () => {
    answers.push(everything, everything, everything, everything);
    expect(await all()).toEqual(paths);
    expect(connections).toHaveLength(4);
    expect(heads).toHaveLength(4);
  });

  test('are asked again, alone, when the connection ends before their turn', async () => {
    const [first = ''] = paths;
    answers.push((socket) => {
      ok(first)(socket);
      socket.end();
    });
    answers.push(...paths.map(() => everything));
    expect(await all()).toEqual(paths);
  });

  test('do not end with one of them that is given up', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    answers.push(() => controller.abort(reason), ...paths.map(() => everything));
    const first = text({ path: '/v1/first', isPrompt: true, signal: controller.signal });
    const [ended, others] = await Promise.allSettled([first, all()]);
    expect(ended).toEqual({ status: 'rejected', reason });
    expect(others).toEqual({ status: 'fulfilled', value: paths });
  });

  test('do not end with one whose answer is none', async () => {
    answers.push((socket) => void socket.write('nonsense\r\n\r\n'), ...paths.map(() => everything));
    const ends = await Promise.allSettled(paths.map((path) => text({ path, isPrompt: true })));
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  });

  test('are not put behind one that may take long', async () => {
    const waiting = text({ path: '/v1/waiting' });
    answers.push(() => {}, everything, everything, everything, everything);
    expect(await all()).toEqual(paths);
    expect(connections).toHaveLength(5);
    transport.close();
    await expect(waiting).rejects.toThrow('EOF');
  });

  test('are each told that nobody is there', async () => {
    server.close();
    const ends = await Promise.allSettled(paths.map((path) => text({ path, isPrompt: true })));
    for (const end of ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('connection refused') } });
  });
});
