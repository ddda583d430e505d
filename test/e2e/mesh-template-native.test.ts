/** Files of our own and the commands around them, as users run them: the program, a real agent, real files and real commands. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';

const withinMs = 10_000;
let agent: TestAgent;
let directory: string;
const running: ChildProcess[] = [];
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-native-e2e-'));
  mkdirSync(at('out'));
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
  }
  // Programs and commands of a killed process may still be at it.
  rmSync(directory, { recursive: true, maxRetries: 20, retryDelay: 50 });
  await fetch(`${agent.http}/v1/kv/?recurse`, { method: 'DELETE' });
});

const at = (name: string) => join(directory, name);
/** `@` is the directory of the test, `%` the agent. */
const write = (name: string, text: string) =>
  writeFileSync(at(name), text.replaceAll('@', `${directory}/`).replaceAll('%', agent.http.replace('http://', '')));
const read = (name: string) => readFileSync(at(name), 'utf8');
const lines = (name: string) => (existsSync(at(name)) ? read(name).trim().split('\n') : []);
const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const remove = (key: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'DELETE' });
const shows = (name: string, text: string) => eventually(() => expect(read(name)).toBe(text), { withinMs });

function start(...argv: string[]) {
  const child = spawn(process.execPath, ['bin/mesh-template', ...argv], { env: { ...process.env, STATE_DIRECTORY: at('state') } });
  running.push(child);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, output: () => output.replaceAll(`${directory}/`, ''), errors: () => errors.replaceAll(`${directory}/`, '') };
}
async function run(...argv: string[]) {
  const started = start(...argv);
  return { exit: await started.ended, output: started.output(), errors: started.errors() };
}
const template = (name: string, text: string, more = '') =>
  `[[template]]\nname = "${name}"\ncontents = ${JSON.stringify(text)}\ndest = "@out/${name}"\n${more}\n`;
const agentTable = '[agent]\naddress = "%"\n';

