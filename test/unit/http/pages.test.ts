import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fake, send, startFake } from './fake-agent.js';

const home = mkdtempSync(join(tmpdir(), 'mesh-pages-'));
const html = 'text/html; charset=utf-8';
let prepared: Fake;
let own: Fake;
beforeAll(async () => {
  mkdirSync(join(home, 'ui/js'), { recursive: true });
  writeFileSync(join(home, 'ui/index.html'), '<p>ours');
  writeFileSync(join(home, 'ui/js/a.js'), 'let a;');
  writeFileSync(join(home, 'ui/empty.txt'), '');
  writeFileSync(join(home, 'secret.txt'), 'secret');
  prepared = await startFake({ ui: { path: '/ui/', directory: '' }, responseHeaders: { 'X-Ours': '1' } });
  own = await startFake({ ui: { path: '/look/', directory: join(home, 'ui') } });
});
afterAll(async () => {
  await Promise.all([prepared.server.stop(), own.server.stop()]);
  rmSync(home, { recursive: true, force: true });
});

describe('the page that comes with the agent', () => {
  test.each(['/', '/ui'])('%s leads to it', async (path) => {
    expect(await send(prepared.base, path)).toMatchObject({ status: 301, headers: { location: '/ui/', 'content-type': html } });
  });

  test.each(['/ui/', '/ui/dc1/services'])('stands at %s, and may load nothing but what the API answers', async (path) => {
    const got = await send(prepared.base, path);
    expect(got).toMatchObject({ status: 200, headers: { 'content-type': html, 'x-frame-options': 'DENY', 'x-ours': '1' } });
    expect(got.text).toMatch(
      /Content-Security-Policy" content="default-src 'none'; connect-src 'self'; style-src 'sha256-[^']+'; script-src 'sha256-/,
    );
  });

  test('HEAD has the length alone', async () => {
    const got = await send(prepared.base, '/ui/', { method: 'HEAD' });
    expect([got.status, got.text, Number(got.headers['content-length']) > 1000]).toEqual([200, '', true]);
  });

  test.each([
    { name: 'a write', path: '/ui/', method: 'PUT' },
    { name: 'another path', path: '/other', method: 'GET' },
  ])('$name is a 404', async ({ path, method }) => {
    expect((await send(prepared.base, path, { method })).status).toBe(404);
  });

  test('crawlers are sent away', async () => {
    expect((await send(prepared.base, '/robots.txt')).text).toBe('User-agent: *\nDisallow: /\n');
  });
});

describe('a directory of files', () => {
  test.each([
    { name: 'a file with its type', path: '/look/js/a.js', type: 'text/javascript; charset=utf-8', text: 'let a;' },
    { name: 'index.html for what is no file', path: '/look/dc1/nodes', type: html, text: '<p>ours' },
    { name: 'index.html for a folder', path: '/look/js', type: html, text: '<p>ours' },
    { name: 'an empty file', path: '/look/empty.txt', type: 'text/plain; charset=utf-8', text: '' },
    { name: 'nothing above it', path: '/look/%2e%2e%2fsecret.txt', type: html, text: '<p>ours' },
  ])('gives $name', async ({ path, type, text }) => {
    const first = await send(own.base, path);
    const got = first.status === 301 ? await send(own.base, String(first.headers.location)) : first;
    if (path.includes('secret')) expect(got.text).not.toContain('secret');
    else expect(got).toMatchObject({ status: 200, text, headers: { 'content-type': type, 'x-content-type-options': 'nosniff' } });
  });
});

test('the interface may stand at the root', async () => {
  const root = await startFake({ ui: { path: '/', directory: '' } });
  for (const path of ['/', '/services']) expect((await send(root.base, path)).headers['content-type']).toBe(html);
  expect((await send(root.base, '/v1/status/leader')).headers['content-type']).toBe('application/json');
  await root.server.stop();
});

test('without an interface there is a line at the root and nothing below /ui/', async () => {
  const plain = await startFake();
  expect((await send(plain.base, '/')).text).toBe('Consul Agent');
  expect((await send(plain.base, '/ui/')).status).toBe(404);
  await plain.server.stop();
});
