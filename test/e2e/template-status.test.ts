/** How a running mesh-template tells about itself: the command, the page, the metrics, the catalog and the fleet. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';

const withinMs = 10_000;
let agent: TestAgent;
let directory: string;
const running: { stop(signal?: NodeJS.Signals): Promise<unknown> }[] = [];

beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mesh-status-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await rm(directory, { recursive: true });
  await fetch(`${agent.http}/v1/kv/?recurse`, { method: 'DELETE' });
});

const at = (name: string) => join(directory, name);
const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });

function start(...flags: readonly string[]) {
  const child = execa(process.execPath, ['bin/mesh-template', ...flags], { reject: false, stdin: 'ignore', all: true });
  let output = '';
  child.all.on('data', (chunk) => {
    output += chunk;
  });
  const one = {
    output: () => output,
    stop: (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return child;
    },
  };
  running.push(one);
  return one;
}

async function run(...words: readonly string[]) {
  const { all, exitCode } = await execa(process.execPath, ['bin/mesh-template', ...words], { reject: false, all: true });
  return { text: all, status: exitCode };
}

/** Two resources: "web" may fail to reload, "late" waits for its key. */
async function twoResources(settings = '') {
  await put('app/port', '80');
  await writeFile(at('web.tmpl'), 'port {{key "app/port"}}\n');
  await writeFile(at('late.tmpl'), '\n\n{{key "app/late"}}\n');
  await writeFile(
    at('app.toml'),
    `state_dir = "${directory}"
${settings}
[agent]
address = "${agent.http}"
[[template]]
name = "web"
src = "${at('web.tmpl')}"
dest = "${at('web.conf')}"
reload_cmd = "echo reloading; ! grep -q bad ${at('web.conf')}"
[[template]]
name = "late"
src = "${at('late.tmpl')}"
dest = "${at('late.conf')}"
`,
  );
}

const status = (...words: readonly string[]) => run('status', '-state-dir', directory, ...words);
const statusShows = (pattern: RegExp) => eventually(async () => expect((await status()).text).toMatch(pattern), { withinMs });

