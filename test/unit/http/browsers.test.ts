import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { httpDefaults } from '../../../src/model/http-settings.js';
import type { KvEntry } from '../../../src/model/records.js';
import { answered, type Fake, send, startFake } from './fake-agent.js';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake({
    allowedHosts: ['Consul.Example.com'],
    allowedOrigins: ['https://ui.example.com'],
    domains: ['consul', 'corp.test'],
  });
});
afterAll(() => fake.server.stop());
beforeEach(() => {
  fake.writes.length = 0;
});

describe('the Host of a request to a loopback listener', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.0.0.1:8500', true],
    ['10.1.2.3', true],
    ['[::1]:8500', true],
    ['localhost', true],
    ['LOCALHOST.:8500', true],
    ['n1:8500', true],
    ['consul.service.consul:8500', true],
    ['Consul.service.dc1.CORP.test.', true],
    ['consul.example.com', true],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:8500', false],
    ['evilconsul', false],
    ['[::1].evil.example', false],
    ['xn1', false],
  ])('%s: %s', async (host, passes) => {
    const got = await send(fake.base, '/v1/status/leader', { headers: { host } });
    expect(got.status).toBe(passes ? 200 : 403);
    if (!passes)
      expect(got).toMatchObject({ headers: { 'x-content-type-options': 'nosniff', 'content-type': 'text/plain; charset=utf-8' } });
  });

  test('is looked at for pages too', async () => {
    expect((await send(fake.base, '/', { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  test('is nobody’s business elsewhere', async () => {
    const open = await startFake({ listeners: [{ kind: 'tcp', isTls: false, host: '0.0.0.0', port: 0 }] });
    const base = open.base.replace('0.0.0.0', '127.0.0.1');
    expect((await send(base, '/v1/kv/a', { headers: { host: 'evil.example' } })).status).toBe(404);
    await open.server.stop();
  });

  test('may be another one after a reload', async () => {
    const other = await startFake();
    const ask = async () => (await send(other.base, '/v1/kv/a', { headers: { host: 'new.example' } })).status;
    expect(await ask()).toBe(403);
    other.server.reload({ ...httpDefaults, allowedHosts: ['new.example'] });
    expect(await ask()).toBe(404);
    await other.server.stop();
  });
});

describe('a write from a page', () => {
  const host = '127.0.0.1:8500';
  test.each([
    { name: 'no page at all', headers: {}, passes: true },
    { name: 'a page of ours', headers: { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, passes: true },
    { name: 'a page of an allowed origin', headers: { origin: 'https://ui.example.com', 'sec-fetch-site': 'cross-site' }, passes: true },
    { name: 'a page of another origin', headers: { origin: 'https://evil.example' }, passes: false },
    { name: 'another port of this machine', headers: { origin: 'http://127.0.0.1:9999', 'sec-fetch-site': 'same-site' }, passes: false },
    { name: 'a page that hides where it is from', headers: { origin: 'null' }, passes: false },
    { name: 'another site that names no origin', headers: { 'sec-fetch-site': 'cross-site' }, passes: false },
  ])('$name', async ({ headers, passes }) => {
    for (const method of ['PUT', 'DELETE']) {
      const got = await send(fake.base, '/v1/kv/a', { method, headers: { host, ...headers } as Record<string, string> });
      expect(got.status).toBe(passes ? 200 : 403);
    }
    expect(fake.writes.length).toBe(passes ? 2 : 0);
  });

  test('reads and questions about what is allowed pass: the browser keeps their answers to itself', async () => {
    const headers = { origin: 'https://evil.example' };
    expect((await send(fake.base, '/v1/status/leader', { headers })).status).toBe(200);
    expect((await send(fake.base, '/v1/kv/a', { method: 'OPTIONS', headers })).status).toBe(200);
  });

  test('"*" allows every origin', async () => {
    const other = await startFake({ allowedOrigins: ['*'] });
    const got = await send(other.base, '/v1/kv/a', { method: 'PUT', headers: { origin: 'null', 'sec-fetch-site': 'cross-site' } });
    expect(got.status).toBe(200);
    await other.server.stop();
  });
});

test.each(['/v1/nope', '/v1/kv/a%0A', '/v1/kv/%zz', '/v1/kv/a?index=x', '/v1/kv/missing'])(
  'an error of %s is never more than text to a browser',
  async (path) => {
    const got = await send(fake.base, path, { headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' } });
    expect(got.status).toBeGreaterThanOrEqual(400);
    expect(got.headers['x-content-type-options']).toBe('nosniff');
    if (got.text !== '') expect(got.headers['content-type']).toBe('text/plain; charset=utf-8');
  },
);

test('a raw value is never a page', async () => {
  fake.answer = () => answered({ Key: 'a', Flags: '0', Value: btoa('<script>alert(1)</script>'), LockIndex: 0, Session: '' } as KvEntry);
  expect(await send(fake.base, '/v1/kv/a?raw')).toMatchObject({
    text: '<script>alert(1)</script>',
    headers: { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' },
  });
  fake.answer = () => answered(null);
});
