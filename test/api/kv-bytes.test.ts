/** Keys are opaque bytes: whatever a key is made of, it is kept and given back exactly, over the path where a path can say it, else in a transaction. */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';

let agent: TestAgent;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(async () => {
  await agent.stop();
});

/** The path as it is: `fetch` would clean it. */
function send(method: string, path: string, body = ''): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(agent.http, { method, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const escaped = (bytes: readonly number[]) => bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const someBytes = Array.from({ length: 255 }, (_, i) => i + 1);

test.each([
  { name: 'a key of 4 KiB', path: 'k'.repeat(4096) },
  { name: 'a slash at its end', path: 'folder/' },
  { name: 'percent signs, question marks and hashes', path: '100%25%3F%23%26%3D%2B' },
  { name: 'dots among other letters', path: '...a/..b/c..' },
  { name: 'a letter of four bytes', path: escaped([...Buffer.from('😀')]) },
])('over the path: $name', async ({ path }) => {
  expect((await send('PUT', `/v1/kv/${path}`, path)).text).toBe('true\n');
  expect((await send('GET', `/v1/kv/${path}?raw`)).text).toBe(path);
  const [entry] = JSON.parse((await send('GET', `/v1/kv/${path}`)).text) as { Key: string }[];
  expect(entry?.Key).toBe(decodeURIComponent(path));
});

test('over the path: each byte that may stand there makes a key of its own', async () => {
  const refused: number[] = [];
  for (const byte of someBytes) if ((await send('PUT', `/v1/kv/byte-${escaped([byte])}-`, `${byte}`)).status !== 200) refused.push(byte);
  expect(refused.every((byte) => byte < 32 || byte === 127)).toBe(true);
  for (const byte of someBytes.filter((candidate) => !refused.includes(candidate)))
    expect((await send('GET', `/v1/kv/byte-${escaped([byte])}-?raw`)).text, `byte ${byte}`).toBe(`${byte}`);
});

const keys = [
  '..',
  '../../etc/passwd',
  'a//b',
  '/lead',
  'nul\0byte',
  './x',
  'line\nfeed',
  '\u2028',
  'k'.repeat(4096),
  '\0'.repeat(4096),
  '%2e%2e',
];
const operation = (verb: string, key: string, value?: string) => ({
  KV: { Verb: verb, Key: key, ...(value !== undefined && { Value: btoa(value) }) },
});

test('in a transaction: any text, kept apart from what looks like it', async () => {
  const sets = await send('PUT', '/v1/txn', JSON.stringify(keys.map((key, i) => operation('set', key, `${i}`))));
  expect(sets.status).toBe(200);
  const gets = await send('PUT', '/v1/txn', JSON.stringify(keys.map((key) => operation('get', key))));
  const { Results } = JSON.parse(gets.text) as { Results: { KV: { Key: string; Value: string } }[] };
  expect(Results.map(({ KV }) => [KV.Key, atob(KV.Value)])).toEqual(keys.map((key, i) => [key, `${i}`]));
  const listed = JSON.parse((await send('GET', '/v1/kv/?keys')).text) as string[];
  expect(listed).toEqual(expect.arrayContaining(keys));
});
