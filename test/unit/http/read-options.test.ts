import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answered, type Fake, send, startFake } from './fake-agent.js';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.server.stop());
beforeEach(() => {
  fake.queries.length = 0;
  fake.answer = () => answered([]);
});

const asked = async (path: string, headers: Record<string, string> = {}) => {
  const got = await send(fake.base, path, { headers });
  return { got, query: fake.queries[0]?.query, options: fake.queries[0]?.options };
};

describe('read options', () => {
  test.each([
    { query: '', options: { token: '', datacenter: '', minIndex: 0, waitMs: 0, consistency: 'default' } },
    { query: '?index=12&wait=1m30s', options: { minIndex: 12, waitMs: 90_000 } },
    { query: '?index=18446744073709551615', options: { minIndex: 2 ** 64 } },
    { query: '?wait=-5s', options: { waitMs: 0 } },
    { query: '?stale', options: { consistency: 'stale' } },
    { query: '?stale=false', options: { consistency: 'stale' } },
    { query: '?consistent', options: { consistency: 'consistent' } },
    { query: '?leader', options: { consistency: 'default' } },
    { query: '?max_stale=5s', options: { consistency: 'stale' } },
    { query: '?dc=dc2&token=t', options: { datacenter: 'dc2', token: 't' } },
  ])('$query', async ({ query, options }) => {
    expect((await asked(`/v1/catalog/nodes${query}`)).options).toMatchObject(options);
  });

  test.each([
    { path: '/v1/kv/a?index=abc', text: 'Invalid index' },
    { path: '/v1/kv/a?index=-1', text: 'Invalid index' },
    { path: '/v1/kv/a?index=18446744073709551616', text: 'Invalid index' },
    { path: '/v1/kv/a?wait=10', text: 'Invalid wait time' },
    { path: '/v1/kv/a?max_stale=zzz', text: 'Invalid max_stale value "zzz"' },
    { path: '/v1/kv/a?stale&consistent', text: 'Cannot specify ?stale with ?consistent, conflicting semantics.' },
    { path: '/v1/health/service/a?cached&consistent', text: 'Cannot specify ?cached with ?consistent, conflicting semantics.' },
    { path: '/v1/kv/a?ns=x', text: 'Bad request: Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature' },
  ])('$path is a 400: $text', async ({ path, text }) => {
    expect((await asked(path)).got).toMatchObject({ status: 400, text });
  });

  test('a bad Cache-Control is a 400, others are ignored', async () => {
    expect((await asked('/v1/kv/?keys', { 'cache-control': 'max-age=x' })).got).toMatchObject({
      status: 400,
      text: 'Invalid Cache-Control header.',
    });
    expect((await asked('/v1/kv/?keys', { 'cache-control': 'no-cache, stale-if-error=5' })).got.status).toBe(404);
  });

  test.each([
    {
      name: 'the parameter beats the headers',
      path: '?token=p',
      headers: { 'x-consul-token': 'h', authorization: 'Bearer b' },
      token: 'p',
    },
    {
      name: 'an empty parameter counts as absent',
      path: '?token=',
      headers: { 'x-consul-token': 'h', authorization: 'Bearer b' },
      token: 'h',
    },
    { name: 'the scheme may be in any case', path: '', headers: { authorization: 'bEARER b c' }, token: 'b' },
    { name: 'other schemes do not count', path: '', headers: { authorization: 'Basic b' }, token: '' },
  ])('token: $name', async ({ path, headers, token }) => {
    expect((await asked(`/v1/catalog/nodes${path}`, headers as Record<string, string>)).options?.token).toBe(token);
  });

  test('lists: near, node metadata and filter', async () => {
    const { query } = await asked('/v1/catalog/nodes?near=_agent&node-meta=a:b:c&node-meta=d&filter=X%20%3D%3D%201');
    expect(query).toEqual({ kind: 'catalog.nodes', near: 'n1', nodeMeta: { a: 'b:c', d: '' }, filter: 'X == 1' });
  });
});

describe('how an answer was made', () => {
  test.each([
    ['', 'leader'],
    ['?leader', 'leader'],
    ['?stale', 'stale'],
    ['?consistent', 'consistent'],
  ])('%s is told as %s', async (query, effective) => {
    expect((await asked(`/v1/catalog/nodes${query}`)).got.headers['x-consul-effective-consistency']).toBe(effective);
  });

  test('a stale answer that is too old is made again', async () => {
    fake.answer = (_query, { consistency }) => answered([], { lastContactMs: consistency === 'stale' ? 6000 : 0 });
    const { got } = await asked('/v1/catalog/nodes?max_stale=5s');
    expect(fake.queries.map(({ options }) => options.consistency)).toEqual(['stale', 'default']);
    expect(got.headers).toMatchObject({ 'x-consul-lastcontact': '0', 'x-consul-effective-consistency': 'leader' });
  });

  test('discovery_max_stale makes catalog and health stale unless the request says otherwise, and leaves keys alone', async () => {
    const other = await startFake({ discoveryMaxStaleMs: 5000 });
    other.answer = () => answered([]);
    for (const path of ['/v1/catalog/nodes', '/v1/catalog/nodes?leader', '/v1/health/service/a', '/v1/kv/?keys'])
      await send(other.base, path);
    expect(other.queries.map(({ options }) => options.consistency)).toEqual(['stale', 'default', 'stale', 'default']);
    await other.server.stop();
  });

  test('?cached is a miss and then a hit, which asks memory', async () => {
    const path = '/v1/health/service/seen?cached';
    expect((await asked(path)).got.headers['x-cache']).toBe('MISS');
    fake.answer = () => answered([], { lastContactMs: 2500 });
    const again = await asked(path);
    expect(again.got.headers).toMatchObject({ 'x-cache': 'HIT', age: '2' });
    expect(fake.queries.at(-1)?.options.consistency).toBe('stale');
    expect((await asked(path, { 'cache-control': 'max-age=2' })).got.headers['x-cache']).toBe('MISS');
  });

  test('?cached is not looked at without http_config.use_cache', async () => {
    const other = await startFake({ useCache: false });
    other.answer = () => answered([]);
    for (const _ of [1, 2]) expect((await send(other.base, '/v1/health/service/a?cached')).headers).not.toHaveProperty('x-cache');
    expect(other.queries.map(({ options }) => options.consistency)).toEqual(['default', 'default']);
    await other.server.stop();
  });
});
