import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configBlocks, templateBlocks } from '../../../../templater/consul-template/option-tables.js';
import { convertCommand } from '../../../../templater/convert/convert-command.js';
import { readFiles } from '../../../../templater/native/config.js';
import { settingsOf } from '../../../../templater/native/settings.js';
import type { ProcessParts } from '../../../../templater/process.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-convert-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function convertFiles(files: Readonly<Record<string, string>>, path: string) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  let output = '';
  let errors = '';
  const parts = { print: (text: string) => (output += text), printError: (text: string) => (errors += text) } as unknown as ProcessParts;
  const status = await convertCommand([join(directory, path)], parts);
  return { status, output: output.replaceAll(`${directory}/`, ''), errors: errors.replaceAll(`${directory}/`, '') };
}

describe('mesh-template convert', () => {
  test('templates of consul-template with one command and one wait become a group; with another wait that is said', async () => {
    const template = (name: string, more: string) => `template { contents = "x" destination = "/etc/${name}" command = "reload" ${more} }`;
    const config = [
      template('a', 'backup = true'),
      template('b', 'wait { min = "1s" }'),
      template('c', ''),
      template('d', 'wait { min = "1s" }'),
      template('e', 'wait { min = "9s" }'),
      'template { contents = "x" destination = "/etc/f" command = "other" }',
    ].join('\n');
    const { status, output, errors } = await convertFiles({ 'c.hcl': config }, 'c.hcl');
    const groups = [...output.matchAll(/\[group\.(.*)\]\n([^[#]*)/g)].map(([, name, text = '']) => [name, text.trim().split('\n')]);
    const members = [...output.matchAll(/dest = "\/etc\/(.)"(?:\n[^[#\n]+)*?\n(?:group = "(.*)")?\n/g)].map(([, name, group]) => [
      name,
      group,
    ]);
    expect(groups).toEqual([
      ['reload-1', ['settle = "1ms"', 'keep = 2']],
      ['reload-2', ['settle = "1s"']],
    ]);
    expect(members.filter(([, group]) => group !== undefined)).toEqual([
      ['a', 'reload-1'],
      ['b', 'reload-2'],
      ['c', 'reload-1'],
      ['d', 'reload-2'],
    ]);
    expect([status, errors.match(/another "wait"/g)?.length]).toEqual([2, 5]);
  });

  test('consul-template, with everything that has a word here', async () => {
    const config = `
consul {
  address = "10.0.0.1:8500"
  token = "t"
  ssl { enabled = true, ca_cert = "/ca.pem" }
  retry { attempts = 5 }
}
log_level = "err"
pid_file = "/run/x.pid"
wait { min = "5s" max = "10s" }
syslog { enabled = true }
exec { command = "nginx -g 'daemon off;'" reload_signal = "SIGHUP" splay = "5s" env { custom = ["A=b"] pristine = true } }
template {
  source = "/t/a.ctmpl"
  destination = "/etc/a.conf"
  perms = 0640
  user = "www-data"
  group = "1000"
  command = ["sh", "-c", "echo 'it is' done"]
  left_delimiter = "<<"
  backup = true
}
template { contents = "line 1\\nline 2\\n" destination = "/etc/b.conf" create_dest_dirs = false sandbox_path = "/safe" function_denylist = ["plugin"] error_on_missing_key = true wait { min = "1s" } }
`;
    const { status, output, errors } = await convertFiles({ 'c.hcl': config }, 'c.hcl');
    expect(output).toBe(`# Made from c.hcl by mesh-template convert.
# Not kept: "consul.retry": an agent that does not answer is asked again for ever
# Not kept: "syslog": there is nothing like it for files of our own

pid_file = "/run/x.pid"

[agent]
address = "https://10.0.0.1:8500"
token = "t"
ca_file = "/ca.pem"

[log]
level = "error"

[exec]
command = "nginx -g 'daemon off;'"
reload_signal = "SIGHUP"
splay = "5s"
env = ["A=b"]
env_pristine = true

# Not kept: "backup": the version before is kept for "mesh-template rollback", not as a .bak file
[[template]]
src = "/t/a.ctmpl"
dest = "/etc/a.conf"
dialect = "consul-template"
create_dest_dirs = true
mode = "0640"
owner = "www-data:1000"
reload_cmd = "sh -c 'echo '\\\\''it is'\\\\'' done'"
reload_cmd_timeout = "30s"
delimiters = ["<<", "}}"]
settle = "5s:10s"
keep = 2

[[template]]
contents = '''
line 1
line 2
'''
dest = "/etc/b.conf"
dialect = "consul-template"
create_dest_dirs = false
error_on_missing_key = true
sandbox_path = "/safe"
function_denylist = ["plugin"]
settle = "1s"
`);
    expect(status).toBe(2);
    expect(errors.split('\n')).toHaveLength(4);
    expect(errors).toContain('not kept: [[template]] for /etc/a.conf: "backup"');
    writeFileSync(join(directory, 'native.toml'), output);
    expect(settingsOf(readFiles([join(directory, 'native.toml')]).documents)).toMatchObject({
      pidFile: '/run/x.pid',
      exec: { splayMs: 5000 },
    });
  });

  test('HTTPS that is switched off leaves nothing behind', async () => {
    const { status, output } = await convertFiles(
      {
        'c.hcl': 'consul {\n address = "a:1"\n ssl {\n enabled = false\n ca_cert = "/ca"\n}\n}\n',
      },
      'c.hcl',
    );
    expect([status, output]).toEqual([0, expect.stringContaining('[agent]\naddress = "a:1"\n')]);
    expect(output).not.toContain('/ca');
  });

  test('confd, with what its later releases have', async () => {
    const files = {
      'conf.d/web.toml':
        '[template]\nsrc = "web.tmpl"\ndest = "/etc/web"\noutput_format = "json"\nreload_cmd = "send {{.dest}}"\n[backend]\nbackend = "env"\n',
    };
    const { status, output, errors } = await convertFiles(files, '.');
    expect(status).toBe(2);
    expect(output).toContain('reload_cmd = "send /etc/web"');
    expect(errors).toMatch(/"output_format" is not looked at; a check_cmd does that/);
    expect(errors).toMatch(/\[backend\] of .*web\.toml; a template names its source by "source", and that is a \[source\.NAME\]/);
  });

  test('confd, with keys in any case', async () => {
    const files = { 'confd.toml': 'Prefix = "/p"', 'conf.d/a.toml': '[Template]\nSrc = "a.tmpl"\nDest = "/d/a"\nKEYS = ["/x"]' };
    const { output, errors } = await convertFiles(files, '.');
    for (const line of ['src = "templates/a.tmpl"', 'dest = "/d/a"', 'keys = ["/x"]', 'prefix = "/p"']) expect(output).toContain(line);
    expect(errors).not.toContain('means nothing here');
  });

  test('confd, with another source than an agent', async () => {
    const files = {
      'confd.toml':
        'backend = "redis"\nnodes = ["10.0.0.1:6379"]\npassword = "p"\nseparator = ":"\nprefix = "/prod"\nlog-level = "warn"\nwatch = true\ninterval = 5\n',
      'conf.d/web.toml':
        '[template]\nsrc = "web.tmpl"\ndest = "/etc/web"\nprefix = "/x"\nowner = "www"\ngroup = "adm"\ndebounce = "2s"\nmin_reload_interval = "10s"\n',
    };
    const { status, output, errors } = await convertFiles(files, '.');
    expect([status, errors]).toEqual([0, '']);
    expect(output.replace(/from .* by/, 'from here by')).toBe(`# Made from here by mesh-template convert.

[source]
kind = "redis"
address = ["10.0.0.1:6379"]
password = "p"
separator = ":"

[log]
level = "warn"

[[template]]
name = "web"
src = "templates/web.tmpl"
dest = "/etc/web"
settle = "2s"
max_rate = "1 per 10s"
prefix = "/prod"
owner = "www:adm"
`);
    writeFileSync(join(directory, 'native.toml'), output);
    expect(settingsOf(readFiles([join(directory, 'native.toml')]).documents).configured.values).toMatchObject({
      backend: 'redis',
      separator: ':',
    });
  });

  test.each([
    { files: { 'x.txt': '' }, path: 'none', error: 'none: no such file or directory' },
    { files: { 'a.toml': 'x = ' }, path: 'a.toml', error: 'a.toml: ' },
    { files: { 'a.toml': 'x = 1' }, path: 'a.toml', error: 'a.toml: there is no [template] table' },
    { files: { 'a.hcl': 'template {' }, path: 'a.hcl', error: 'a.hcl: ' },
    { files: { 'a.hcl': 'templat {}' }, path: 'a.hcl', error: 'a.hcl: unknown key "templat", did you mean "template"?' },
    { files: { 'd/a.toml': '' }, path: 'd', error: 'd: there is no conf.d in it' },
  ])('$path that cannot be read is 1: $error', async ({ files, path, error }) => {
    const { status, errors } = await convertFiles(files as unknown as Record<string, string>, path);
    expect(status).toBe(1);
    expect(errors).toContain(error);
  });

  const samples = {
    string: 'x',
    strings: ['x'],
    bool: true,
    count: 3,
    integer: 3,
    duration: '7s',
    signal: 'SIGUSR2',
    mode: '0600',
    owner: 'x',
    command: 'run it',
  } as const;
  /** Where the sample of the type is the default, or makes no sense. */
  const other: Readonly<Record<string, unknown>> = {
    log_level: 'debug',
    default_left_delimiter: '<<',
    default_right_delimiter: '>>',
    'consul.ssl.verify': false,
    'template.create_dest_dirs': false,
    'template.wait.enabled': false,
  };
  /** What these say is so without them. */
  const needless = ['max_stale', 'wait.enabled', 'exec.enabled', 'template.exec.enabled', 'consul.auth.enabled', 'consul.retry.enabled'];
  const keys = [
    ...Object.entries(configBlocks).map(([path, rows]) => [path, rows] as const),
    ...Object.entries(templateBlocks).map(([path, rows]) => [`template${path === '' ? '' : `.${path}`}`, rows] as const),
  ].flatMap(([path, rows]) =>
    Object.entries(rows).map(([key, { type }]) => ({
      path: path === '' ? key : `${path}.${key}`,
      sample: samples[type as keyof typeof samples],
    })),
  );
  const base = {
    consul: { auth: { username: 'u' } },
    exec: { command: 'program' },
    template: { source: 's', destination: 'd', command: 'c', wait: { min: '5s' } },
    wait: { min: '6s' },
  };

  test.each(keys.filter(({ path }) => !needless.includes(path)))(
    '$path of consul-template is kept, or said not to be',
    async ({ path, sample }) => {
      const config: Record<string, unknown> = structuredClone(
        path.startsWith('wait') ? { ...base, template: { source: 's', destination: 'd' } } : base,
      );
      const before = await convertFiles({ 'c.json': JSON.stringify(config) }, 'c.json');
      const names = path.split('.');
      let place = config;
      for (const name of names.slice(0, -1)) {
        place[name] = { ...(place[name] as object) };
        place = place[name] as Record<string, unknown>;
      }
      place[names.at(-1) ?? ''] = other[path] ?? sample;
      const after = await convertFiles({ 'c.json': JSON.stringify(config) }, 'c.json');
      expect(after.status).not.toBe(1);
      expect(after.output).not.toBe(before.output);
    },
  );
});
