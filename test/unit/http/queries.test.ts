import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answered, type Fake, send, startFake } from './fake-agent.js';

let fake: Fake;
beforeEach(async () => {
  fake = await startFake();
  fake.answer = () => answered(null);
});
afterEach(() => fake.server.stop());

const executed = { kind: 'query.execute', nameOrId: 'shop', near: '', limit: 0, connect: false };

describe('executing a query', () => {
  test.each([
    { name: 'by name', path: '/v1/query/shop/execute', asked: executed },
    { name: 'whose name has slashes', path: '/v1/query/a/b/execute', asked: { ...executed, nameOrId: 'a/b' } },
    { name: 'near the agent', path: '/v1/query/shop/execute?near=_agent', asked: { ...executed, near: 'n1' } },
    { name: 'near who asks', path: '/v1/query/shop/execute?near=_ip', asked: { ...executed, near: '_ip' } },
    { name: 'some of it', path: '/v1/query/shop/execute?limit=3&connect=true', asked: { ...executed, limit: 3, connect: true } },
  ])('$name', async ({ path, asked }) => {
    const { status, text } = await send(fake.base, path);
    expect([status, text]).toEqual([404, 'Query not found']);
    expect(fake.queries[0]?.query).toEqual({ ...asked, source: { agentNode: 'n1', address: '127.0.0.1' } });
  });

  test('believes a proxy in front about who asks', async () => {
    await send(fake.base, '/v1/query/shop/execute', { headers: { 'X-Forwarded-For': ' 10.1.2.3, 10.0.0.1' } });
    await send(fake.base, '/v1/query/shop/execute', { headers: { 'X-Forwarded-For': 'nonsense' } });
    expect(fake.queries.map(({ query }) => 'source' in query && typeof query.source === 'object' && query.source.address)).toEqual([
      '10.1.2.3',
      '127.0.0.1',
    ]);
  });
});

test.each([
  { name: 'the area', method: 'OPTIONS', path: '/v1/query/shop', status: 200, allow: 'OPTIONS,GET,PUT,DELETE', text: '{}' },
  { name: 'an ending', method: 'OPTIONS', path: '/v1/query/shop/execute', status: 200, allow: 'OPTIONS,GET', text: '{}' },
  { name: 'a wrong method', method: 'POST', path: '/v1/query/shop', status: 405, allow: 'GET,PUT,DELETE', text: 'method POST not allowed' },
  { name: 'a wrong method', method: 'PUT', path: '/v1/query/a/explain', status: 405, allow: 'GET', text: 'method PUT not allowed' },
])('methods of $name: $method $path', async ({ method, path, status, allow, text }) => {
  const got = await send(fake.base, path, { method });
  expect([got.status, got.headers.allow, got.text]).toEqual([status, allow, text]);
});