test('the command shows what each resource does, what it waits for and what failed', async () => {
  await twoResources();
  const program = start('-config', at('app.toml'));
  await statusShows(/^web +ok/m);
  await statusShows(/^late +waiting .* waiting for key "app\/late" \(late\.tmpl:3\)$/m);
  const first = await status();
  expect(first.status).toBe(1);
  expect(first.text).toMatch(
    /^mesh-template \d.*, process \d+, .*app\.toml, began \d+s ago\n\nRESOURCE +STATE +RENDERED +RELOADED +VERSION +WHY\n/,
  );

  await put('app/late', 'here');
  await statusShows(/^late +ok/m);
  expect((await status()).status).toBe(0);
  await put('app/port', 'bad');
  await statusShows(/^web +failing .*Reload failed: exit status 1; the old file was put back and reloaded$/m);
  await put('app/port', '81');
  await statusShows(/^web +ok .*key "app\/port" changed last$/m);

  const one = await run('status', '-config', at('app.toml'), 'web');
  expect(one.status).toBe(0);
  for (const line of [
    /^Depends on +key "app\/port"$/m,
    /^Changed last +key "app\/port"$/m,
    /^Reloaded +\d+s ago: exit status 0 \(echo reloading/m,
  ])
    expect(one.text).toMatch(line);
  expect(await run('status', '-config', at('app.toml'), 'nginx')).toMatchObject({
    status: 3,
    text: 'no running process has a resource "nginx"',
  });

  const [report] = JSON.parse((await status('-json')).text);
  expect(report).toMatchObject({
    Process: { Config: at('app.toml') },
    Resources: [{ Name: 'web', State: 'ok', Failure: null }, { Name: 'late' }],
  });
  expect(report.Resources[0].Deployed).toMatchObject({ Files: [{ Destination: at('web.conf') }] });
  expect(report.Resources[0].Deployed.Index).toBeGreaterThan(0);
  expect(report.Groups[0]).toMatchObject({
    Name: 'web',
    Resources: ['web'],
    LastReload: { Ok: true, Exit: 'exit status 0', Output: 'reloading\n' },
  });

  const [socket = ''] = (await readdir(directory)).filter((name) => name.endsWith('.sock'));
  expect((await stat(at(socket))).mode & 0o777).toBe(0o600);
  await program.stop();
  expect(await status()).toMatchObject({
    status: 3,
    text: `no running process was found in ${directory}; -state-dir names another directory`,
  });
});

test('a socket that a killed process left behind is taken over; a second process with the same configuration leaves it alone', async () => {
  await twoResources();
  const killed = start('-config', at('app.toml'));
  await statusShows(/^web +ok/m);
  await killed.stop('SIGKILL');
  expect((await status()).status).toBe(3);
  start('-config', at('app.toml'));
  await statusShows(/^web +ok/m);
  const second = start('-config', at('app.toml'));
  await eventually(() => expect(second.output()).toContain('"mesh-template status" will not find this process: another mesh-template'), {
    withinMs,
  });
  await second.stop();
  await statusShows(/^web +ok/m);
});

test('the page is off by default; it shows everything to this machine, and changes nothing', async () => {
  const port = await freePort();
  await twoResources();
  start('-config', at('app.toml'), '-status-addr', `127.0.0.1:${port}`);
  const get = (path: string, options: { host?: string; method?: string } = {}) => ask(port, path, options);
  await eventually(async () => expect((await get('/status.json')).text).toContain('"State": "ok"'), { withinMs });
  const page = await get('/');
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-frame-options': 'DENY' });
  expect(page.text).toContain('<td class="name">web<br>');
  expect(await get('/', { host: 'attacker.example' })).toMatchObject({ status: 403 });
  expect(await get('/', { host: `localhost:${port}` })).toMatchObject({ status: 200 });
  expect(await get('/', { host: `[::1]:${port}` })).toMatchObject({ status: 200 });
  expect(await get('/', { method: 'POST' })).toMatchObject({ status: 405 });
  expect(await get('/other')).toMatchObject({ status: 404 });
  await eventually(async () => expect(await get('/health')).toMatchObject({ status: 503, text: 'late waiting\n' }), { withinMs });
  await put('app/late', 'here');
  await eventually(async () => expect(await get('/health')).toMatchObject({ status: 200, text: 'all well\n' }), { withinMs });
  const metrics = (await get('/metrics')).text;
  expect(metrics).toMatch(/^mesh_template_render_seconds_count\{resource="web"\} [1-9]/m);
  expect(metrics).toMatch(/^mesh_template_failures_total\{resource="web",stage="reload"\} 0$/m);
  expect(metrics).toMatch(/^mesh_template_waited_seconds_count\{resource="late"\} 1$/m);
});

test('register = true: a service with a check per resource, which comes back when the agent has lost it, and goes with the process', async () => {
  await twoResources('register = true\ninstance = "box:app"');
  const program = start('-config', at('app.toml'));
  const checks = async (): Promise<Readonly<Record<string, { readonly Status: string; readonly Output: string }>>> =>
    Object.fromEntries(
      (
        (await (await fetch(`${agent.http}/v1/health/checks/mesh-template`)).json()) as {
          CheckID: string;
          Status: string;
          Output: string;
        }[]
      ).map((check) => [check.CheckID, check]),
    );
  await eventually(
    async () =>
      expect(await checks()).toMatchObject({
        'box:app:web': { Status: 'passing' },
        'box:app:late': { Status: 'warning', Output: expect.stringContaining('waiting for key "app/late" (late.tmpl:3)') },
      }),
    { withinMs },
  );
  await put('app/port', 'bad');
  await eventually(
    async () =>
      expect((await checks())['box:app:web']).toMatchObject({
        Status: 'critical',
        Output: expect.stringContaining('Reload failed: exit status 1'),
      }),
    { withinMs },
  );
  // The agent is told before the fleet is.
  const failing = /^web +\S+ +box:app +[0-9a-f]{8}@\d+ +newest +\d+s ago +failing +Reload failed/m;
  await eventually(
    async () => expect(await run('fleet', '-http-addr', agent.http)).toEqual({ status: 1, text: expect.stringMatching(failing) }),
    { withinMs },
  );

  await fetch(`${agent.http}/v1/agent/service/deregister/box:app`, { method: 'PUT' });
  await put('app/port', '82');
  await eventually(async () => expect((await checks())['box:app:web']).toMatchObject({ Status: 'passing' }), { withinMs: 15_000 });

  await put('app/late', 'here');
  await eventually(async () => expect(await run('fleet', '-http-addr', agent.http, 'web')).toMatchObject({ status: 0 }), { withinMs });
  const [member] = JSON.parse((await run('fleet', '-json', '-http-addr', agent.http, 'web')).text);
  expect(member).toMatchObject({ Resource: 'web', Instance: 'box:app', State: 'ok', Newest: true });

  await program.stop();
  expect(await checks()).toEqual({});
  expect((await run('fleet', '-http-addr', agent.http)).text).toMatch(/^web .* gone +the process has ended$/m);
  expect((await run('fleet', '-prune', '-http-addr', agent.http)).text).toContain('forgot web of box:app');
  expect(await run('fleet', '-http-addr', agent.http)).toEqual({ status: 0, text: 'no process has registered itself' });
});

test('what is pinned is told as what is in place: the version in the fleet, the state, also after its table has changed', async () => {
  const table = (mode: string) =>
    writeFile(
      at('app.toml'),
      `state_dir = "${directory}"\nregister = true\ninstance = "box:pin"\n[agent]\naddress = "${agent.http}"\n[[template]]\nname = "web"\ncontents = '{{key "app/port"}}'\ndest = "${at('web.conf')}"\nmode = "${mode}"\nkeep = 3\n`,
    );
  const fleet = async () => {
    const [member] = JSON.parse((await run('fleet', '-json', '-http-addr', agent.http, 'web')).text);
    return { Hash: member?.Hash, State: member?.State };
  };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  await put('app/port', '80');
  await table('0644');
  const program = start('-config', at('app.toml'));
  await eventually(async () => expect(await fleet()).toEqual({ Hash: sha256('80'), State: 'ok' }), { withinMs });
  await put('app/port', '81');
  await eventually(async () => expect(await fleet()).toEqual({ Hash: sha256('81'), State: 'ok' }), { withinMs });
  expect(await run('rollback', 'web', '-config', at('app.toml'))).toMatchObject({ status: 0 });
  await eventually(async () => expect(await fleet()).toEqual({ Hash: sha256('80'), State: 'waiting' }), { withinMs });
  await table('0600');
  await eventually(() => expect(program.output().match(/web is pinned to version 1;/g)).toHaveLength(2), { withinMs });
  expect(JSON.parse((await status('-json')).text)).toMatchObject([
    { Resources: [{ State: 'pinned', Deployed: { Files: [{ Sha256: sha256('80') }] } }], Groups: [{ Pinned: { Version: 1 } }] },
  ]);
  expect(await run('resume', 'web', '-config', at('app.toml'))).toMatchObject({ status: 0 });
  await eventually(async () => expect(await fleet()).toEqual({ Hash: sha256('81'), State: 'ok' }), { withinMs });
  await program.stop();
});

test("confd's rounds and consul-template's templates are seen as well", async () => {
  await put('app/port', '80');
  await mkdir(at('conf.d'));
  await mkdir(at('templates'));
  await writeFile(at('templates/a.tmpl'), '{{getv "/app/port"}}');
  await writeFile(at('conf.d/a.toml'), `[template]\nsrc = "a.tmpl"\ndest = "${at('a.out')}"\nkeys = ["/app"]\n`);
  start('-confdir', directory, '-config-file', at('none'), '-interval', '1', '-node', agent.http, '-state-dir', directory);
  await eventually(async () => expect((await run('status', '-state-dir', directory, '-confdir', directory)).text).toMatch(/a\.toml +ok/), {
    withinMs,
  });
  await writeFile(at('b.ctmpl'), '{{key "app/port"}}');
  start('-template', `${at('b.ctmpl')}:${at('b.out')}:true`, '-consul-addr', agent.http, '-state-dir', directory);
  await statusShows(/b\.out +ok +\d+s ago +\d+s ago +[0-9a-f]{8}@\d+/);
  expect((await status()).text.match(/^mesh-template \d/gm)).toHaveLength(2);
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: object;
  readonly text: string;
}

/** fetch sets `Host` itself. */
function ask(port: number, path: string, { host, method = 'GET' }: { readonly host?: string; readonly method?: string }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { Host: host };
    request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', reject)
      .end();
  });
}
