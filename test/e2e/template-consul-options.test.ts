/** Options of consul-template beyond the usual ones, as users give them. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';
import { makeAuthority } from '../support/certificates.js';
import { isRunning } from '../support/process-figures.js';
import { TemplateProgram } from '../support/template-program.js';

let agent: TestAgent;
let program: TemplateProgram;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  program = new TemplateProgram();
});
afterEach(() => program.remove());

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const configured = (text: string, ...flags: string[]) => {
  program.write('c.hcl', text);
  return ['-config', program.at('c.hcl'), '-consul-addr', agent.http, ...flags];
};
const logs = () => readdirSync(program.at('log')).sort();

test('the log goes into files as well, of which so many are kept', async () => {
  const text = 'log_level = "info"\nlog_file {\n path = "@log/ct.log"\n log_rotate_bytes = 200\n log_rotate_max_files = 2\n}\n';
  program.write('t.ctmpl', 'text');
  const run = await program.once(configured(`${text}template {\n source = "@t.ctmpl"\n destination = "@out"\n}\n`, '-once'));
  expect(run.exit).toBe(0);
  expect(logs().length).toBeLessThanOrEqual(3);
  for (const name of logs()) expect(name).toMatch(/^ct-\d+\.log$/);
  const [last = ''] = logs().slice(-1);
  const end = readFileSync(program.at(`log/${last}`), 'utf8');
  expect(end).not.toBe('');
  expect(run.output).toContain(end);
});

test('a log file that cannot be made is a mistake of the configuration', async () => {
  program.write('file', '');
  const { exit, output } = await program.once(['-once', '-log-file', program.at('file/ct.log')]);
  expect([exit, output]).toEqual([15, expect.stringMatching(/log_file\.path .*file\/ct\.log: /)]);
});

test('a template that fails does not end the program when it may not', async () => {
  await put('bad', '1');
  const template = (name: string, more = '') =>
    `template {\n contents = "{{ key \\"bad\\" | parseInt }}"\n destination = "@${name}"\n ${more}\n}\n`;
  const run = program.start(configured(`template_error_fatal = false\n${template('out')}`));
  await program.shows('out', '1');
  await put('bad', 'x');
  await eventually(() => expect(run.output()).toMatch(/\[ERR\].*parseInt/), { withinMs: 10_000 });
  await put('bad', '2');
  await program.shows('out', '2');
  const strict = program.start(configured(`template_error_fatal = false\n${template('strict', 'error_fatal = true')}`));
  await program.shows('strict', '2');
  await put('bad', 'x');
  expect(await strict.ended).toBe(14);
  expect((await program.once([...configured(`template_error_fatal = false\n${template('once')}`), '-once'])).exit).toBe(14);
});

test('a file that cannot be written does not end the program either, and holds up no other', async () => {
  await put('k', '1');
  const template = (name: string) =>
    `template {\n contents = "{{ key \\"k\\" }}"\n destination = "@${name}"\n create_dest_dirs = false\n}\n`;
  const exec = 'exec { command = ["sh", "-c", "echo started; exec sleep 60"] }\n';
  const run = program.start(configured(`template_error_fatal = false\n${exec}${template('none/a')}${template('b')}`));
  await program.shows('b', '1');
  await eventually(() => expect(run.output()).toContain('failed writing file'), { withinMs: 10_000 });
  expect(run.output()).not.toContain('started');
  mkdirSync(program.at('none'));
  await put('k', '2');
  await program.shows('none/a', '2');
  await program.shows('b', '2');
  await eventually(() => expect(run.output()).toContain('started'), { withinMs: 10_000 });
});

test('the first unanswered question ends the program when that is wanted', async () => {
  const address = `127.0.0.1:${await freePort()}`;
  program.write('t.ctmpl', '{{ key "k" }}');
  const flags = ['-consul-addr', address, '-err-on-failed-lookup', '-template', `${program.at('t.ctmpl')}:${program.at('out')}`];
  const { exit, output } = await program.once(flags);
  expect([exit, output]).toEqual([14, expect.stringContaining('exceeded maximum retries')]);
});

test('-parse-only parses, and does nothing else', async () => {
  program.write('good.ctmpl', '{{ key "never" }}');
  program.write('bad.ctmpl', '{{ if }}');
  const flags = (name: string) => ['-parse-only', '-template', `${program.at(name)}:${program.at('out')}`];
  expect(await program.once(flags('good.ctmpl'))).toMatchObject({ exit: 0 });
  expect(await program.once(flags('bad.ctmpl'))).toMatchObject({ exit: 14, output: expect.stringContaining('missing value for if') });
  expect(existsSync(program.at('out'))).toBe(false);
});

test('the command of a template has the environment that its block says', async () => {
  const exec = (env: string) => `exec {\n command = "env > @env"\n splay = "10ms"\n env {\n ${env}\n }\n }`;
  const variables = async (env: string) => {
    const config = configured(`template {\n contents = "${env.length}"\n destination = "@out"\n ${exec(env)}\n}\n`, '-once');
    const { exit, output } = await program.once(config, { SECRET: 's', SHOWN: 'yes' });
    expect(exit, output).toBe(0);
    return program.read('env')?.split('\n') ?? [];
  };
  const some = await variables('custom = ["A=b=c"]\n denylist = ["SECR*"]');
  expect(some).toContain('A=b=c');
  expect(some).toContain('SHOWN=yes');
  expect(some.join()).not.toContain('SECRET');
  const pristine = await variables('pristine = true\n custom = ["A=1"]');
  expect(pristine).toContain('A=1');
  expect(pristine.join()).not.toContain('SHOWN');
});

test('the agent is believed by authorities of a directory, and under another name', async () => {
  mkdirSync(program.at('ca'));
  const authority = makeAuthority(program.at('ca'), 'test');
  const { certFile, keyFile } = authority.sign('server');
  program.write('tls.json', JSON.stringify({ ports: { https: 0 } }));
  const port = await freePort();
  const tls = { cert_file: certFile, key_file: keyFile, ports: { https: port } };
  program.write('tls.json', JSON.stringify(tls));
  mkdirSync(program.at('authorities'));
  program.write('authorities/ca.pem', readFileSync(authority.caFile, 'utf8'));
  const secure = await startAgent(['-dev', `-config-file=${program.at('tls.json')}`]);
  try {
    await fetch(`${secure.http}/v1/kv/k`, { method: 'PUT', body: 'v' });
    program.write('t.ctmpl', '{{ key "k" }}');
    const flags = (name: string, ...more: string[]) => [
      ...['-once', '-consul-addr', `127.0.0.1:${port}`, '-consul-ssl', '-consul-ssl-ca-path', program.at('authorities')],
      ...['-consul-retry=false', '-consul-transport-dial-timeout=1s', '-log-level=info', ...more],
      ...['-template', `${program.at('t.ctmpl')}:${program.at(name)}`],
    ];
    const run = await program.once(flags('out', '-consul-ssl-server-name=localhost'));
    expect([run.exit, program.read('out')], run.output).toEqual([0, 'v']);
    expect(run.output).toContain('accepted, without any effect: consul.transport.dial_timeout');
    expect((await program.once(flags('other', '-consul-ssl-server-name=elsewhere'))).exit).toBe(14);
  } finally {
    await secure.stop();
  }
});

test('a program of exec that runs too long is killed', async () => {
  program.write('t.ctmpl', 'text');
  const flags = ['-consul-addr', agent.http, '-template', `${program.at('t.ctmpl')}:${program.at('out')}`, '-exec-timeout', '2s'];
  const { exit, output } = await program.once([...flags, '-exec', `sh -c 'echo $$ > ${program.at('pid')}; exec sleep 60'`]);
  expect([exit, output]).toEqual([14, expect.stringContaining('child: command did not exit within "2s"')]);
  const pid = Number(program.read('pid'));
  expect(pid).toBeGreaterThan(0);
  await eventually(() => expect(isRunning(pid)).toBe(false), { withinMs: 5_000 });
  expect((await program.once([...flags, '-exec', 'sh -c "exit 7"'])).exit).toBe(7);
});

test('Vault may be configured as long as no template asks it', async () => {
  await put('app/k', 'v');
  const vault = 'vault {\n address = "https://127.0.0.1:1"\n token = "t"\n retry {\n  attempts = 2\n }\n}\n';
  const flags = configured(
    `${vault}template {\n contents = "{{ key \\"app/k\\" }}"\n destination = "@out"\n}\n`,
    '-once',
    '-vault-renew-token=false',
  );
  const { exit, output } = await program.once(flags);
  expect([exit, program.read('out')]).toEqual([0, 'v']);
  expect(output.match(/\[WARN] .* is not used: .*/g)).toEqual([
    expect.stringContaining(`${program.at('c.hcl')}: line 1: "vault" is not used: Vault is not read;`),
    expect.stringContaining('-vault-renew-token is not used: Vault is not read'),
  ]);
  program.write('c.hcl', `${vault}template {\n contents = "{{ with secret \\"a/b\\" }}{{ end }}"\n destination = "@out"\n}\n`);
  const failed = await program.once(flags);
  expect([failed.exit, failed.output]).toEqual([
    14,
    expect.stringContaining('<secret "a/b">: error calling secret: this function does not read Vault'),
  ]);
});

test('a command without a time limit is left running', async () => {
  const command = `exec >/dev/null 2>&1; for turn in $(seq 400); do test -e @go && break; sleep 0.05; done; echo done > @ran`;
  const flags = configured(
    `template {\n contents = "x"\n destination = "@out"\n command = "${command}"\n command_timeout = "0s"\n}\n`,
    '-once',
  );
  expect(await program.once(flags)).toEqual({ exit: 0, output: '' });
  expect(program.read('ran')).toBe(undefined);
  program.write('go', '');
  await program.shows('ran', 'done\n');
});

test('a command that is running when we end is asked to end first, when its block says how', async () => {
  const command = `trap 'echo asked > @asked; exit 0' TERM; echo > @running; while :; do sleep 0.05; done`;
  const exec = `exec {\n  command = "${command}"\n  kill_signal = "SIGTERM"\n  kill_timeout = "20s"\n }`;
  const run = program.start(configured(`template {\n contents = "x"\n destination = "@out"\n ${exec}\n}\n`));
  await program.shows('running', '\n');
  expect(await run.stop('SIGINT')).toBe(12);
  expect(program.read('asked')).toBe('asked\n');
});
