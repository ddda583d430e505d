/** mesh-template as its users run it: the program, a real agent, real files and real commands. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { isRunning } from '../support/process-figures.js';
import { type ProgramRun, startTemplate } from '../support/template-program.js';

const withinMs = 10_000;
let agent: TestAgent;
let directory: string;
const running: ProgramRun[] = [];
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-template-'));
  for (const name of ['conf.d', 'templates', 'out']) mkdirSync(at(name));
});
afterEach(async () => {
  for (const run of running.splice(0)) await run.stop('SIGKILL');
  // Commands of a killed process may still be at it.
  rmSync(directory, { recursive: true, maxRetries: 20, retryDelay: 50 });
  await fetch(`${agent.http}/v1/kv/?recurse`, { method: 'DELETE' });
});

const at = (name: string) => join(directory, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const read = (name: string) => readFileSync(at(name), 'utf8');
const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const resource = (name: string, fields = '', { extension = 'tmpl', keys = '["/"]' } = {}) =>
  write(
    `conf.d/${name}.toml`,
    `[template]\nsrc = "${name}.${extension}"\ndest = "${at(`out/${name}`)}"\nkeys = ${keys}\n${fields.replaceAll('@', `${directory}/`)}\n`,
  );
const shows = (name: string, text: string) => eventually(() => expect(read(name)).toBe(text), { withinMs });
const linesOf = (name: string) => (existsSync(at(name)) ? read(name).trim().split('\n') : []);

function start(...flags: string[]): ProgramRun {
  const node = flags.includes('-node') ? [] : ['-node', agent.http.replace('http://', '')];
  const run = startTemplate(['-confdir', directory, '-config-file', at('confd.toml'), ...node, ...flags]);
  running.push(run);
  return run;
}
const once = async (...flags: string[]) => {
  const run = start('-onetime', ...flags);
  return { exit: await run.ended, output: run.output() };
};

/** An agent that can be taken away and brought back: a TCP relay in front of it. */
async function startRelay(target: number) {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = 0;
  const up = async () => {
    server = createServer((inner) => {
      const outer = connect(target, '127.0.0.1');
      for (const [one, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        sockets.add(one);
        one
          .on('error', () => other.destroy())
          .on('close', () => other.destroy())
          .pipe(other);
      }
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  };
  const down = async () => {
    server?.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  await up();
  return { address: `127.0.0.1:${port}`, up, down };
}

describe('mesh-template -onetime', () => {
  test('writes what the keys say, and touches nothing when nothing changed', async () => {
    await put('k', '1');
    resource('a', 'reload_cmd = "echo reload >> @ran"\nmode = "0640"');
    write('templates/a.tmpl', 'v={{getv "/k"}}\n');
    expect(await once()).toMatchObject({ exit: 0 });
    const before = statSync(at('out/a'));
    expect([read('out/a'), before.mode & 0o7777, linesOf('ran'), readdirSync(at('out'))]).toEqual(['v=1\n', 0o640, ['reload'], ['a']]);
    expect(await once()).toMatchObject({ exit: 0 });
    const after = statSync(at('out/a'));
    expect([after.ino, after.mtimeMs, linesOf('ran')]).toEqual([before.ino, before.mtimeMs, ['reload']]);
    await put('k', '2');
    await once();
    expect([read('out/a'), linesOf('ran')]).toEqual(['v=2\n', ['reload', 'reload']]);
  });

  test('Go and Handlebars templates say the same', async () => {
    await put('app/one', '1');
    await put('app/two', '2');
    resource('go');
    resource('hbs', '', { extension: 'hbs' });
    write('templates/go.tmpl', '{{range gets "/app/*"}}{{.Key}}={{.Value}}\n{{end}}{{getv "/none" "<&>"}}\n');
    write('templates/hbs.hbs', '{{#each (gets "/app/*")}}\n{{this.Key}}={{this.Value}}\n{{/each}}\n{{getv "/none" "<&>"}}\n');
    expect(await once()).toMatchObject({ exit: 0 });
    expect([read('out/go'), read('out/hbs')]).toEqual(['/app/one=1\n/app/two=2\n<&>\n', '/app/one=1\n/app/two=2\n<&>\n']);
  });

  test('a failed check keeps the old file and exits 1; the line names resource, command, status and output', async () => {
    write('out/a', 'old');
    chmodSync(at('out/a'), 0o600);
    resource('a', 'check_cmd = "echo no good; exit 3"\nreload_cmd = "echo reload >> @ran"');
    write('templates/a.tmpl', 'new');
    const { exit, output } = await once();
    expect([exit, read('out/a'), statSync(at('out/a')).mode & 0o7777, linesOf('ran')]).toEqual([1, 'old', 0o600, []]);
    const line = output.split('\n').filter((text) => text.includes('ERROR'));
    expect(line).toHaveLength(1);
    for (const part of [at('conf.d/a.toml'), 'echo no good; exit 3', 'exit status 3', 'no good\\n']) expect(line[0]).toContain(part);
  });

  test('what commands that succeed print is in the log at debug level, and there alone', async () => {
    resource('a', 'check_cmd = "echo fine"\nreload_cmd = "echo loaded; echo again >&2"');
    write('templates/a.tmpl', 'one');
    const { output } = await once('-log-level', 'debug');
    expect(output).toContain('DEBUG Command succeeded command="echo fine" output="fine\\n"');
    expect(output).toContain('DEBUG Command succeeded command="echo loaded; echo again >&2" output="loaded\\nagain\\n"');
    write('templates/a.tmpl', 'two');
    expect((await once()).output).not.toContain('again\\n');
  });

  test('a failed reload puts the old file back and reloads again; keep_failed does not', async () => {
    for (const name of ['a', 'b']) write(`out/${name}`, 'old');
    const reload = (name: string) => `reload_cmd = "cat @out/${name} >> @ran-${name}; echo >> @ran-${name}; grep -q old @out/${name}"`;
    resource('a', reload('a'));
    resource('b', `${reload('b')}\nkeep_failed = true`);
    for (const name of ['a', 'b']) write(`templates/${name}.tmpl`, 'new');
    expect(await once()).toMatchObject({ exit: 1 });
    expect([read('out/a'), linesOf('ran-a')]).toEqual(['old', ['new', 'old']]);
    expect([read('out/b'), linesOf('ran-b')]).toEqual(['new', ['new']]);
    expect(readdirSync(at('out')).sort()).toEqual(['a', 'b']);
  });

  test.skipIf(process.getuid?.() !== 0)('an owner that may not be given is said so, and leaves nothing behind', async () => {
    resource('a', 'uid = 0\ngid = 0');
    write('templates/a.tmpl', 'a');
    for (const name of ['.', 'out']) chownSync(at(name), 65534, 65534);
    const flags = ['-onetime', '-confdir', directory, '-backend', 'env'];
    const { status, stderr } = spawnSync(process.execPath, ['bin/mesh-template', ...flags], { uid: 65534, gid: 65534, encoding: 'utf8' });
    expect([status, readdirSync(at('out'))]).toEqual([1, []]);
    expect(stderr).toMatch(/ERROR chown \S+\/out\/\.a\.mesh-\S+ to 0:0: operation not permitted resource=/);
  });

  const mayMount = spawnSync('unshare', ['-m', 'mount', '--bind', tmpdir(), tmpdir()]).status === 0;
  test.skipIf(!mayMount)(
    'a file that is a mount point itself, as in containers, is written over, and put back when its reload fails',
    async () => {
      write('host', 'old and longer');
      write('out/a', '');
      chmodSync(at('host'), 0o600);
      write('templates/a.tmpl', 'new');
      const inMount = (fields: string) => {
        resource('a', fields);
        const line = `mount --bind ${at('host')} ${at('out/a')} && exec "$0" bin/mesh-template -onetime -confdir ${directory} -backend env`;
        const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', line, process.execPath], { encoding: 'utf8' });
        return { status, stderr, content: read('host'), mode: statSync(at('host')).mode & 0o7777, names: readdirSync(at('out')) };
      };
      expect(inMount('reload_cmd = "exit 1"')).toMatchObject({ status: 1, content: 'old and longer', mode: 0o600, names: ['a'] });
      const inode = statSync(at('host')).ino;
      expect(inMount('mode = "0640"\nreload_cmd = "true"')).toMatchObject({ status: 0, content: 'new', mode: 0o640, names: ['a'] });
      expect(statSync(at('host')).ino).toBe(inode);
      expect(inMount('mode = "0640"').stderr).not.toContain('out of sync');
    },
  );

  test('-noop writes nothing and runs nothing', async () => {
    resource('a', 'check_cmd = "echo check >> @ran"\nreload_cmd = "echo reload >> @ran"');
    write('templates/a.tmpl', 'new');
    const { exit, output } = await once('-noop');
    expect([exit, readdirSync(at('out')), linesOf('ran')]).toEqual([0, [], []]);
    expect(output).toContain(`Noop mode enabled. ${at('out/a')} will not be modified`);
  });

  test('one file given by -config finds its templates beside conf.d, and takes no unknown key', async () => {
    await put('k', '1');
    resource('a');
    write('templates/a.tmpl', 'v={{getv "/k"}}');
    expect(await once(`-config=${at('conf.d/a.toml')}`)).toMatchObject({ exit: 0 });
    expect(read('out/a')).toBe('v=1');
    resource('a', 'relaod_cmd = "x"');
    const { exit, output } = await once('-config', at('conf.d/a.toml'));
    expect(exit).toBe(1);
    expect(output).toContain('a.toml: line 5: unknown key "relaod_cmd", did you mean "reload_cmd"?');
  });

  test('a command over its time limit is ended with everything it started', async () => {
    resource('a', 'check_cmd = "sleep 30 & sleep 30; true"\ncheck_cmd_timeout = "300ms"');
    write('templates/a.tmpl', 'new');
    const { exit, output } = await once();
    expect(exit).toBe(1);
    expect(output).toContain('Config check failed: time limit of 300ms exceeded');
  });
});

describe('mesh-template following changes', () => {
  test('a change is on the disk at once, a key that goes leaves the file', async () => {
    await put('k', '1');
    resource('a', 'reload_cmd = "echo reload >> @ran"');
    write('templates/a.tmpl', 'v={{getv "/k"}}');
    const run = start();
    await shows('out/a', 'v=1');
    await put('k', '2');
    await shows('out/a', 'v=2');
    await fetch(`${agent.http}/v1/kv/k`, { method: 'DELETE' });
    await eventually(() => expect(run.output()).toContain('key does not exist: /k'), { withinMs });
    await eventually(() => expect([read('out/a'), linesOf('ran')]).toEqual(['v=2', ['reload', 'reload']]), { withinMs });
    expect(await run.stop('SIGTERM')).toBe(0);
  });

  test('services that turn critical drop out, in both syntaxes', async () => {
    resource('go', 'allow_empty = true', { keys: '[]' });
    resource('hbs', 'allow_empty = true', { extension: 'hbs', keys: '[]' });
    resource('held', '', { keys: '[]' });
    write('templates/held.tmpl', '{{range service "web"}}{{.Port}}{{end}}');
    write('templates/go.tmpl', '{{range service "web"}}{{.Address}}:{{.Port}}\n{{else}}none\n{{end}}');
    write('templates/hbs.hbs', '{{#each (service "web")}}\n{{this.Address}}:{{this.Port}}\n{{else}}\nnone\n{{/each}}\n');
    const body = (id: number) => ({
      ID: `web-${id}`,
      Name: 'web',
      Port: 8000 + id,
      Address: '10.0.0.1',
      Check: { TTL: '10m', Status: 'passing' },
    });
    const call = (path: string, value?: object) =>
      fetch(`${agent.http}/v1/agent/${path}`, { method: 'PUT', ...(value && { body: JSON.stringify(value) }) });
    const run = start();
    await shows('out/go', 'none\n');
    for (const id of [1, 2]) await call('service/register', body(id));
    for (const name of ['go', 'hbs']) await shows(`out/${name}`, '10.0.0.1:8001\n10.0.0.1:8002\n');
    await call('check/fail/service:web-1');
    for (const name of ['go', 'hbs']) await shows(`out/${name}`, '10.0.0.1:8002\n');
    await shows('out/held', '8002');
    for (const id of [1, 2]) await call(`service/deregister/web-${id}`);
    for (const name of ['go', 'hbs']) await shows(`out/${name}`, 'none\n');
    await eventually(() => expect(run.output()).toContain('service "web": there was something and now there is nothing'), { withinMs });
    expect(read('out/held')).toBe('8002');
  });

  test('after a failed reload the old file serves until the data are good again', async () => {
    await put('k', 'good-1');
    resource('a', 'reload_cmd = "cat @out/a >> @ran; echo >> @ran; grep -q good @out/a"');
    write('templates/a.tmpl', '{{getv "/k"}}');
    const run = start();
    await shows('out/a', 'good-1');
    await put('k', 'bad');
    await eventually(() => expect(run.output()).toContain('the old file was put back and reloaded'), { withinMs });
    expect([read('out/a'), linesOf('ran')]).toEqual(['good-1', ['good-1', 'bad', 'good-1']]);
    await put('k', 'good-2');
    await shows('out/a', 'good-2');
    await eventually(() => expect(linesOf('ran')).toEqual(['good-1', 'bad', 'good-1', 'good-2']), { withinMs });
  });

  test('SIGHUP reads resources and templates again; so does a change of their files, and the swap of a volume', async () => {
    await put('k', '1');
    resource('a');
    write('templates/a.tmpl', 'a {{getv "/k"}}');
    const quiet = start('-follow-files=false');
    await shows('out/a', 'a 1');
    write('templates/a.tmpl', 'b {{getv "/k"}}');
    quiet.child.kill('SIGHUP');
    await shows('out/a', 'b 1');
    await quiet.stop('SIGTERM');

    for (const version of ['one', 'two']) {
      mkdirSync(at(`templates/..${version}`));
      write(`templates/..${version}/b.tmpl`, `${version} {{getv "/k"}}`);
    }
    symlinkSync('..one', at('templates/..data'));
    symlinkSync('..data/b.tmpl', at('templates/b.tmpl'));
    start();
    await shows('out/a', 'b 1');
    resource('b');
    await shows('out/b', 'one 1');
    symlinkSync('..two', at('templates/..new'));
    renameSync(at('templates/..new'), at('templates/..data'));
    rmSync(at('templates/..one'), { recursive: true });
    await shows('out/b', 'two 1');
  });

  test('SIGHUP reads confd.toml again; one that cannot be used leaves the settings as they were', async () => {
    await put('one/v', '1');
    await put('two/v', '2');
    resource('a', '', { keys: '["/v"]' });
    write('templates/a.tmpl', '{{getv "/v"}}');
    write('confd.toml', 'prefix = "/one"');
    const run = start();
    await shows('out/a', '1');
    write('confd.toml', 'prefix = "/two"');
    run.child.kill('SIGHUP');
    await shows('out/a', '2');
    write('confd.toml', 'prefix = 3');
    run.child.kill('SIGHUP');
    await eventually(() => expect(run.output()).toContain('"prefix" has the wrong type; settings stay as they were'), { withinMs });
    await put('two/v', '4');
    await shows('out/a', '4');
    write('confd.toml', 'prefix = "/one"\ninterval = 1');
    run.child.kill('SIGHUP');
    await shows('out/a', '1');
    expect(await run.stop('SIGTERM')).toBe(0);
    expect(run.output().match(/settings have changed, beginning anew/g)).toHaveLength(2);
  });

  test('an agent that goes away is waited for; files stay, the log says it once, and what changed meanwhile arrives', async () => {
    const relay = await startRelay(Number(new URL(agent.http).port));
    await put('k', '1');
    resource('a');
    write('templates/a.tmpl', 'v={{getv "/k"}}');
    const run = start('-node', relay.address);
    await shows('out/a', 'v=1');
    await relay.down();
    await eventually(() => expect(run.output()).toContain('does not answer'), { withinMs });
    await put('k', '2');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(read('out/a')).toBe('v=1');
    expect(run.output().match(/does not answer/g)).toHaveLength(1);
    await relay.up();
    await shows('out/a', 'v=2');
    await eventually(() => expect(run.output()).toContain('answered again'), { withinMs });
    await relay.down();
  });

  test('SIGTERM lets a running reload end, a second one ends it with everything it started', async () => {
    resource('a', 'reload_cmd = "echo begin >> @ran; while test -e @slow; do sleep 0.05; done; echo end >> @ran"');
    write('templates/a.tmpl', 'one');
    write('slow', '');
    const patient = start();
    await eventually(() => expect(linesOf('ran')).toEqual(['begin']), { withinMs });
    patient.child.kill('SIGTERM');
    await eventually(() => expect(patient.output()).toContain('Captured terminated'), { withinMs });
    rmSync(at('slow'));
    expect(await patient.ended).toBe(0);
    expect(linesOf('ran')).toEqual(['begin', 'end']);

    resource('a', 'reload_cmd = "echo $$ >> @pid; sleep 60"');
    write('templates/a.tmpl', 'two');
    const hasty = start();
    await eventually(() => expect(linesOf('pid')).toHaveLength(1), { withinMs });
    hasty.child.kill('SIGTERM');
    await eventually(() => expect(hasty.output()).toContain('Captured terminated'), { withinMs });
    await hasty.stop('SIGTERM');
    await eventually(() => expect(linesOf('pid').map(Number).filter(isRunning)).toEqual([]), { withinMs });
  });

  test('the next node is asked when one does not answer', async () => {
    await put('k', '1');
    resource('a');
    write('templates/a.tmpl', 'v={{getv "/k"}}');
    expect(await once('-node', '127.0.0.1:1', '-node', agent.http)).toMatchObject({ exit: 0 });
    await put('k', '2');
    start('-node', '127.0.0.1:1', '-node', agent.http);
    await shows('out/a', 'v=2');
  });

  test('one template that fails does not stop the others, be it by recursion without end', async () => {
    resource('a');
    resource('b');
    write('templates/a.tmpl', '{{define "x"}}{{template "x"}}{{end}}{{template "x"}}');
    write('templates/b.tmpl', 'b');
    const run = start();
    await shows('out/b', 'b');
    await eventually(() => expect(run.output()).toMatch(/ERROR .*(too much|maximum template depth)/), { withinMs });
    expect(run.child.exitCode).toBe(null);
  });

  test.each(['-watch', '-onetime'])('many resources at once bring no warning: %s', async (mode) => {
    const names = Array.from({ length: 15 }, (_, i) => `many${i}`);
    for (const name of names) {
      resource(name, 'reload_cmd = "sleep 0.2"', { keys: `["/${name}"]` });
      write(`templates/${name}.tmpl`, `{{getv "/${name}"}}`);
      await put(name, 'v');
    }
    const run = start(mode);
    for (const name of names) await shows(`out/${name}`, 'v');
    await run.stop('SIGTERM');
    expect(run.output()).not.toMatch(/Warning/);
  });

  test('-interval asks again and again, and repairs what somebody changed', async () => {
    await put('k', '1');
    resource('a', 'mode = "0640"\nreload_cmd = "true"');
    write('templates/a.tmpl', 'v={{getv "/k"}}');
    const run = start('-interval', '1');
    await shows('out/a', 'v=1');
    await put('k', '2');
    await shows('out/a', 'v=2');
    chmodSync(at('out/a'), 0o600);
    await eventually(() => expect(statSync(at('out/a')).mode & 0o7777).toBe(0o640), { withinMs });
    await eventually(() => expect(run.output()).toMatch(/Reload succeeded .* changed="nothing in the data"/), { withinMs });
  });
});
