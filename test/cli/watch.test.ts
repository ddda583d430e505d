/** `mesh watch` and `watches` of the configuration against real agents: what a person sees over time, which recordings do not show. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { isRunning } from '../support/process-figures.js';

let agent: TestAgent;
let folder: string;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-watch-'));
});
afterEach(async () => {
  await Promise.all([...running].map(end));
  rmSync(folder, { recursive: true, force: true });
});

function watching(...words: string[]): { readonly process: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['bin/mesh', 'watch', `-http-addr=${agent.http}`, ...words]);
  running.add(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return { process: child, output: () => output };
}

function end(child: ChildProcess): Promise<number | null> {
  running.delete(child);
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  return ended;
}

async function put(key: string, value: string): Promise<void> {
  const answer = await fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
  expect(await answer.text()).toMatch(/^true/);
}

function lines(name: string): string[] {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
}

describe('mesh watch', () => {
  test('a slow handler runs once at a time and sees the last of many changes', async () => {
    await put('slow', '0');
    // "begin" and "end" alternate when no two run at once; the value follows "end".
    const held = `while ! test -e ${folder}/go && test -d ${folder}; do sleep 0.05; done`;
    const script = `echo begin >> ${folder}/log; v=$(cat); ${held}; echo "end $v" >> ${folder}/log`;
    watching('-type=key', '-key=slow', script);
    await eventually(() => expect(lines('log')).toContain('begin'), { withinMs: 10_000 });
    for (let i = 1; i <= 30; i += 1) await put('slow', `${i}`);
    writeFileSync(join(folder, 'go'), '');
    const last = `"Value":"${Buffer.from('30').toString('base64')}"`;
    await eventually(() => expect(lines('log').at(-1)).toContain(last), { withinMs: 10_000 });
    const log = lines('log');
    expect(log.map((line) => line.split(' ')[0])).toEqual(log.map((_, i) => (i % 2 === 0 ? 'begin' : 'end')));
    // Two for the first value, two for the last, and as many for one that was on its way in between.
    expect(log.length).toBeLessThanOrEqual(6);
  });

  test('a change reaches the handler within a moment', async () => {
    await put('quick', 'a');
    const { output } = watching('-type=key', '-key=quick', '-shell=false', 'cat');
    await eventually(() => expect(output().split('\n')).toHaveLength(2), { withinMs: 10_000 });
    // One of several: a busy machine may keep any of them waiting.
    const tookMs: number[] = [];
    for (let change = 1; change <= 5; change++) {
      const begun = performance.now();
      await put('quick', `${change}`);
      await eventually(() => expect(output().split('\n')).toHaveLength(2 + change), { withinMs: 10_000 });
      tookMs.push(performance.now() - begun);
    }
    expect(Math.min(...tookMs)).toBeLessThan(1_000);
  });

  test('survives a restart of the agent, and runs its handler only for what is new', async () => {
    const data = join(folder, 'data');
    const flags = ['-server', '-bootstrap-expect=1', `-data-dir=${data}`, '-node=n'];
    const first = await startAgent(flags);
    const address = first.http;
    await fetch(`${address}/v1/kv/a`, { method: 'PUT', body: '1' });
    const { output } = watching(`-http-addr=${address}`, '-type=key', '-key=a', '-shell=false', 'cat');
    await eventually(() => expect(output()).toContain('"MQ=="'), { withinMs: 10_000 });
    await first.stop();
    await eventually(() => expect(output()).toContain('Watch errored: type=key'), { withinMs: 10_000 });
    const second = await startAgent(flags, {}, [], { httpPort: Number(new URL(address).port) });
    try {
      await fetch(`${second.http}/v1/kv/a`, { method: 'PUT', body: '2' });
      await eventually(() => expect(output()).toContain('"Mg=="'), { withinMs: 30_000 });
      expect(output().match(/"MQ=="/g)).toHaveLength(1);
    } finally {
      await second.stop();
    }
  });

  test('a signal ends a handler with everything it started', async () => {
    await put('long', 'x');
    const { process: child } = watching('-type=key', '-key=long', `sleep 60 & echo $! > ${folder}/pid; wait`);
    await eventually(() => expect(lines('pid')).toHaveLength(1), { withinMs: 10_000 });
    expect(await end(child)).toBe(0);
    await eventually(() => expect(isRunning(Number(lines('pid')[0]))).toBe(false), { withinMs: 5_000 });
  });
});

describe('watches of the configuration', () => {
  test('run programs and HTTP handlers, and change with a reload', async () => {
    const bodies: string[] = [];
    const hook = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      bodies.push(`${request.method} ${request.headers['x-consul-index']} ${body}`);
      response.end();
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const address = hook.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
    const http = { type: 'key', key: 'hooked', handler_type: 'http', http_handler_config: { path: url, method: 'PUT' } };
    const script = (key: string) => ({ type: 'key', key, args: ['sh', '-c', `cat >> ${folder}/${key}`] });
    const config = join(folder, 'watches.json');
    writeFileSync(config, JSON.stringify({ watches: [http, script('one')] }));
    const own = await startAgent(['-dev', `-config-file=${config}`]);
    try {
      await eventually(() => expect(bodies).toEqual([expect.stringMatching(/^PUT [1-9]\d* null\n$/)]), { withinMs: 10_000 });
      await eventually(() => expect(lines('one')).toEqual(['null']), { withinMs: 10_000 });
      writeFileSync(config, JSON.stringify({ watches: [http, script('two')] }));
      await fetch(`${own.http}/v1/agent/reload`, { method: 'PUT' });
      await eventually(() => expect(lines('two')).toEqual(['null']), { withinMs: 10_000 });
      for (const key of ['one', 'two', 'hooked']) await fetch(`${own.http}/v1/kv/${key}`, { method: 'PUT', body: key });
      await eventually(() => expect(lines('two')).toHaveLength(2), { withinMs: 10_000 });
      await eventually(() => expect(bodies).toHaveLength(2), { withinMs: 10_000 });
      expect(lines('one')).toEqual(['null']);
    } finally {
      await own.stop();
      hook.close();
    }
  });
});
