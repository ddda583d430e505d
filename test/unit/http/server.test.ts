import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MeshError } from '../../../src/model/errors.js';
import type { KvEntry } from '../../../src/model/records.js';
import { answered, type Fake, send, startFake } from './fake-agent.js';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.server.stop());
beforeEach(() => {
  fake.queries.length = 0;
  fake.writes.length = 0;
  fake.answer = () => answered(null);
  fake.outcome = () => true;
});

const entry = {
  Key: 'a/b',
  Flags: '18446744073709551615',
  Value: 'dg==',
  LockIndex: 0,
  Session: '',
  CreateIndex: 3,
  ModifyIndex: 7,
} as KvEntry;

describe('a request', () => {
  test.each([
    { name: 'a control character in the path is a bare 400', path: '/v1/kv/a%0Ab', status: 400, text: '' },
    { name: 'an escape that is none is a 400 with a reason', path: '/v1/kv/%zz', status: 400, text: /bad percent-encoding/ },
    { name: 'a doubled slash is cleaned away', path: '/v1/kv//a', status: 301, location: '/v1/kv/a' },
    { name: 'dots are cleaned away and the query is kept', path: '/v1/kv/x/../y?raw', status: 301, location: '/v1/kv/y?raw' },
    { name: 'dots in front of everything are cleaned away', path: '/../v1/./kv/a', status: 301, location: '/v1/kv/a' },
    { name: 'a prefix without its slash is completed', path: '/v1/kv?keys', status: 301, location: '/v1/kv/?keys' },
    { name: 'a trailing slash makes another path', path: '/v1/agent/self/', status: 404, text: '' },
    { name: 'an unknown path is a bare 404', path: '/v1/nope', status: 404, text: '' },
    { name: 'a query string that does not decode is a bare 500', path: '/v1/kv/a?x=%zz', status: 500, text: '' },
    { name: 'a semicolon in the query string too', path: '/v1/kv/a?x;y', status: 500, text: '' },
    { name: 'the root is a short text', path: '/', status: 200, text: 'Consul Agent' },
  ])('$name', async ({ path, status, text, location }) => {
    const got = await send(fake.base, path);
    expect(got.status).toBe(status);
    if (text !== undefined) expect(got.text).toMatch(text);
    if (text === '') expect(got.text).toBe('');
    expect(got.headers.location).toBe(location);
  });

  test.each([
    { method: 'POST', path: '/v1/kv/a', allow: 'OPTIONS,GET,PUT,DELETE' },
    { method: 'HEAD', path: '/v1/catalog/nodes', allow: 'OPTIONS,GET' },
    { method: 'PROPFIND', path: '/v1/txn', allow: 'OPTIONS,PUT' },
    { method: 'GET', path: '/v1/agent/service/register', allow: 'OPTIONS,PUT' },
  ])('$method of $path is a 405 that lists what is allowed', async ({ method, path, allow }) => {
    const got = await send(fake.base, path, { method });
    expect(got).toMatchObject({ status: 405, headers: { allow, vary: 'Accept-Encoding', 'x-consul-default-acl-policy': 'allow' } });
    if (method !== 'HEAD') expect(got.text).toBe(`method ${method} not allowed`);
  });

  test('OPTIONS answers the methods and nothing else', async () => {
    expect(await send(fake.base, '/v1/txn', { method: 'OPTIONS' })).toMatchObject({
      status: 200,
      text: '',
      headers: { allow: 'OPTIONS,PUT' },
    });
  });
});

