import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requestLimits } from '../../../src/model/limits.js';
import { answered, type Fake, send, startFake } from './fake-agent.js';
import { pour, talk, watchServer } from './raw.js';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.server.stop());
beforeEach(() => {
  fake.queries.length = 0;
  fake.writes.length = 0;
  fake.answer = () => answered(null);
});

const waiting: Fake['answer'] = (_query, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('the head of a request', () => {
  const { targetBytesMax, headerBytesMax } = requestLimits;
  const target = (bytes: number) => `/v1/kv/${'k'.repeat(bytes - '/v1/kv/'.length)}`;

  test('a target of the limit is taken', async () => {
    expect((await send(fake.base, target(targetBytesMax))).status).toBe(404);
  });

  test.each([
    { name: 'a byte more is a 414', bytes: targetBytesMax + 1 },
    { name: 'so is one that nobody reads to its end', bytes: 200_000 },
  ])('$name', async ({ bytes }) => {
    const received = await talk(fake.base, `GET ${target(bytes)} HTTP/1.1\r\nHost: localhost\r\n\r\n`).ended;
    expect(received).toMatch(/^HTTP\/1\.1 414 /);
    expect(received).toMatch(/\r\n\r\n414 URI Too Long$/);
    expect(fake.queries).toEqual([]);
  });

  test('headers up to the limit are taken', async () => {
    expect((await send(fake.base, '/v1/kv/a', { headers: { 'x-long': 'x'.repeat(headerBytesMax - 200) } })).status).toBe(404);
  });

  test.each([
    { name: 'headers beyond it are a 431', headers: `X-Long: ${'x'.repeat(headerBytesMax)}` },
    { name: 'many small ones too', headers: Array.from({ length: 1900 }, (_, i) => `X-${i}: abcdef`).join('\r\n') },
    { name: 'and those that nobody reads to their end', headers: `X-Long: ${'x'.repeat(200_000)}` },
  ])('$name', async ({ headers }) => {
    const received = await talk(fake.base, `GET /v1/kv/a HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n`).ended;
    expect(received).toMatch(/^HTTP\/1\.1 431 /);
    expect(received).toMatch(/X-Content-Type-Options: nosniff[\s\S]*\r\n\r\n431 Request Header Fields Too Large$/);
  });

  test('http_config.max_header_bytes sets another limit, up and down', async () => {
    const status = async (headerBytes: number, limit: number) => {
      const other = await startFake({ headerBytesMax: limit });
      const got = await send(other.base, '/v1/kv/a', { headers: { 'x-long': 'x'.repeat(headerBytes) } });
      await other.server.stop();
      return got.status;
    };
    expect([await status(60_000, 65_536), await status(70_000, 65_536), await status(2000, 1024)]).toEqual([404, 431, 431]);
  });

  test('what is no HTTP is a 400', async () => {
    expect(await talk(fake.base, 'nonsense\r\n\r\n').ended).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\n400 Bad Request$/);
  });
});

describe('a body that never ends', () => {
  const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`;
  // One over the limit of its route, and those that no handler reads.
  test.each([
    { name: 'a value', method: 'PUT', path: '/v1/kv/endless', status: 413 },
    { name: 'a transaction', method: 'PUT', path: '/v1/txn', status: 413 },
    { name: 'a registration', method: 'PUT', path: '/v1/catalog/register', status: 413 },
    { name: 'a method that is not there', method: 'POST', path: '/v1/kv/endless-post', status: 405 },
    { name: 'a path that is not there', method: 'PUT', path: '/v1/endless', status: 404 },
    { name: 'a read', method: 'GET', path: '/v1/kv/endless-get', status: 404 },
  ])('$name: the answer comes, the rest stays unread', async ({ method, path, status }) => {
    const server = watchServer();
    const { socket, ended } = talk(fake.base, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`);
    pour(socket, chunk);
    const received = await ended;
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).toMatch(/Connection: close/);
    expect(server.bytesRead(path)).toBeLessThan(requestLimits.bodyBytesMax + 512 * 1024);
    expect(fake.writes).toEqual([]);
    server.stop();
  });

  test('nothing of one that is declared too long is read', async () => {
    const server = watchServer();
    const head = 'PUT /v1/kv/declared HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n';
    const { socket, ended } = talk(fake.base, head);
    pour(socket, 'x'.repeat(0x8000));
    expect(await ended).toMatch(/^HTTP\/1\.1 413 [\s\S]*Request body\(100000000 bytes\) too large, max size: 524288 bytes\./);
    expect(server.bytesRead('/v1/kv/declared')).toBeLessThan(512 * 1024);
    server.stop();
  });

  test('a client that sends all of its body first still gets to see the refusal', async () => {
    const got = await send(fake.base, '/v1/kv/a', { method: 'PUT', body: Buffer.alloc(1_500_000) });
    expect(got.status).toBe(413);
  });

  test('a small body that nobody reads does not cost the connection', async () => {
    const { socket, received } = talk(fake.base, 'POST /v1/kv/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello');
    await expect.poll(received).toMatch(/405/);
    socket.write('GET /v1/kv/b HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect.poll(received).toMatch(/404 Not Found/);
    socket.destroy();
  });
});

describe('JSON', () => {
  const nested = (depth: number) => `{"Service":{"Service":"s","Proxy":{"Config":{"a":${'['.repeat(depth - 4)}${']'.repeat(depth - 4)}}}}}`;

  test.each([
    { name: 'as deep as allowed', depth: 64, text: 'true' },
    { name: 'a level deeper', depth: 65, text: 'Request decode failed: exceeded max depth of 64' },
  ])('$name', async ({ depth, text }) => {
    expect((await send(fake.base, '/v1/catalog/register', { method: 'PUT', body: nested(depth) })).text).toBe(text);
  });

  test.each([
    { body: '{"Service":{"Tags":["a",null]}}', path: 'Service.Tags[1]' },
    { body: '{"Service":{"Meta":{"a":null}}}', path: 'Service.Meta["a"]' },
    { body: '{"Checks":[null]}', path: 'Checks[0]' },
    { body: '{"Checks":[{"Definition":{"Interval":[]}}]}', path: 'Checks[0].Definition.Interval' },
    { body: '{"Service":{"Weights":{"Passing":"1"}}}', path: 'Service.Weights.Passing' },
    { body: '{"NodeMeta":{"a":7}}', path: 'NodeMeta["a"]' },
  ])('$body is a 400 that names $path', async ({ body, path }) => {
    const got = await send(fake.base, '/v1/catalog/register', { method: 'PUT', body });
    expect(got.status).toBe(400);
    expect(got.text).toContain(` ${path}`);
  });
});

describe('waiting queries of one client', () => {
  const ask = (key: string) => `GET /v1/kv/${key}?index=5 HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  test('are as many as it may have connections, also when they share one', async () => {
    const other = await startFake({ connectionsPerClientMax: 2 });
    other.answer = waiting;
    const { ended } = talk(other.base, ask('a') + ask('b') + ask('c'));
    await expect.poll(() => other.queries.length).toBe(2);
    await other.server.stop();
    expect([...(await ended).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['503', '503', '429']);
  });

  test('are let go with their connection, those in the queue behind the first too', async () => {
    fake.answer = waiting;
    const { socket } = talk(fake.base, ask('a') + ask('b') + ask('c'));
    await expect.poll(() => fake.queries.length).toBe(3);
    socket.destroy();
    await expect.poll(() => fake.queries.filter(({ options }) => options.signal.aborted).length).toBe(3);
  });
});
