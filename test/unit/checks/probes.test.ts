/** Probes against small servers on loopback. The everyday cases are in the recorded scenarios; here is what those do not reach. */
import { getEventListeners } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { dockerProbe } from '../../../src/checks/docker-probe.js';
import { grpcProbe } from '../../../src/checks/grpc-probe.js';
import { type HttpTarget, httpProbe } from '../../../src/checks/http-probe.js';
import { scriptProbe } from '../../../src/checks/script-probe.js';
import { tcpProbe } from '../../../src/checks/tcp-probe.js';
import { silentLogger } from '../../../src/lib/log.js';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const web = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`;
const never = new AbortController().signal;
const settings = { checkId: 'c', timeoutMs: 2000, outputBytesMax: 100, log: silentLogger };
const noTls = { skipVerify: false, serverName: '', authorities: [], certificate: '', key: '' };
const look = (target: Partial<HttpTarget> & { url: string }, more = {}) =>
  httpProbe({ method: '', body: '', headers: {}, disableRedirects: false, tls: noTls, ...target }, { ...settings, ...more }).run(never);

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

describe('an HTTP check', () => {
  test('unpacks what it asked to be packed', async () => {
    const url = await web((request, response) => {
      const packed = request.headers['accept-encoding'] === 'gzip';
      response.setHeader('content-encoding', packed ? 'gzip' : 'identity').end(packed ? gzipSync('packed') : 'plain');
    });
    expect(await look({ url })).toEqual({ status: 'passing', output: `HTTP GET ${url}: 200 OK Output: packed` });
  });

  test.each([
    [302, 'GET /b '],
    [303, 'GET /b '],
    [307, 'POST /b sent'],
    [308, 'POST /b sent'],
  ])('a POST that is redirected with %d becomes %s', async (status, seen) => {
    const url = await web(async (request, response) => {
      if (request.url === '/a') response.writeHead(status, { location: '/b' }).end();
      else response.end(`${request.method} ${request.url} ${await bodyOf(request)}`);
    });
    expect((await look({ url: `${url}/a`, method: 'POST', body: 'sent' })).output).toBe(`HTTP POST ${url}/a: 200 OK Output: ${seen}`);
  });

  test('follows ten redirects at most', async () => {
    let seen = 0;
    const url = await web((_request, response) => {
      seen += 1;
      response.writeHead(302, { location: '/again' }).end();
    });
    expect(await look({ url })).toEqual({ status: 'critical', output: `Get "${url}/again": stopped after 10 redirects` });
    expect(seen).toBe(10);
  });

  test('tells no other host what is for the first one', async () => {
    const other = await web((request, response) => response.end(JSON.stringify([request.headers.authorization, request.headers['x-own']])));
    const url = await web((_request, response) => response.writeHead(302, { location: other }).end());
    const { output } = await look({ url, headers: { Authorization: ['secret'], 'X-Own': ['kept'] } });
    expect(output).toContain('[null,"kept"]');
  });

  test('a header in another spelling replaces the default', async () => {
    const url = await web((request, response) => response.end(request.headers['user-agent']));
    expect((await look({ url, headers: { 'user-agent': ['mine'] } })).output).toMatch(/Output: mine$/);
  });

  test('a server that hangs up is told', async () => {
    const url = await web((request) => request.socket.destroy());
    expect(await look({ url: `${url}/x` })).toEqual({ status: 'critical', output: `Get "${url}/x": EOF` });
  });

  test('names that nobody knows', async () => {
    expect(await look({ url: 'http://no-such-host.invalid/' })).toMatchObject({
      status: 'critical',
      output: expect.stringMatching(/^Get "http:\/\/no-such-host\.invalid\/": dial tcp: lookup no-such-host\.invalid: /),
    });
  });

  test('leaves nothing at the signal of its check, however often it runs', async () => {
    const url = await web((_request, response) => response.end());
    const { signal } = new AbortController();
    const probe = httpProbe({ url, method: '', body: '', headers: {}, disableRedirects: false, tls: noTls }, settings);
    for (let i = 0; i < 3; i += 1) await probe.run(signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('lets go when stopped', async () => {
    const url = await web(() => {});
    const aborter = new AbortController();
    const running = httpProbe({ url, method: '', body: '', headers: {}, disableRedirects: false, tls: noTls }, settings).run(
      aborter.signal,
    );
    aborter.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
  });
});

describe('a TCP check', () => {
  test('gives up after its time', async () => {
    // RFC 5737: nobody has this address; some networks say so at once.
    const probe = tcpProbe('192.0.2.1:9', { ...settings, timeoutMs: 50 });
    expect(await probe.run(never)).toMatchObject({ status: 'critical', output: expect.stringMatching(/^dial tcp 192\.0\.2\.1:9: /) });
  });

  test('leaves no connection behind', async () => {
    let closed = 0;
    const port = await listen(
      createTcpServer((socket) =>
        socket
          .resume()
          .on('close', () => (closed += 1))
          .on('error', () => {}),
      ),
    );
    expect(await tcpProbe(`127.0.0.1:${port}`, settings).run(never)).toEqual({
      status: 'passing',
      output: `TCP connect 127.0.0.1:${port}: Success`,
    });
    await expect.poll(() => closed).toBe(1);
  });
});

describe('a gRPC check', () => {
  const grpcServer = (answer: (stream: ServerHttp2Stream, body: Buffer) => void) => {
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => answer(stream, Buffer.concat(chunks)));
    });
    return listen(server);
  };

  test('asks for a service of any length', async () => {
    let seen: Buffer = Buffer.alloc(0);
    const port = await grpcServer((stream, body) => {
      seen = body;
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
    });
    const service = 'x'.repeat(300);
    const probe = grpcProbe({ address: `127.0.0.1:${port}/${service}`, tls: null }, settings);
    expect(await probe.run(never)).toMatchObject({ status: 'passing' });
    expect(seen.readUInt32BE(1)).toBe(303);
    expect(seen.subarray(5, 8)).toEqual(Buffer.from([0x0a, 0xac, 0x02]));
  });

  test('a server that speaks HTTP/2 and no gRPC is critical', async () => {
    const port = await grpcServer((stream) => {
      stream.respond({ ':status': 404 });
      stream.end();
    });
    expect(await grpcProbe({ address: `127.0.0.1:${port}`, tls: null }, settings).run(never)).toEqual({
      status: 'critical',
      output: 'rpc error: code = Unknown desc = unexpected HTTP status code received from server: 404',
    });
  });

  test('an address without a port', async () => {
    const { output } = await grpcProbe({ address: 'nowhere/x', tls: null }, settings).run(never);
    expect(output).toMatch(/^rpc error: code = Unavailable .*missing port in address"$/);
  });
});

describe('a check in a container', () => {
  const engine = (output: Buffer, exitCode: number) =>
    listen(
      createServer((request, response) => {
        if (request.url?.endsWith('/start')) response.end(output);
        else if (request.url?.endsWith('/json')) response.end(JSON.stringify({ ExitCode: exitCode }));
        else response.writeHead(201).end('{"Id":"e1"}');
      }),
    );
  const frame = (text: string, stream: number) => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };

  test.each([
    { name: 'in frames', output: Buffer.concat([frame('out\n', 1), frame('err\n', 2)]), text: 'out\nerr\n' },
    { name: 'as it is', output: Buffer.from('plain\n'), text: 'plain\n' },
  ])('takes output $name', async ({ output, text }) => {
    const port = await engine(output, 1);
    const probe = dockerProbe(
      { container: 'box', args: ['x'], engine: { kind: 'tcp', host: '127.0.0.1', port } },
      { ...settings, timeoutMs: 0 },
    );
    expect(await probe.run(never)).toEqual({ status: 'warning', output: text });
  });
});

describe('a script check', () => {
  test('is ended with the probe', async () => {
    const aborter = new AbortController();
    const running = scriptProbe(['sleep', '20'], { ...settings, timeoutMs: 30_000 }).run(aborter.signal);
    aborter.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
  });
});
