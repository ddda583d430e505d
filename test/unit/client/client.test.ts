/** The client against a plain node:http server: what it sends, how it reads answers, and what it says of failures. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Client, openClient } from '../../../src/client/client.js';
import { ConnectionError, ResponseError } from '../../../src/client/errors.js';
import { keyFromBytes, keyFromText } from '../../../src/model/kv-key.js';
import { freePort } from '../../support/agent.js';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
interface Asked {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let client: Client;
let answer: Answer;
let asked: Asked[];
const sockets = new Set<Socket>();

beforeEach(async () => {
  asked = [];
  answer = { body: 'null' };
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
    response.writeHead(answer.status ?? 200, answer.headers ?? {}).end(answer.body);
  });
  server.on('connection', (socket) => sockets.add(socket.once('close', () => sockets.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = await openClient({ address: addressOf(server), token: 'secret', datacenter: 'dc2' });
});
afterEach(async () => {
  client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function addressOf(from: Server): string {
  const address = from.address();
  return typeof address === 'object' && address ? `127.0.0.1:${address.port}` : '';
}

describe('requests', () => {
  test.each<{ name: string; request: (client: Client) => Promise<unknown>; line: string; body?: string }>([
    { name: 'get', request: ({ kv }) => kv.get(keyFromText('a b/ü?#%')), line: 'GET /v1/kv/a%20b/%C3%BC%3F%23%25?dc=dc2' },
    { name: 'bytes', request: ({ kv }) => kv.get(keyFromBytes(Buffer.from([0, 255]))), line: 'GET /v1/kv/%00%FF?dc=dc2' },
    { name: 'dots', request: ({ kv }) => kv.get(keyFromText('a//../b')), line: 'GET /v1/kv/a//../b?dc=dc2' },
    { name: 'list', request: ({ kv }) => kv.list(keyFromText('p/')), line: 'GET /v1/kv/p/?dc=dc2&recurse=' },
    { name: 'keys', request: ({ kv }) => kv.keys(keyFromText('p/'), { separator: '/' }), line: 'GET /v1/kv/p/?dc=dc2&keys=&separator=%2F' },
    {
      name: 'blocking',
      request: ({ kv }) => kv.get(keyFromText('a'), { index: 5, waitMs: 2000, consistency: 'stale' }),
      line: 'GET /v1/kv/a?dc=dc2&index=5&stale=&wait=2000ms',
    },
    { name: 'own datacenter', request: ({ kv }) => kv.get(keyFromText('a'), { datacenter: '' }), line: 'GET /v1/kv/a' },
    {
      name: 'put',
      request: ({ kv }) => kv.put(keyFromText('a'), Buffer.from('v'), { flags: '18446744073709551615', cas: '0' }),
      line: 'PUT /v1/kv/a?cas=0&dc=dc2&flags=18446744073709551615',
      body: 'v',
    },
    { name: 'delete', request: ({ kv }) => kv.delete(keyFromText('a'), { recurse: true }), line: 'DELETE /v1/kv/a?dc=dc2&recurse=' },
    {
      name: 'health',
      request: ({ health }) => health.service('a/b', { passing: true, tags: ['x', 'y'], near: '_agent', filter: 'a == "b"' }),
      line: 'GET /v1/health/service/a%2Fb?dc=dc2&filter=a+%3D%3D+%22b%22&near=_agent&passing=1&tag=x&tag=y',
    },
    {
      name: 'nodes',
      request: ({ catalog }) => catalog.nodes({ nodeMeta: { a: '1', b: '2' } }),
      line: 'GET /v1/catalog/nodes?dc=dc2&node-meta=a%3A1&node-meta=b%3A2',
    },
    { name: 'events', request: ({ event }) => event.list('deploy'), line: 'GET /v1/event/list?dc=dc2&name=deploy' },
    {
      name: 'maintenance',
      request: ({ agent }) => agent.enableServiceMaintenance('a b', { reason: 'c d' }),
      line: 'PUT /v1/agent/service/maintenance/a%20b?dc=dc2&enable=true&reason=c+d',
    },
    { name: 'sessions', request: ({ session }) => session.destroy('id'), line: 'PUT /v1/session/destroy/id?dc=dc2' },
  ])('$name: $line', async ({ request, line, body = '' }) => {
    await request(client);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ line, body });
    expect(asked[0]?.headers['x-consul-token']).toBe('secret');
  });

  test('several requests in a row use one connection', async () => {
    for (let i = 0; i < 3; i += 1) await client.kv.get(keyFromText('a'));
    expect(sockets.size).toBe(1);
  });

  test('a kept connection that the agent closed is replaced without a word', async () => {
    await client.kv.get(keyFromText('a'));
    for (const socket of sockets) socket.destroy();
    await client.kv.get(keyFromText('b'));
    expect(asked.map(({ line }) => line)).toEqual(['GET /v1/kv/a?dc=dc2', 'GET /v1/kv/b?dc=dc2']);
  });
});

describe('answers', () => {
  test('an entry keeps the digits of its flags', async () => {
    answer = {
      headers: { 'X-Consul-Index': '12', 'X-Consul-KnownLeader': 'true', 'X-Consul-LastContact': '3' },
      body: '[{"LockIndex":0,"Key":"\\"Flags\\":1","Flags":18446744073709551615,"Value":null,"CreateIndex":5,"ModifyIndex":12}]',
    };
    const reply = await client.kv.get(keyFromText('a'));
    expect(reply).toEqual({
      value: { Key: '"Flags":1', Flags: '18446744073709551615', Value: '', LockIndex: 0, Session: '', CreateIndex: 5, ModifyIndex: 12 },
      index: 12,
      indexText: '12',
      knownLeader: true,
      lastContactMs: 3,
    });
  });

  test('a key that is not there is null, with its index', async () => {
    answer = { status: 404, headers: { 'X-Consul-Index': '7' } };
    expect(await client.kv.get(keyFromText('a'))).toMatchObject({ value: null, index: 7 });
    expect(await client.kv.list(keyFromText('a'))).toMatchObject({ value: [], index: 7 });
  });

  test('null lists are empty', async () => {
    answer = { body: '[{"Node":{"Node":"n"},"Service":{"ID":"w","Service":"web","Tags":null},"Checks":null}]' };
    const { value } = await client.health.service('web');
    expect(value[0]).toMatchObject({ Node: { Node: 'n' }, Service: { Node: 'n', Tags: [] }, Checks: [] });
  });

  test('a refused transaction is an answer', async () => {
    answer = { status: 409, body: '{"Results":null,"Errors":[{"OpIndex":0,"What":"stale"}]}' };
    expect(await client.txn.apply([{ KV: { Verb: 'get', Key: 'a' } }])).toEqual({ Results: [], Errors: [{ OpIndex: 0, What: 'stale' }] });
  });

  test('a session that is gone is null', async () => {
    answer = { status: 404, body: 'Session id "x" not found' };
    expect(await client.session.renew('x')).toBeNull();
  });
});

describe('failures', () => {
  test('any other status, with its text', async () => {
    answer = { status: 500, body: 'No cluster leader', headers: { 'Retry-After': '3' } };
    const error = await client.kv.get(keyFromText('a')).catch((thrown: unknown) => thrown);
    expect(error).toEqual(new ResponseError({ status: 500, body: 'No cluster leader', retryAfterMs: 3000 }));
    expect(String(error)).toBe('ResponseError: Unexpected response code: 500 (No cluster leader)');
  });

  test('a path that is not clean is asked for where the agent says, once', async () => {
    answer = { status: 301, headers: { Location: '/v1/kv/a/b?recurse=' } };
    await expect(client.kv.list(keyFromText('a//b'))).rejects.toThrow('301 (leads to /v1/kv/a/b?recurse=, where nobody is asked)');
    expect(asked.map(({ line }) => line)).toEqual(['GET /v1/kv/a//b?dc=dc2&recurse=', 'GET /v1/kv/a/b?dc=dc2&recurse=']);
  });

  test('an address that sends one elsewhere is not followed, and says where', async () => {
    answer = { status: 301, body: '<a href="…">Moved</a>', headers: { Location: 'https://agent/v1/kv/a' } };
    const reading = client.kv.get(keyFromText('a'));
    await expect(reading).rejects.toThrow('Unexpected response code: 301 (leads to https://agent/v1/kv/a, where nobody is asked)');
  });

  test('an answer that is no JSON', async () => {
    answer = { body: '<html>' };
    await expect(client.catalog.nodes()).rejects.toThrow('the answer is no JSON');
  });

  test('nobody listens', async () => {
    const port = await freePort();
    const dead = await openClient({ address: `127.0.0.1:${port}` });
    const url = `http://127.0.0.1:${port}/v1/kv/a?recurse=`;
    await expect(dead.kv.list(keyFromText('a'))).rejects.toThrow(
      new ConnectionError(`Get "${url}": dial tcp 127.0.0.1:${port}: connect: connection refused`),
    );
  });

  test('no socket file', async () => {
    const path = join(tmpdir(), 'no-such-mesh.sock');
    const dead = await openClient({ address: `unix://${path}` });
    await expect(dead.agent.leave()).rejects.toThrow(
      new ConnectionError(`Put "http://${encodeURIComponent(path)}/v1/agent/leave": dial unix ${path}: connect: no such file or directory`),
    );
  });

  test('TLS spoken to a plain port', async () => {
    const wrong = await openClient({ address: `https://${addressOf(server)}` });
    await expect(wrong.kv.get(keyFromText('a'))).rejects.toThrow('http: server gave HTTP response to HTTPS client');
  });

  test('a signal lets go at once, with its reason', async () => {
    server.removeAllListeners('request');
    const abort = new AbortController();
    const reading = client.kv.get(keyFromText('a'), { signal: abort.signal });
    const reason = new Error('enough');
    setImmediate(() => abort.abort(reason));
    await expect(reading).rejects.toBe(reason);
  });
});

test.each([
  ['as they are', '[{"Key":"gr\u00fcn/a","Value":null},{"Key":"b","Value":null}]', ['grün/a', 'b']],
  ['escaped', '[{"Key":"gr\\u00fcn/a","Value":null},{"Key":"b\\u0001","Value":null}]', ['grün/a', 'b\u0001']],
  ['of ASCII alone', '[{"Key":"a/b","Value":null}]', ['a/b']],
])('keys of a tree that are written %s are bytes', async (_, body, keys) => {
  answer = { body };
  const { value } = await client.kv.list(keyFromText(''));
  expect(value.map(({ Key }) => Key)).toEqual(keys.map(keyFromText));
});
