/** The life of `mesh agent` as its operator sees it: start, reload, stop, and the ways a start can fail. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';

let directory = '';
const agents: TestAgent[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-agent-'));
});
afterEach(async () => {
  for (const agent of agents.splice(0))
    if (agent.process.exitCode === null && agent.process.signalCode === null) await agent.stop('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

async function start(flags: readonly string[] = ['-dev']): Promise<TestAgent> {
  const agent = await startAgent(flags);
  agents.push(agent);
  return agent;
}

const server = (): string[] => ['-server', '-bootstrap-expect=1', '-data-dir', join(directory, 'data'), '-node=keeper'];

function configure(name: string, content: unknown): void {
  writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
}

async function json(agent: TestAgent, path: string): Promise<Record<string, { readonly Port?: number; readonly Status?: string }>> {
  return (await (await fetch(`${agent.http}${path}`)).json()) as Record<string, { Port?: number; Status?: string }>;
}

/** What it prints may come after it has answered. */
const said = (agent: TestAgent, text: string) => eventually(() => expect(agent.output()).toContain(text), { withinMs: 5000 });

/** Runs an agent that is expected to end by itself. */
async function refusedAgent(...flags: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['bin/mesh', 'agent', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

describe('start', () => {
  test('the banner says who it is and where it listens, and log lines follow', async () => {
    const agent = await start(['-dev', '-node=first', '-datacenter=east']);
    const port = new URL(agent.http).port;
    await said(agent, '[INFO]  agent: Starting server: ');
    expect(agent.output()).toMatch(
      /^==> Starting Mesh agent\.\.\.\n {11}Version: '.+'\n {11}Node ID: '[0-9a-f-]{36}'\n {9}Node name: 'first'\n/,
    );
    expect(agent.output()).toContain(`Client Addr: [127.0.0.1] (HTTP: ${port}, HTTPS: -1, gRPC: 8502, DNS: ${agent.dnsPort})`);
    expect(agent.output()).toMatch(
      /\n\d{4}-\d\d-\d\dT[\d:.]+Z \[INFO\] {2}agent: Starting server: address=127\.0\.0\.1:\d+ network=tcp protocol=http\n/,
    );
  });

  test('with -log-json there is no banner and every line is JSON', async () => {
    const agent = await start(['-dev', '-log-json']);
    await said(agent, '"@module"');
    await agent.stop();
    const lines = agent.output().trimEnd().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object).slice(0, 3))).toContainEqual(['@level', '@message', '@module']);
  });

  test('a key without effect is told in one line', async () => {
    configure('a.json', { telemetry: { statsd_address: 'x:1' }, performance: { raft_multiplier: 3 } });
    const agent = await start(['-dev', '-config-dir', directory]);
    await said(agent, '[WARN]  agent: "telemetry.statsd_address" is accepted, has no effect in this version\n');
  });

  test('a token is never printed', async () => {
    configure('a.json', {
      acl: { tokens: { default: 'sesame-1', agent: 'sesame-2' } },
      services: [{ name: 'web', token: 'sesame-3', check: { name: 'c', ttl: '1h', token: 'sesame-4' } }],
      watches: [{ type: 'nodes', token: 'sesame-5', args: ['true'] }],
    });
    const agent = await start(['-dev', '-log-level=trace', '-config-dir', directory]);
    const self = await (await fetch(`${agent.http}/v1/agent/self`)).text();
    await agent.stop('SIGTERM');
    expect(`${agent.output()}${self}`).not.toContain('sesame');
  });
});

