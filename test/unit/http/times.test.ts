/** The limits of time, with a table of shorter ones. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { answered, type Fake, startFake } from './fake-agent.js';
import { talk } from './raw.js';

vi.mock('../../../src/model/limits.js', async (original) => {
  const { requestLimits } = await original<typeof import('../../../src/model/limits.js')>();
  return { requestLimits: { ...requestLimits, headersMs: 1_000, idleBodyMs: 1_000, lingerMs: 50 } };
});

let fake: Fake;
beforeAll(async () => {
  fake = await startFake();
});
afterAll(() => fake.server.stop());

test('headers that do not come in time are a 408', async () => {
  expect(await talk(fake.base, 'GET /v1/kv/a HTTP/1.1\r\nHost: loc').ended).toMatch(/^HTTP\/1\.1 408 /);
});

test.each([
  { name: 'a body of known length', head: 'Content-Length: 10' },
  { name: 'a body of unknown length', head: 'Transfer-Encoding: chunked' },
])('$name that pauses for too long is a 408, and nothing is written', async ({ head }) => {
  const start = head.startsWith('Content') ? '12345' : '5\r\n12345\r\n';
  const received = await talk(fake.base, `PUT /v1/kv/slow HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n${start}`).ended;
  expect(received).toMatch(/^HTTP\/1\.1 408 [\s\S]*the body of the request did not come in time$/);
  expect(fake.writes).toEqual([]);
});

test('a body that keeps coming is taken, however long it takes', async () => {
  const { socket, received } = talk(fake.base, 'PUT /v1/kv/steady HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n');
  for (const letter of 'abcdefgh') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.write(letter);
  }
  await expect.poll(received).toMatch(/200 OK/);
  expect(fake.writes[0]?.write).toMatchObject({ value: Buffer.from('abcdefgh').toString('base64') });
  // The connection itself may rest.
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  socket.write('GET /v1/kv/next HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(received).toMatch(/404 Not Found/);
  socket.destroy();
});

test('waiting for an answer is not limited by any of them', async () => {
  fake.answer = (_query, { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      setTimeout(() => resolve(answered(null)), 2_500);
    });
  const { socket, received } = talk(fake.base, 'GET /v1/kv/a?index=5 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(received).toMatch(/404 Not Found/);
  socket.destroy();
});