describe('a file of our own', () => {
  test('once: one bad resource stops nobody else, and the exit status is 1', async () => {
    await put('app/port', '80');
    write('m.toml', `${agentTable}${template('a', '{{getv "/app/port"}}', 'keys = ["/app"]')}${template('b', '', 'dst = "x"')}`);
    const { exit, errors } = await run('-config', at('m.toml'), '-once');
    expect([exit, read('out/a')]).toEqual([1, '80']);
    expect(errors).toContain('m.toml: line 12: unknown key "dst", did you mean "dest"?');
    write('m.toml', `${agentTable}${template('a', '{{getv "/app/port"}}', 'keys = ["/app"]')}`);
    expect((await run('-config', at('m.toml'), '-onetime')).exit).toBe(0);
  });

  test('a mistake in a group is said once, however many members it stops', async () => {
    const inGroup = (name: string) => template(name, name, 'group = "g"');
    write('m.toml', `${agentTable}[group.g]\nreload = "x"\n${inGroup('a')}${inGroup('b')}${template('c', 'c')}`);
    const { exit, errors } = await run('-config', at('m.toml'), '-once');
    expect([exit, read('out/c'), existsSync(at('out/a'))]).toEqual([1, 'c', false]);
    expect(errors.match(/unknown key "reload"|group/g)).toEqual(['unknown key "reload"']);
  });

  test('a mistake in the settings ends the start', async () => {
    write('m.toml', '[agent]\nadress = "%"\n');
    const { exit, errors } = await run('-config', at('m.toml'));
    expect(exit).toBe(1);
    expect(errors).toContain('m.toml: line 2: unknown key "adress", did you mean "address"?');
  });

  test('a directory of files; new resources begin, a file that breaks goes on as it was, SIGTERM ends with 0', async () => {
    await put('k', '1');
    mkdirSync(at('d'));
    write('d/a.toml', `${agentTable}${template('a', '{{key "k"}}')}`);
    write('d/b.toml', template('b', 'b{{key "k"}}'));
    const { child, ended, errors } = start('-config', at('d'));
    await shows('out/a', '1');
    await shows('out/b', 'b1');
    write('d/c.toml', template('c', 'c{{key "k"}}'));
    await shows('out/c', 'c1');
    write('d/b.toml', '[[template]]\nname = ');
    await eventually(() => expect(errors()).toMatch(/d\/b\.toml: .*line 2/), { withinMs });
    await put('k', '2');
    await shows('out/a', '2');
    await shows('out/b', 'b2');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('other settings begin anew, settings that cannot be used leave everything as it was', async () => {
    await put('k', '1');
    write('m.toml', `${agentTable}${template('a', '{{key "k"}}')}`);
    const { child, ended, errors } = start('-config', at('m.toml'), '-follow-files=false');
    await shows('out/a', '1');
    write('m.toml', `${agentTable}[log]\nlevel = "loud"\n${template('a', '{{key "k"}}')}`);
    child.kill('SIGHUP');
    await eventually(() => expect(errors()).toContain('not a valid level: "loud"'), { withinMs });
    await put('k', '2');
    await shows('out/a', '2');
    write('m.toml', `${agentTable}[log]\nlevel = "debug"\n${template('a', 'new {{key "k"}}')}`);
    child.kill('SIGHUP');
    await shows('out/a', 'new 2');
    await eventually(() => expect(errors()).toContain('DEBUG'), { withinMs });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

describe('[exec]', () => {
  const program =
    'trap \\"echo term >> @said; exit 0\\" TERM; trap \\"echo hup >> @said\\" HUP; echo start >> @said; while test -e @out; do sleep 0.05; done';
  const execTable = (more: string) => `[exec]\ncommand = "${program}"\nkill_signal = "SIGTERM"\n${more}\n`;

  test('starts when everything is in place, is told of changes, and ends with us', async () => {
    write('m.toml', `${agentTable}${execTable('reload_signal = "SIGHUP"')}${template('a', '{{key "k"}}')}${template('b', 'b')}`);
    const { child, ended } = start('-config', at('m.toml'));
    await shows('out/b', 'b');
    expect(lines('said')).toEqual([]);
    await put('k', '1');
    await eventually(() => expect(lines('said')).toEqual(['start']), { withinMs });
    await put('k', '2');
    await eventually(() => expect(lines('said')).toEqual(['start', 'hup']), { withinMs });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(lines('said')).toEqual(['start', 'hup', 'term']);
  });

  test('one change of a key that two templates use is told once, however long each takes', async () => {
    await put('app/k', '1');
    const slow = 'check_cmd = "sleep 0.4"';
    write(
      'm.toml',
      `${agentTable}${execTable('reload_signal = "SIGHUP"')}${template('a', '{{key "app/k"}}')}${template('b', '{{range tree "app"}}{{.Value}}{{end}}', slow)}`,
    );
    const { child, ended } = start('-config', at('m.toml'));
    await eventually(() => expect(lines('said')).toEqual(['start']), { withinMs });
    for (const [value, said] of [
      ['2', ['start', 'hup']],
      ['3', ['start', 'hup', 'hup']],
    ] as const) {
      await put('app/k', value);
      await shows('out/a', value);
      await shows('out/b', value);
      await eventually(() => expect(lines('said')).toEqual(said), { withinMs });
    }
    child.kill('SIGTERM');
    await ended;
    expect(lines('said')).toEqual(['start', 'hup', 'hup', 'term']);
  });

  test('what it waits for is said after a while, in the log and in the status', async () => {
    const config = (check: string) =>
      `${agentTable}${execTable('')}${template('a', 'a')}${template('b', '{{key "none"}}')}${template('c', 'c', `check_cmd = "${check}"`)}`;
    write('m.toml', config('false'));
    const { child, ended, errors } = start('-config', at('m.toml'));
    const status = ['status', '-config', at('m.toml')];
    const why = (name: string) => (name === 'b' ? 'waiting for key "none" (b:1)' : 'Config check failed: exit status 1');
    await eventually(() => expect(errors()).toContain(`WARNING the program of [exec] waits for "b": ${why('b')}; "c": ${why('c')}`), {
      withinMs: 15_000,
    });
    expect((await run(...status)).output).toContain(`: waits for b (${why('b')}), c (${why('c')})`);
    await put('none', '1');
    write('m.toml', config('true'));
    await eventually(() => expect(lines('said')).toEqual(['start']), { withinMs });
    expect((await run(...status)).output).toMatch(/\[exec\] .*: started/);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('without a reload signal it is started anew; its own end is ours', async () => {
    await put('k', '1');
    write('m.toml', `${agentTable}${execTable('')}${template('a', '{{key "k"}}')}`);
    const { ended } = start('-config', at('m.toml'));
    await eventually(() => expect(lines('said')).toEqual(['start']), { withinMs });
    await put('k', '2');
    await eventually(() => expect(lines('said')).toEqual(['start', 'term', 'start']), { withinMs });
    write('m.toml', `${agentTable}[exec]\ncommand = ["/bin/sh", "-c", "exit 7"]\n${template('a', '{{key "k"}}')}`);
    expect(await ended).toBe(7);
  });

  test('a one-time run ends with its program', async () => {
    write('m.toml', `${agentTable}[exec]\ncommand = ["/bin/sh", "-c", "cat @out/a > @said; exit 3"]\n${template('a', 'x')}`);
    expect((await run('-config', at('m.toml'), '-once')).exit).toBe(3);
    expect(read('said')).toBe('x');
  });
});

describe('mesh-template plan', () => {
  test('shows what would change and changes nothing: 2, then 0 when it has been done, 1 when something fails', async () => {
    await put('app/port', '81');
    await put('vhosts/a', 'A');
    write('out/web', 'port 80\nsame\n');
    const group = '[group.g]\ncheck_cmd = "echo check >> @ran"\nreload_cmd = "echo reload >> @ran"\n';
    const config = `${agentTable}${group}${template('web', 'port {{key "app/port"}}\nsame\n', 'group = "g"\nmode = "0600"')}${template(
      'v-{{item.key}}',
      '{{.item.value}}',
      'group = "g"\nfor_each = "tree vhosts"',
    )}`;
    write('m.toml', config);
    const owner = `${process.getuid?.()}:${process.getgid?.()}`;
    const planned = await run('plan', '-config', at('m.toml'));
    expect(planned).toEqual({
      exit: 2,
      errors: '',
      output: `--- out/web
+++ out/web
mode 0644 -> 0600
@@ -1,2 +1,2 @@
-port 80
+port 81
 same

--- /dev/null
+++ out/v-a
new file, mode 0644, owner ${owner}
@@ -0,0 +1 @@
+A
\\ No newline at end of file

Commands, in this order:
  check   echo check >> ran  (group g)
  reload  echo reload >> ran  (group g)

2 resources: 2 files would change; 2 watches to follow
`,
    });
    expect([read('out/web'), existsSync(at('out/v-a')), lines('ran')]).toEqual(['port 80\nsame\n', false, []]);
    expect((await run('-config', at('m.toml'), '-once')).exit).toBe(0);
    expect(await run('plan', '-config', at('m.toml'))).toMatchObject({
      exit: 0,
      output: '2 resources: nothing would change; 2 watches to follow\n',
    });
    await remove('vhosts/a');
    await put('vhosts/b', 'B');
    expect((await run('plan', '-config', at('m.toml'))).output).toContain('--- out/v-a\n+++ /dev/null\n@@ -1 +0,0 @@\n-A\n');
    await remove('vhosts/b');
    expect((await run('plan', '-config', at('m.toml'))).output).toContain(
      'Held: v-{{item.key}}: there is no item any more; 1 files stay as they are',
    );
    await remove('app/port');
    const failed = await run('plan', '-config', at('m.toml'));
    expect(failed.exit).toBe(1);
    expect(failed.output).toContain('Failed: web: key "app/port" (web:1) does not exist\n');
    expect(lines('ran')).toEqual(['check', 'reload']);
  });

  test('of a directory of confd, and of consul-template', async () => {
    await put('k', '1');
    mkdirSync(at('conf.d'));
    mkdirSync(at('templates'));
    write('conf.d/a.toml', '[template]\nsrc = "a"\ndest = "@out/a"\nkeys = ["/"]\nreload_cmd = "true"\n');
    write('templates/a', '{{getv "/k"}}\n');
    const node = agent.http.replace('http://', '');
    const confd = await run('plan', '-confdir', directory, '-node', node);
    expect(confd).toMatchObject({
      exit: 2,
      output: expect.stringContaining('+1\n\nCommands, in this order:\n  reload  true  (conf.d/a.toml)\n'),
    });
    write('b.ctmpl', '{{key "k"}}\n');
    const consulTemplate = await run('plan', '-consul-addr', node, '-template', `${at('b.ctmpl')}:${at('out/b')}:true`);
    expect(consulTemplate).toMatchObject({
      exit: 2,
      output: expect.stringContaining('+1\n\nCommands, in this order:\n  reload  true  (out/b)\n'),
    });
    expect([existsSync(at('out/a')), existsSync(at('out/b'))]).toEqual([false, false]);
  });
});

describe('mesh-template check', () => {
  test('lists what is needed and what is missing, and what stands in the templates when nobody answers', async () => {
    await put('app/name', 'x');
    const text =
      '{{getv "/app/name"}}{{getv "/app/port"}}\n{{getv "/app/zone" "z"}}{{range service "web"}}{{end}}{{keyOrDefault "color" "red"}}';
    write('m.toml', `${agentTable}${template('a', text, 'keys = ["/app"]')}${template('b', '{{key "app/name"}}')}`);
    expect(await run('check', '-config', at('m.toml'))).toEqual({
      exit: 2,
      errors: '',
      output: `a -> out/a
  ok       keys below "app": 1 key
  MISSING  service "web" (line 2): 0 instances passing
  optional key "color" (line 2)
  ok       key "app/name" (line 1)
  MISSING  key "app/port" (line 1)
  optional key "app/zone" (line 2)

b -> out/b
  ok       key "app/name" (line 1)

2 resources, 7 needs: 2 missing, 0 failed
`,
    });
    const offline = await run('check', '-offline', '-config', at('m.toml'));
    expect(offline).toMatchObject({ exit: 0, output: expect.stringContaining('  needs    key "app/port" (line 1)\n') });
    const silent = await run('check', '-config', at('m.toml'), '-node', '127.0.0.1:1');
    expect(silent).toMatchObject({ exit: 0, output: offline.output, errors: expect.stringContaining('connection refused; listed is') });
  });

  test('what cannot be used is 1', async () => {
    write('m.toml', `${agentTable}${template('a', '{{if}}')}${template('b', 'b', 'x = 1')}${template('c', '{{index 1 2}}')}`);
    const { exit, output } = await run('check', '-config', at('m.toml'));
    expect(exit).toBe(1);
    expect(output).toContain('  Failed: Unable to process template a, template: a:1: missing value for if\n');
    expect(output).toContain('Failed: m.toml: line 12: unknown key "x"');
    expect(output).toContain(
      'c -> out/c\n  Failed: template: c:1:2: executing "c" at <index 1 2>: error calling index: can\'t index item of type int\n',
    );
  });
});

describe('mesh-template convert', () => {
  test("what it makes of confd's directory renders the same", async () => {
    await put('app/port', '80');
    mkdirSync(at('conf.d'));
    mkdirSync(at('templates'));
    write('conf.d/a.toml', '[template]\nsrc = "a.tmpl"\ndest = "@out/a"\nkeys = ["/"]\nprefix = "/app"\nmode = "0600"\nfoo = 1\n');
    write('templates/a.tmpl', 'port {{getv "/port"}}\n');
    write('confd.toml', 'backend = "consul"\nnodes = ["%"]\ninterval = 60\n');
    const converted = await run('convert', directory);
    expect(converted.exit).toBe(2);
    expect(converted.errors).toContain('not kept: "interval": changes are followed; -interval 60 asks every 60 seconds instead\n');
    expect(converted.errors).toContain('not kept: [[template]] for out/a: "foo", which means nothing here\n');
    expect(converted.output).toContain('# Not kept: "foo", which means nothing here\n[[template]]\nname = "a"\n');
    writeFileSync(at('native.toml'), converted.output.replaceAll(/"(out|templates)\//g, `"${directory}/$1/`));
    expect((await run('-config', at('native.toml'), '-once')).exit).toBe(0);
    expect([read('out/a'), statSync(at('out/a')).mode & 0o7777]).toEqual(['port 80\n', 0o600]);
  });
});

describe('mesh-template test', () => {
  test('tests offline, and -update writes what comes out', async () => {
    write('m.toml', template('a', 'port {{key "app/port"}}\n'));
    mkdirSync(at('tests'));
    write(
      'tests/a.toml',
      `config = "../m.toml"\n[[test]]\nname = "one"\nkeys = { app = { port = 80 } }\n[test.expect]\n"@out/a" = "port 81\\n"\n`,
    );
    const failed = await run('test', at('tests'));
    expect(failed).toMatchObject({ exit: 1, output: expect.stringContaining('  -port 81\n  +port 80\n') });
    expect((await run('test', '--update', at('tests'))).exit).toBe(0);
    expect(await run('test', at('tests'))).toMatchObject({ exit: 0, output: '1 test: 1 passed, 0 failed\n' });
  });
});

test.each(['plan', 'check', 'test', 'convert', 'render'])('%s has a help', async (command) => {
  const { exit, output } = await run(command, '--help');
  expect(exit).toBe(0);
  expect(output).toMatch(new RegExp(`^Usage: mesh-template ${command} `));
});

/** Lines behind `$` are run in one directory, and what follows has to be what they print. */
describe('docs/mesh-template.md', () => {
  const page = readFileSync('docs/mesh-template.md', 'utf8');
  const between = (from: string, to: string) => page.split(`## ${from}\n`)[1]?.split(`\n## ${to}\n`)[0] ?? '';
  const before = between('See it before it happens', 'Tests of templates');
  const tests = between('Tests of templates', 'Converting');
  const [config = '', webTemplate = ''] = [...before.matchAll(/```(?:toml)?\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const [testFile = ''] = [...tests.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, text = '']) => text);
  const sessions = `${before}\n${tests}`
    .split('\n')
    .map((line) => (line.startsWith('    ') ? line.slice(4) : line === '' ? '' : '\0'))
    .join('\n')
    .split('\0')
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((text) => ({ command: text.split('\n')[0] ?? '', output: `${text.split('\n').slice(1).join('\n').trim()}\n` }));

  test('there are examples', () => {
    expect(sessions.map(({ command }) => command.split(' ')[1])).toEqual(['plan', 'check', 'check', 'render', 'test']);
  });

  test.each(sessions)('$command', async ({ command, output }) => {
    await put('app/port', '80');
    mkdirSync(at('tests'));
    for (const [name, text] of Object.entries({ 'mesh-template.toml': config, 'web.tmpl': webTemplate, 'tests/web.toml': testFile })) {
      writeFileSync(at(name), text);
    }
    writeFileSync(at('greeting.tmpl'), 'Hello {{.name}}!');
    writeFileSync(at('data.json'), '{"name": "mesh"}');
    const shown = await new Promise<string>((resolve) => {
      const child = spawn(process.execPath, [join(process.cwd(), 'bin/mesh-template'), ...command.split(' ').slice(1)], {
        cwd: directory,
        env: { ...process.env, CONSUL_HTTP_ADDR: agent.http.replace('http://', '') },
      });
      running.push(child);
      let text = '';
      child.stdout.on('data', (chunk) => (text += chunk));
      child.once('close', () => resolve(text));
    });
    const owner = `${process.getuid?.()}:${process.getgid?.()}`;
    expect(`${shown.replaceAll(directory, '/srv').replaceAll(`owner ${owner}`, 'owner 0:0').trim()}\n`).toBe(output);
  });
});