describe('reload', () => {
  test.each([
    { name: 'SIGHUP', reload: (agent: TestAgent) => Promise.resolve(agent.process.kill('SIGHUP')) },
    { name: 'PUT /v1/agent/reload', reload: (agent: TestAgent) => fetch(`${agent.http}/v1/agent/reload`, { method: 'PUT' }) },
  ])('$name brings in what has changed and drops nothing else', async ({ reload }) => {
    configure('a.json', {
      services: [{ name: 'stays', check: { id: 'held', name: 'held', ttl: '1h' } }, { name: 'moves', port: 1 }, { name: 'goes' }],
    });
    const agent = await start(['-dev', '-config-dir', directory]);
    await fetch(`${agent.http}/v1/agent/check/pass/held`, { method: 'PUT' });
    await fetch(`${agent.http}/v1/agent/service/register`, { method: 'PUT', body: JSON.stringify({ Name: 'by-hand' }) });
    configure('a.json', {
      services: [{ name: 'stays', check: { id: 'held', name: 'held', ttl: '1h' } }, { name: 'moves', port: 2 }, { name: 'comes' }],
    });
    await reload(agent);
    const names = ['by-hand', 'comes', 'moves', 'stays'];
    const services = await eventually(
      async () => {
        const known = await json(agent, '/v1/agent/services');
        expect(Object.keys(known).sort()).toEqual(names);
        return known;
      },
      { withinMs: 5000 },
    );
    expect(services.moves?.Port).toBe(2);
    expect((await json(agent, '/v1/agent/checks')).held?.Status).toBe('passing');
  });

  test.each([
    { name: 'a file that is no JSON', content: '{ "service": ', text: 'unexpected end of JSON input (line 1, column 14)' },
    { name: 'an unknown key', content: { servise: {} }, text: 'invalid config key servise (did you mean "service"?)' },
    {
      name: 'a check that contradicts itself',
      content: { services: [{ name: 'new' }], check: { name: 'c', ttl: '1s', interval: '1s', tcp: 'x:1' } },
      text: 'Interval and TTL cannot both be specified',
    },
    {
      name: 'a watch of no known type',
      content: { services: [{ name: 'new' }], watches: [{ type: 'nope', args: ['true'] }] },
      text: 'Unsupported watch type: nope',
    },
    { name: 'a log level there is not', content: { services: [{ name: 'new' }], log_level: 'loud' }, text: 'Invalid log level: loud' },
  ])('$name leaves everything as it was', async ({ content, text }) => {
    configure('a.json', { service: { name: 'old' } });
    const agent = await start(['-dev', '-config-dir', directory]);
    configure('b.json', content);
    const answer = await fetch(`${agent.http}/v1/agent/reload`, { method: 'PUT' });
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining(text)]);
    expect(Object.keys(await json(agent, '/v1/agent/services'))).toEqual(['old']);
    agent.process.kill('SIGHUP');
    await eventually(() => expect(agent.output()).toContain('[ERROR] agent: Reload config failed: error='), { withinMs: 5000 });
    rmSync(join(directory, 'b.json'));
    expect((await fetch(`${agent.http}/v1/agent/reload`, { method: 'PUT' })).status).toBe(200);
  });

  test('blocked queries wait on through a reload', async () => {
    const agent = await start(['-dev', '-config-dir', directory]);
    await fetch(`${agent.http}/v1/kv/a`, { method: 'PUT', body: '1' });
    const index = (await fetch(`${agent.http}/v1/kv/a`)).headers.get('x-consul-index');
    const blocked = fetch(`${agent.http}/v1/kv/a?index=${index}&raw`);
    await fetch(`${agent.http}/v1/agent/reload`, { method: 'PUT' });
    await fetch(`${agent.http}/v1/kv/a`, { method: 'PUT', body: '2' });
    expect(await (await blocked).text()).toBe('2');
  });

  test('watches that stay are not run again, new ones start, gone ones stop', async () => {
    const watchOf = (key: string) => ({ type: 'key', key, args: ['/bin/sh', '-c', `echo run >> ${directory}/${key}`] });
    const runs = (key: string) => statSync(join(directory, key), { throwIfNoEntry: false })?.size ?? 0;
    configure('a.json', { watches: [watchOf('stays'), watchOf('goes')] });
    const agent = await start(['-dev', '-config-file', join(directory, 'a.json')]);
    await eventually(() => expect([runs('stays'), runs('goes')]).toEqual([4, 4]), { withinMs: 5000 });
    configure('a.json', { watches: [watchOf('stays'), watchOf('comes')] });
    await fetch(`${agent.http}/v1/agent/reload`, { method: 'PUT' });
    await eventually(() => expect(runs('comes')).toBe(4), { withinMs: 5000 });
    for (const key of ['stays', 'goes']) await fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: 'x' });
    await eventually(() => expect(runs('stays')).toBe(8), { withinMs: 5000 });
    expect(runs('goes')).toBe(4);
  });
});