describe('keys', () => {
  test('are bytes: what the path spells in percent reaches the query as it is', async () => {
    await send(fake.base, '/v1/kv/%FF%2Fa%C3%BC');
    expect(fake.queries[0]?.query).toEqual({ kind: 'kv.get', key: '\xff/a\xc3\xbc' });
  });

  test('come with all 64 bits of their flags', async () => {
    fake.answer = () => answered(entry);
    const got = await send(fake.base, '/v1/kv/a/b');
    expect(got.text).toBe('[{"LockIndex":0,"Key":"a/b","Flags":18446744073709551615,"Value":"dg==","CreateIndex":3,"ModifyIndex":7}]');
    expect(got.headers).toMatchObject({ 'x-consul-index': '7', 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '0' });
  });

  test('can be read raw, which no browser may take for a page', async () => {
    fake.answer = () => answered(entry);
    const got = await send(fake.base, '/v1/kv/a/b?raw');
    expect(got).toMatchObject({ text: 'v', headers: { 'content-type': 'text/plain', 'content-security-policy': 'sandbox' } });
  });

  test.each([
    { name: 'the write is refused by its declared length', headers: {} },
    { name: 'chunks are counted while they come', headers: { 'transfer-encoding': 'chunked' } },
  ])('beyond the limit: $name', async ({ headers }) => {
    const got = await send(fake.base, '/v1/kv/big', { method: 'PUT', headers, body: Buffer.alloc(524_289, 'a') });
    expect(got.status).toBe(413);
    expect(got.text).toMatch(/^Request body\(\d+ bytes\) too large, max size: 524288 bytes\. See .*#kv_max_value_size\.$/);
    expect(fake.writes).toEqual([]);
  });

  test('a body of exactly the limit is taken', async () => {
    expect(await send(fake.base, '/v1/kv/big', { method: 'PUT', body: Buffer.alloc(524_288, 'a') })).toMatchObject({
      status: 200,
      text: 'true',
    });
  });

  test('with Expect: 100-continue a refusal comes before the body', async () => {
    const headers = { expect: '100-continue', 'content-length': '524289' };
    const got = await new Promise<number>((resolve) => {
      void import('node:http').then(({ request }) => {
        const { hostname, port } = new URL(fake.base);
        const sent = request({ hostname, port, path: '/v1/kv/big', method: 'PUT', headers, agent: false }, (response) => {
          resolve(response.statusCode ?? 0);
          sent.destroy();
        });
        sent.on('error', () => {});
        sent.on('continue', () => resolve(100));
        sent.flushHeaders();
      });
    });
    expect(got).toBe(413);
  });
});

describe('answers', () => {
  test('are compressed from 1400 bytes on when the client names gzip', async () => {
    fake.answer = () => answered({ ...entry, Value: Buffer.alloc(2000).toString('base64') });
    const plain = await send(fake.base, '/v1/kv/a');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const packed = await send(fake.base, '/v1/kv/a', { headers: { 'accept-encoding': 'deflate, GZIP;q=0.5' } });
    expect(packed.headers['content-encoding']).toBe('gzip');
    const { gunzipSync } = await import('node:zlib');
    expect(gunzipSync(packed.body).toString()).toBe(plain.text);
  });

  test.each(['gzip;q=0', '*', 'deflate', 'gzip;q=0.000'])('are not compressed for Accept-Encoding "%s"', async (accept) => {
    fake.answer = () => answered({ ...entry, Value: Buffer.alloc(2000).toString('base64') });
    expect((await send(fake.base, '/v1/kv/a', { headers: { 'accept-encoding': accept } })).headers['content-encoding']).toBeUndefined();
  });

  test('?pretty indents by four', async () => {
    fake.answer = () => answered(['a', 'b']);
    expect((await send(fake.base, '/v1/kv/?keys&pretty')).text).toBe('[\n    "a",\n    "b"\n]\n');
    expect((await send(fake.base, '/v1/kv/a?pretty', { method: 'PUT', body: 'v' })).text).toBe('true\n');
  });

  test('a failure that nobody foresaw tells nothing of the inside', async () => {
    fake.answer = () => {
      throw new TypeError('secret');
    };
    const got = await send(fake.base, '/v1/kv/a');
    expect(got.status).toBe(500);
    expect(got.text).not.toContain('secret');
  });

  test.each([
    { path: '/v1/catalog/nodes?dc=x', index: '1' },
    { path: '/v1/health/state/any?dc=x', index: '1' },
    { path: '/v1/session/list?dc=x', index: '1' },
    { path: '/v1/kv/a?dc=x', index: undefined },
    { path: '/v1/health/service/a?dc=x', index: undefined },
  ])('an error of $path has index $index', async ({ path, index }) => {
    fake.answer = () => {
      throw new MeshError('no-path-to-datacenter', 'No path to datacenter');
    };
    const got = await send(fake.base, path);
    expect(got).toMatchObject({ status: 500, text: 'No path to datacenter' });
    expect(got.headers['x-consul-index']).toBe(index);
  });
});

describe('a waiting read', () => {
  test('is let go at once when its client goes away', async () => {
    const { request } = await import('node:http');
    const gone = new Promise<void>((resolve) => {
      fake.answer = (_query, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            resolve();
            reject(signal.reason);
          });
          sent.destroy();
        });
    });
    const { hostname, port } = new URL(fake.base);
    const sent = request({ hostname, port, path: '/v1/kv/a?index=5&wait=10m', agent: false }).on('error', () => {});
    sent.end();
    await gone;
  });

  test('does not keep the server from stopping', async () => {
    const other = await startFake();
    const asked = new Promise<void>((resolve) => {
      other.answer = (_query, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          resolve();
        });
    });
    const got = send(other.base, '/v1/kv/a?index=5');
    await asked;
    await other.server.stop();
    expect(await got).toMatchObject({ status: 503, text: 'the agent is stopping' });
    await other.server.stop();
  });
});

describe('settings', () => {
  test('response headers, blocked endpoints and read-only clients', async () => {
    const other = await startFake({
      responseHeaders: { 'X-Test': 'yes' },
      blockEndpoints: ['/v1/agent'],
      allowWriteHttpFrom: [{ family: 'ipv4', address: '192.0.2.0', bits: 24 }],
    });
    expect(await send(other.base, '/v1/agent/self')).toMatchObject({ status: 403, text: 'Endpoint is blocked by agent configuration' });
    expect((await send(other.base, '/v1/kv/a')).headers['x-test']).toBe('yes');
    expect((await send(other.base, '/v1/nope')).headers['x-test']).toBe('yes');
    expect((await send(other.base, '/v1/kv')).headers['x-test']).toBeUndefined();
    expect(await send(other.base, '/v1/kv/a', { method: 'PUT' })).toMatchObject({ status: 403, text: 'Access is restricted' });
    expect(await send(other.base, '/v1/kv/a', { method: 'POST' })).toMatchObject({ status: 405 });
    other.server.reload({ ...(await import('../../../src/model/http-settings.js')).httpDefaults, alwaysPretty: true });
    expect((await send(other.base, '/v1/kv/a', { method: 'PUT' })).text).toBe('true\n');
    await other.server.stop();
  });

  test('one connection too many gets a 429', async () => {
    const other = await startFake({ connectionsPerClientMax: 1 });
    other.answer = (_query, { signal }) => new Promise((_r, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const first = send(other.base, '/v1/kv/a?index=5');
    await expect.poll(() => other.queries.length).toBe(1);
    expect((await send(other.base, '/v1/kv/a')).status).toBe(429);
    await other.server.stop();
    await first;
  });
});
