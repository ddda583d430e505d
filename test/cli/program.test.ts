/** The program as it is installed and piped: links, broken pipes, raw bytes, sockets, and how little it loads. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';

let agent: TestAgent;
const folder = mkdtempSync(join(tmpdir(), 'mesh-program-'));
const socket = join(folder, 'http.sock');

beforeAll(async () => {
  const config = join(folder, 'sockets.json');
  writeFileSync(config, JSON.stringify({ addresses: { http: `127.0.0.1 unix://${socket}` } }));
  agent = await startAgent(['-dev', `-config-file=${config}`]);
});
afterAll(async () => {
  await agent.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly out: Buffer;
  readonly err: string;
}

function mesh(words: readonly string[], { input = '', program = 'bin/mesh', env = {} } = {}): Promise<Ended> {
  return new Promise((done) => {
    const options = { encoding: 'buffer' as const, env: { ...process.env, MESH_HTTP_ADDR: agent.http, ...env } };
    const child = execFile(process.execPath, [program, ...words], options, (error, out, err) =>
      done({ status: error ? Number(error.code) : 0, out, err: err.toString() }),
    );
    child.stdin?.end(input);
  });
}

test('a value goes in and comes out byte for byte', async () => {
  const bytes = Buffer.from([0, 255, 10, 13, 128]);
  const child = spawn(process.execPath, ['bin/mesh', 'kv', 'put', 'raw', '-'], { env: { ...process.env, MESH_HTTP_ADDR: agent.http } });
  child.stdin.end(bytes);
  expect(await new Promise((done) => child.once('exit', done))).toBe(0);
  expect((await mesh(['kv', 'get', 'raw'])).out).toEqual(Buffer.concat([bytes, Buffer.from('\n')]));
});

test('the agent is asked over a socket file as well', async () => {
  const { status, out, err } = await mesh(['members'], { env: { MESH_HTTP_ADDR: `unix://${socket}` } });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out.toString()).toMatch(/alive/);
});

test('an output that nobody reads ends it without a word', async () => {
  await mesh(['kv', 'put', 'large', '-'], { input: 'x'.repeat(500_000) });
  const pipe = `${process.execPath} bin/mesh kv get large 2> ${folder}/err | head -c 1 > /dev/null; echo "\${PIPESTATUS[0]}"; cat ${folder}/err`;
  const shown = execFileSync('bash', ['-c', pipe], { env: { ...process.env, MESH_HTTP_ADDR: agent.http }, encoding: 'utf8' });
  expect(shown).toBe('141\n');
});

test.each(['kv get -keys', 'kv get -h', '-h'])('an output that cannot be written is one line: mesh %s', (words) => {
  const shown = execFileSync('bash', ['-c', `${process.execPath} bin/mesh ${words} 2>&1 > /dev/full; echo "$?"`], {
    env: { ...process.env, MESH_HTTP_ADDR: agent.http },
    encoding: 'utf8',
  });
  expect(shown).toBe('ENOSPC: no space left on device, write\n1\n');
});

test('it runs through a symbolic link from anywhere', () => {
  const link = join(folder, 'mesh');
  symlinkSync(resolve('bin/mesh'), link);
  expect(execFileSync(link, ['version'], { cwd: folder, encoding: 'utf8' })).toMatch(/^Mesh v/);
});

describe('what is loaded', () => {
  /** Bytes of our own code that a command reads. */
  async function loadedBy(...words: string[]): Promise<number> {
    const hook = join(folder, 'hook.cjs');
    writeFileSync(hook, "process.on('exit', () => require('node:fs').writeSync(2, Object.keys(require.cache).join('\\n')));\n");
    const { err } = await mesh(words, { env: { NODE_OPTIONS: `--require ${hook}` } });
    const parts = err.split('\n').filter((path) => path.includes('/dist/'));
    expect(parts.length).toBeGreaterThan(2);
    return parts.reduce((bytes, path) => bytes + statSync(path).size, 0);
  }

  test('for the version is next to nothing', async () => {
    expect(await loadedBy('version')).toBeLessThan(22_000);
  });

  test('for a key is the client and no agent', async () => {
    expect(await loadedBy('kv', 'get', '-recurse', 'none')).toBeLessThan(60_000);
  });
});
