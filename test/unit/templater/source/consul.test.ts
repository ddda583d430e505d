/** What following an agent makes of answers that are none. What agents themselves answer is in test/e2e. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../support/agent.js';
import { plainTls, SourceUnderTest } from './following.js';

const withinMs = 10_000;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const opened: SourceUnderTest[] = [];
const asked: string[] = [];
const listen = (port = 0) => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['x-consul-token'] ?? ''}`);
    answer(request, response);
  });
  return new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
};
const close = async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};
beforeEach(async () => {
  asked.length = 0;
  await listen();
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await close();
});

const addressOf = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const open = async (...addresses: string[]) => {
  const connection = { addresses, token: 't', basicAuthentication: '', datacenter: 'dc9', ...plainTls };
  const one = await SourceUnderTest.open({ kind: 'consul', connection });
  opened.push(one);
  return one;
};
const entries = (value: string) =>
  JSON.stringify([{ Key: 'app/k', Value: Buffer.from(value).toString('base64'), Flags: 0, ModifyIndex: 7 }]);
/** The first time at once, then as long as the client waits. */
const agent = (value: string) => (request: IncomingMessage, response: ServerResponse) => {
  if (/index=/.test(request.url ?? '')) return;
  response.writeHead(200, { 'X-Consul-Index': '7' }).end(entries(value));
};

describe('an agent as a source', () => {
  test('it is asked for the datacenter and with the token of the settings', async () => {
    answer = agent('v');
    expect(await (await open(addressOf())).below('app')).toEqual({ '/app/k': 'v' });
    expect(asked).toEqual(['/v1/kv/app?dc=dc9&recurse= t']);
  });

  test('404 with an index is an empty tree, 404 without one is none of an agent', async () => {
    const source = await open(addressOf());
    answer = (_, response) => response.writeHead(404, { 'X-Consul-Index': '3' }).end();
    expect(await source.below('app')).toEqual({});
    expect(await source.value('app/k')).toBe(null);
    answer = (_, response) => response.writeHead(404).end('404 page not found');
    await expect(source.below('app')).rejects.toThrow('the answer is not one of an agent: nothing there, and no index');
    await expect(source.value('app/k')).rejects.toThrow(/not one of an agent/);
  });

  test('a key with too many slashes is the one that the agent takes it for', async () => {
    answer = (request, response) => {
      const url = request.url ?? '';
      if (url.includes('//')) response.writeHead(301, { Location: url.replace('//', '/') }).end();
      else agent('v')(request, response);
    };
    const source = await open(addressOf());
    expect(await source.below('app//k')).toEqual({ '/app/k': 'v' });
    const seen = source.follow('app//k');
    await eventually(() => expect(seen).toEqual([{ '/app/k': 'v' }]), { withinMs });
  });

  test('a page of a proxy, an error, silence and the way back', async () => {
    answer = agent('1');
    const seen = (await open(addressOf())).follow('app');
    const shows = (last: unknown) => eventually(() => expect(seen.at(-1)).toEqual(last), { withinMs });
    await shows({ '/app/k': '1' });
    answer = (_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>maintenance</h1>');
    server.closeAllConnections();
    await shows(expect.stringContaining('the answer is no JSON'));
    answer = (_, response) => response.writeHead(500).end('No cluster leader');
    await shows('Unexpected response code: 500 (No cluster leader)');
    answer = (_, response) => response.writeHead(502).end(`<html>\n${'x'.repeat(100_000)}</html>`);
    await shows(expect.stringMatching(/^Unexpected response code: 502 \(<html> x{193}…\)$/));
    const { port } = server.address() as AddressInfo;
    await close();
    await shows(`http://127.0.0.1:${port} does not answer: dial tcp 127.0.0.1:${port}: connect: connection refused`);
    answer = agent('2');
    await listen(port);
    await shows({ '/app/k': '2' });
  });

  test('the next address is asked when one does not answer', async () => {
    answer = agent('v');
    expect(await (await open('http://127.0.0.1:1', addressOf())).below('app')).toEqual({ '/app/k': 'v' });
    const seen = (await open('http://127.0.0.1:1', addressOf())).follow('app');
    await eventually(() => expect(seen.at(-1)).toEqual({ '/app/k': 'v' }), { withinMs });
    expect(seen[0]).toMatch(/127\.0\.0\.1:1 does not answer/);
  });
});
