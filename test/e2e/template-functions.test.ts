/** Functions that reach the disk, and partials, as users of consul-template's and confd's files meet them: the program and a real agent. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';

let agent: TestAgent;
let directory: string;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-functions-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await fetch(`${agent.http}/v1/kv/?recurse`, { method: 'DELETE' });
});

const at = (name: string) => join(directory, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const read = (name: string) => readFileSync(at(name), 'utf8');
const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });

function run(...flags: readonly string[]): Promise<{ readonly exit: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ['bin/mesh-template', ...flags], { timeout: 120_000, killSignal: 'SIGKILL' });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => child.once('close', (exit) => resolve({ exit, output })));
}

function runOnce(template: string, block = '') {
  write('a.ctmpl', template);
  write('config.hcl', `template {\n source = "${at('a.ctmpl')}"\n destination = "${at('out')}"\n ${block}\n}`);
  return run('-once', '-consul-addr', agent.http, '-config', at('config.hcl'));
}

describe('with consul-template’s files', () => {
  test('writeToFile writes beside what the template becomes', async () => {
    await put('cert', 'CERT');
    const { exit } = await runOnce(`{{key "cert" | writeToFile "${at('tls/cert.pem')}" "" "" "0600" "newline"}}done`);
    expect(exit).toBe(0);
    expect([read('out'), read('tls/cert.pem')]).toEqual(['done', 'CERT\n']);
    expect(statSync(at('tls/cert.pem')).mode & 0o777).toBe(0o600);
  });

  test('-dry writes nothing at all', async () => {
    write('a.ctmpl', `{{"x" | writeToFile "${at('aside')}" "" "" "0600"}}shown`);
    const { exit, output } = await run('-once', '-dry', '-consul-addr', agent.http, '-template', `${at('a.ctmpl')}:${at('out')}`);
    expect([exit, output]).toEqual([0, `> ${at('out')}\nshown`]);
    expect(readdirSync(directory)).toEqual(['a.ctmpl']);
  });

  test('sandbox_path holds against links that were planted in it', async () => {
    mkdirSync(at('box'));
    symlinkSync('/etc/hostname', at('box/link'));
    symlinkSync(directory, at('box/up'));
    write('box/inside', 'inside');
    const sandbox = `sandbox_path = "${at('box')}"`;
    expect((await runOnce(`{{file "${at('box/inside')}"}}`, sandbox)).exit).toBe(0);
    expect(read('out')).toBe('inside');
    const { exit, output } = await runOnce(`{{"x" | writeToFile "${at('box/up/planted')}" "" "" "0644"}}`, sandbox);
    expect([exit, readdirSync(directory).includes('planted')]).toEqual([14, false]);
    expect(output).toContain('is outside of');
    const limits = 'consul { retry { attempts = 1 } }';
    write('limits.hcl', limits);
    write('a.ctmpl', `{{file "${at('box/link')}"}}`);
    write('config.hcl', `template {\n source = "${at('a.ctmpl')}"\n destination = "${at('secret')}"\n ${sandbox}\n}`);
    const refused = await run(
      '-once',
      '-consul-addr',
      agent.http,
      '-config',
      at('config.hcl'),
      '-config',
      at('limits.hcl'),
      '-wait-timeout',
      '2s',
    );
    expect(refused.exit).not.toBe(0);
    expect(readdirSync(directory)).not.toContain('secret');
  });

  test('a variable that is only a name every object has is not set', async () => {
    expect(await runOnce('{{env "constructor"}}{{env "__proto__"}}{{envOrDefault "toString" "none"}}{{env "HOME"}}')).toMatchObject({
      exit: 0,
    });
    expect(read('out')).toBe(`none${process.env.HOME}`);
  });

  test('a denied function fails', async () => {
    const { exit, output } = await runOnce('{{plugin "echo" "x"}}', 'function_denylist = ["plugin"]');
    expect(exit).toBe(14);
    expect(output).toContain('error calling plugin: function is disabled');
  });
});

test('a Handlebars resource finds its partials in confd’s template directory, and reads them again', async () => {
  for (const name of ['conf.d', 'templates/parts']) mkdirSync(at(name), { recursive: true });
  write('conf.d/a.toml', `[template]\nsrc = "a.hbs"\ndest = "${at('out')}"\nkeys = ["/"]\n`);
  write('templates/a.hbs', '{{#each (gets "/app/*")}}{{> parts/line}}{{/each}}{{key "none" default="d"}}');
  write('templates/parts/line.hbs', '{{Key}}={{Value}};');
  await put('app/a', '1');
  const once = () => run('-onetime', '-confdir', directory, '-node', agent.http.replace('http://', ''), '-log-level', 'error');
  expect(await once()).toEqual({ exit: 0, output: '' });
  expect(read('out')).toBe('/app/a=1;d');
  write('templates/parts/line.hbs', '{{sprig_upper Key}}');
  expect((await once()).exit).toBe(0);
  expect(read('out')).toBe('/APP/Ad');
});
