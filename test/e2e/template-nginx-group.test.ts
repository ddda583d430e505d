/** A group before a real nginx: its main file and one file per virtual host, checked together before any of them is in place. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { has } from '../../bin/dev/setup.mjs';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';

const withinMs = 20_000;
let agent: TestAgent;
let directory: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  agent = await startAgent();
  directory = mkdtempSync(join(tmpdir(), 'mesh-nginx-group-'));
  mkdirSync(join(directory, 'vhosts'));
});
afterEach(async () => {
  for (const child of children.splice(0).reverse()) await ended(child, 'SIGTERM');
  await agent.stop();
  rmSync(directory, { recursive: true });
});

const at = (name: string) => join(directory, name);
const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const start = (command: string, ...args: string[]) => {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return () => output;
};
const ended = (child: ChildProcess, signal: NodeJS.Signals) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill(signal);
  });
const answerOf = (port: number, host: string) =>
  new Promise<string>((resolve, reject) => {
    get({ port, host: '127.0.0.1', headers: { host }, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(`${response.statusCode} ${text.trim()}`));
    }).once('error', reject);
  });

describe.skipIf(!has('nginx'))('nginx behind a group', () => {
  test('virtual hosts come and go, and what nginx refuses as a whole changes no file', async () => {
    const port = await freePort();
    const configuration = `
daemon off; worker_processes 1; pid ${at('pid')}; error_log stderr;
events {}
http { access_log off; client_body_temp_path ${at('tmp')}; proxy_temp_path ${at('tmp')}; fastcgi_temp_path ${at('tmp')};
  uwsgi_temp_path ${at('tmp')}; scgi_temp_path ${at('tmp')};
  server { listen 127.0.0.1:${port} default_server; return 404 none; }
  limit_req_zone $binary_remote_addr zone={{key "nginx/zone"}}:1m rate=100r/s;
  include vhosts/*.conf; }
`;
    writeFileSync(
      at('t.toml'),
      `state_dir = "${at('state')}"
[agent]
address = "${agent.http}"
[group.nginx]
settle = "100ms:1s"
check_cmd = "nginx -t -q -c $MESH_STAGED${at('nginx.conf')}"
reload_cmd = "test ! -s ${at('pid')} || kill -HUP $(cat ${at('pid')})"
[[template]]
group = "nginx"
dest = "${at('nginx.conf')}"
contents = '''${configuration}'''
[[template]]
group = "nginx"
for_each = "tree vhosts"
dest = "${at('vhosts/{{item.key}}.conf')}"
contents = '''server { listen 127.0.0.1:${port}; server_name {{.item.key}}; limit_req zone={{.item.keys.zone}} burst=50;
  location / { return 200 "{{.item.keys.text}}"; } }'''
`,
    );
    await put('nginx/zone', 'one');
    await put('vhosts/a.example/zone', 'one');
    await put('vhosts/a.example/text', 'this is a');
    const output = start(process.execPath, 'bin/mesh-template', '-config', at('t.toml'));
    await eventually(() => expect(readdirSync(at('vhosts'))).toEqual(['a.example.conf']), { withinMs });
    const said = start('nginx', '-c', at('nginx.conf'), '-p', directory);
    await eventually(async () => expect(await answerOf(port, 'a.example'), said()).toBe('200 this is a'), { withinMs });

    await put('vhosts/b.example/zone', 'one');
    await put('vhosts/b.example/text', 'this is b');
    await eventually(async () => expect(await answerOf(port, 'b.example')).toBe('200 this is b'), { withinMs });

    // The zone has another name in the main file than in those that use it: nginx refuses the whole, not one file.
    await put('nginx/zone', 'two');
    await eventually(() => expect(output()).toMatch(/Config check failed: exit status 1.*zone/), { withinMs });
    expect(await answerOf(port, 'a.example')).toBe('200 this is a');
    // With the last of them it fits together, and all go at once.
    await put('vhosts/a.example/zone', 'two');
    await put('vhosts/b.example/zone', 'two');
    await put('vhosts/b.example/text', 'this is b again');
    await eventually(async () => expect(await answerOf(port, 'b.example')).toBe('200 this is b again'), { withinMs });

    await fetch(`${agent.http}/v1/kv/vhosts/a.example?recurse`, { method: 'DELETE' });
    await eventually(async () => expect(await answerOf(port, 'a.example')).toBe('404 none'), { withinMs });
    expect(readdirSync(at('vhosts'))).toEqual(['b.example.conf']);
  });
});
