import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fake, send, startFake } from './fake-agent.js';

let fake: Fake;
beforeAll(async () => {
  fake = await startFake({ debugEnabled: true });
});
afterAll(() => fake.server.stop());

test.each([
  { path: '/debug/pprof/', status: 200, text: /<a href="profile\?seconds=30">/ },
  { path: '/debug/pprof/cmdline', status: 200, text: /node/ },
  { path: '/debug/pprof/goroutine', status: 404, text: /^Unknown profile "goroutine"\n$/ },
  { path: '/debug/pprof/profile?seconds=0', status: 400, text: /^invalid seconds "0": a whole number from 1 to 300$/ },
  { path: '/debug/pprof/heap?seconds=1.5', status: 400, text: /^invalid seconds/ },
])('$path is a $status', async ({ path, status, text }) => {
  const got = await send(fake.base, path);
  expect([got.status, got.headers['x-content-type-options']]).toEqual([status, 'nosniff']);
  expect(got.text).toMatch(text);
});

test.each(['profile', 'heap'])('%s is a profile that tools can read; a second one meanwhile is refused', async (name) => {
  const first = send(fake.base, `/debug/pprof/${name}?seconds=3`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const second = await send(fake.base, '/debug/pprof/profile?seconds=1');
  expect(second).toMatchObject({ status: 500, text: 'a profile is being made already' });
  const got = await first;
  expect(got).toMatchObject({ status: 200, headers: { 'content-type': 'application/octet-stream' } });
  expect(gunzipSync(got.body).toString()).toMatch(name === 'heap' ? /inuse_space/ : /nanoseconds/);
});

test('a client that goes away ends the profile', async () => {
  const control = new AbortController();
  const gone = fetch(`${fake.base}/debug/pprof/profile?seconds=300`, { signal: control.signal }).catch(() => 'gone');
  await new Promise((resolve) => setTimeout(resolve, 200));
  control.abort();
  expect(await gone).toBe('gone');
  await expect.poll(async () => (await send(fake.base, '/debug/pprof/heap?seconds=1')).status).toBe(200);
});

test('everything is a 401 while it is off', async () => {
  const off = await startFake();
  const refused = await send(off.base, '/debug/pprof/heap');
  expect(refused).toMatchObject({ status: 401, text: 'ACL support disabled' });
  expect(refused.headers).not.toHaveProperty('x-content-type-options');
  const toBrowser = await send(off.base, '/debug/pprof/heap', { headers: { 'sec-fetch-mode': 'navigate' } });
  expect(toBrowser.headers['x-content-type-options']).toBe('nosniff');
  await off.server.stop();
});
