/** Handlers on real programs and a real HTTP server. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { handlerOf } from '../../../watch/handlers.js';
import type { WatchHandler } from '../../../watch/plan.js';

const change = { data: { a: '<b>' }, index: '17179869184123456789' };
const never = new AbortController().signal;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-handlers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('programs', () => {
  test('get the data as a line of JSON and the index in the environment', async () => {
    const script = 'cat; echo "$CONSUL_INDEX $MESH_INDEX $1"';
    let output = '';
    const handler = handlerOf({ kind: 'command', args: ['sh', '-c', script, 'sh', 'x y'] }, { onOutput: (text) => (output += text) });
    await handler(change, never);
    expect(output).toBe('{"a":"\\u003cb\\u003e"}\n17179869184123456789 17179869184123456789 x y\n');
  });

  test('a shell line is run by a shell', async () => {
    await handlerOf({ kind: 'shell', line: `cat | tr b c > ${folder}/out` }, { onOutput: () => {} })(change, never);
    expect(readFileSync(`${folder}/out`, 'utf8')).toBe('{"a":"\\u003cc\\u003e"}\n');
  });

  test('one that does not read its input is no failure', async () => {
    await handlerOf({ kind: 'command', args: ['true'] }, { onOutput: () => {} })({ data: 'x'.repeat(300_000), index: '1' }, never);
  });

  test.each([
    { args: ['sh', '-c', 'exit 4'], text: 'Error executing handler: exit status 4' },
    { args: ['sh', '-c', 'kill -9 $$'], text: 'Error executing handler: signal: SIGKILL' },
    { args: ['no-such-program-here'], text: 'Error starting handler: exec: "no-such-program-here": executable file not found in $PATH' },
  ])('$text', async ({ args, text }) => {
    await expect(handlerOf({ kind: 'command', args }, { onOutput: () => {} })(change, never)).rejects.toThrow(text);
  });

  test('stopping ends one with everything it started', async () => {
    const stop = new AbortController();
    const running = handlerOf({ kind: 'shell', line: 'sleep 30; echo late' }, { onOutput: () => {} })(change, stop.signal);
    setTimeout(() => stop.abort(new Error('stopped')), 50);
    await expect(running).rejects.toThrow('stopped');
  });
});

describe('HTTP', () => {
  type Answer = (request: IncomingMessage, body: string) => { status: number; body: string } | null;

  async function calling(answer: Answer, options: Partial<Extract<WatchHandler, { kind: 'http' }>> = {}, signal = never): Promise<void> {
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const reply = answer(request, body);
      if (reply) response.writeHead(reply.status).end(reply.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook`;
    try {
      await handlerOf({ kind: 'http', url, method: 'POST', headers: {}, timeoutMs: 5000, skipTlsVerify: false, ...options })(
        change,
        signal,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test('gets the data as its body and the index as a header', async () => {
    let seen: unknown;
    await calling(
      ({ method, url, headers }, body) => {
        seen = { method, url, body, index: headers['x-consul-index'], type: headers['content-type'], own: headers['x-own'] };
        return { status: 204, body: '' };
      },
      { method: 'PUT', headers: { 'X-Own': ['1', '2'] } },
    );
    expect(seen).toEqual({
      method: 'PUT',
      url: '/hook',
      body: '{"a":"\\u003cb\\u003e"}\n',
      index: '17179869184123456789',
      type: 'application/json',
      own: '1, 2',
    });
  });

  test('any status but 2xx is a failure', async () => {
    await expect(calling(() => ({ status: 503, body: 'later' }))).rejects.toThrow('HTTP handler answered 503: later');
  });

  test('no answer in time is a failure', async () => {
    await expect(calling(() => null, { timeoutMs: 50 })).rejects.toThrow('no answer within 50 ms');
  });

  test('nobody there is a failure', async () => {
    await expect(calling(() => null, { url: 'http://127.0.0.1:1/' })).rejects.toThrow('Error calling HTTP handler "http://127.0.0.1:1/"');
  });

  test('stopping lets the request go', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('stopped')), 50);
    await expect(calling(() => null, {}, stop.signal)).rejects.toThrow('stopped');
  });
});