describe('stop', () => {
  test.each([
    {
      name: 'SIGTERM ends a server with status 1, without a leave',
      flags: [],
      signal: 'SIGTERM',
      code: 1,
      line: 'Graceful shutdown disabled. Exiting',
    },
    { name: 'SIGINT likewise', flags: [], signal: 'SIGINT', code: 1, line: 'Graceful shutdown disabled. Exiting' },
    {
      name: 'leave_on_terminate makes it leave, with status 0',
      flags: ['-hcl=leave_on_terminate = true'],
      signal: 'SIGTERM',
      code: 0,
      line: 'Graceful exit completed',
    },
  ] as const)('$name', async ({ flags, signal, code, line }) => {
    const agent = await start(['-dev', ...flags]);
    expect(await agent.stop(signal)).toBe(code);
    expect(agent.output()).toContain(line);
  });

  test('an agent without listeners runs on until it is told to stop', async () => {
    const child = spawn(process.execPath, ['bin/mesh', 'agent', '-dev', '-http-port=-1', '-dns-port=-1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    await eventually(() => expect(output).toContain('Mesh agent running!'), { withinMs: 20_000 });
    // Without anything that keeps it up it would be gone as soon as the start is over.
    const early = await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000, 'running'))]);
    child.kill('SIGINT');
    expect([early, await ended]).toEqual(['running', 1]);
  });

  test('PUT /v1/agent/leave is answered, then it ends with status 0', async () => {
    const agent = await start();
    const ended = new Promise((resolve) => agent.process.once('exit', resolve));
    expect((await fetch(`${agent.http}/v1/agent/leave`, { method: 'PUT' })).status).toBe(200);
    expect(await ended).toBe(0);
  });

  test('a blocked query is let go at once', async () => {
    const agent = await start();
    const blocked = fetch(`${agent.http}/v1/catalog/nodes?index=1000000&wait=5m`).then(
      (answer) => answer.status,
      () => 'cut',
    );
    const before = Date.now();
    await agent.stop('SIGTERM');
    // Of the five minutes that were asked for.
    expect(Date.now() - before).toBeLessThan(20_000);
    expect([200, 500, 503, 'cut']).toContain(await blocked);
  });
});

describe('data directory', () => {
  test('node id, keys and registrations survive a restart', async () => {
    const first = await start(server());
    await fetch(`${first.http}/v1/kv/kept`, { method: 'PUT', body: 'yes' });
    await fetch(`${first.http}/v1/agent/service/register`, { method: 'PUT', body: JSON.stringify({ Name: 'stay', Port: 7 }) });
    const id = (await json(first, '/v1/agent/self')).Config;
    await first.stop('SIGTERM');
    const second = await start(server());
    expect(await (await fetch(`${second.http}/v1/kv/kept?raw`)).text()).toBe('yes');
    expect((await json(second, '/v1/agent/services')).stay?.Port).toBe(7);
    expect((await json(second, '/v1/agent/self')).Config).toEqual(id);
    expect(statSync(join(directory, 'data/node-id')).mode & 0o777).toBe(0o600);
  });

  test('a second agent on the same directory ends with a line that names it', async () => {
    await start(server());
    const { code, output } = await refusedAgent(
      ...server(),
      '-bind=127.0.0.1',
      `-http-port=${await freePort()}`,
      `-dns-port=${await freePort()}`,
    );
    expect(code).toBe(1);
    const errors = output.split('\n').filter((line) => line.includes('[ERROR]'));
    expect(errors).toEqual([expect.stringContaining(join(directory, 'data'))]);
  });

  test('a directory that is a file is refused', async () => {
    configure('data', 'x');
    expect(await refusedAgent(...server(), '-bind=127.0.0.1')).toEqual({
      code: 1,
      output: `==> data_dir "${join(directory, 'data')}" is not a directory\n`,
    });
  });
});

describe('a start that fails', () => {
  test('a port in use is named with its protocol', async () => {
    const agent = await start();
    const { port } = new URL(agent.http);
    const { code, output } = await refusedAgent('-dev', `-http-port=${port}`, `-dns-port=${await freePort()}`);
    expect(code).toBe(1);
    expect(output).toContain(`[ERROR] agent: Error starting agent: error="listen tcp 127.0.0.1:${port}: bind: address already in use`);
    const other = await refusedAgent('-dev', `-http-port=${await freePort()}`, `-dns-port=${agent.dnsPort}`);
    expect(other.output).toContain(`127.0.0.1:${agent.dnsPort}: bind: address already in use`);
  });

  test.each([
    { name: 'no data directory', flags: ['-server'], line: '==> data_dir cannot be empty' },
    {
      name: 'several servers',
      flags: ['-server', '-data-dir=d', '-bootstrap-expect=3', '-bind=127.0.0.1'],
      line: '==> this version runs single servers only: "bootstrap_expect = 3" cannot be; set it to 1',
    },
    { name: 'no server', flags: ['-data-dir=d', '-bind=127.0.0.1'], line: '==> this version runs single servers only: give "-dev", or' },
    { name: 'joining', flags: ['-dev', '-retry-join=10.0.0.1'], line: '==> this version runs single servers only: take "retry_join"' },
    { name: 'ACLs', flags: ['-dev', '-hcl=acl { enabled = true }'], line: '==> this version cannot do what "acl.enabled" asks for' },
    { name: 'words that are no flags', flags: ['-dev', 'extra'], line: '==> Unexpected extra arguments: [extra]' },
  ])('refused with one line: $name', async ({ flags, line }) => {
    const { code, output } = await refusedAgent(...flags);
    expect(code).toBe(1);
    expect(output.startsWith(line)).toBe(true);
    expect(output.trimEnd().split('\n')).toHaveLength(1);
  });
});
