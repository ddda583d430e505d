import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NativeResources, readFiles } from '../../../../templater/native/config.js';
import { settingsOf } from '../../../../templater/native/settings.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-native-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const owners = { userId: (name: string) => ({ www: 33 })[name], groupId: (name: string) => ({ adm: 4 })[name] };
const rules = { prefix: '', owners, missing: 'wait', waitTimeoutMs: undefined } as const;
const write = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([name, text]) => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
const plain = (text: string) => text.replaceAll(`${directory}/`, '');
const read = (text: string) => {
  const { resources, failures } = new NativeResources().in(readFiles(write({ 'mesh-template.toml': text })), rules);
  return { resources, failures: failures.map((failure) => plain(failure.text)) };
};
const one = (text: string) => {
  const { resources, failures } = read(text);
  expect(failures).toEqual([]);
  return resources[0];
};
const settings = (text: string) => settingsOf(readFiles(write({ 'mesh-template.toml': text })).documents);

describe('templates of our own files', () => {
  test('one file holds many of them', () => {
    const { resources, failures } = read(`
[[template]]
src = "a.tmpl"
dest = "/etc/a.conf"
keys = ["/app"]

[[template]]
name = "b"
src = "/templates/b.hbs"
dest = "/etc/b.conf"
mode = "0640"
owner = "www:adm"
`);
    expect(failures).toEqual([]);
    expect(resources).toMatchObject([
      { name: '/etc/a.conf', source: join(directory, 'a.tmpl'), syntax: 'go', dialect: 'both', keyPrefixes: ['app'] },
      { name: 'b', source: '/templates/b.hbs', syntax: 'handlebars', permissions: { mode: 0o640, uid: 33, gid: 4, unsetOwner: 'kept' } },
    ]);
    expect(resources[0]?.group).toMatchObject({ name: '/etc/a.conf', settle: undefined, keepVersions: 0 });
  });

  test('a single [template] is as it always was: named by its file, its group the one of the owner', () => {
    const [file = ''] = write({ 'conf.d/a.toml': '[template]\nsrc = "a.tmpl"\ndest = "/a"\ngroup = "adm"', 'templates/a.tmpl': '' });
    const { resources } = new NativeResources().in(readFiles([file]), rules);
    expect(resources).toMatchObject([
      { name: file, source: join(directory, 'templates/a.tmpl'), permissions: { gid: 4 }, group: { name: file } },
    ]);
  });

  test('a template may stand in the file', () => {
    const text = `[[template]]\ncontents = "a << .x >>"\ndelimiters = ["<<", ">>"]\ndialect = "consul-template"\ndest = "/a"`;
    expect(one(text)).toMatchObject({ contents: 'a << .x >>', delimiters: ['<<', '>>'], dialect: 'consul-template', source: '/a' });
  });

  test('a template may be taken strictly', () => {
    const text =
      '[[template]]\nsrc = "a"\ndest = "/a"\nerror_on_missing_key = true\nsandbox_path = "/safe"\nfunction_denylist = ["plugin"]';
    expect(one(text)?.strictness).toEqual({ missingKey: 'error', sandbox: '/safe', denied: ['plugin'] });
  });

  test('members of a group have the same one', () => {
    const { resources } = read(`
[group.nginx]
settle = "1s:5s"
max_rate = "2 per 10s"
check_cmd = "nginx -t"
reload_cmd = "nginx -s reload"
keep = 3
[group.nginx.rollout]
lock = "rollout/nginx"
limit = 2
wait_healthy = "service:web"
timeout = "90s"
[[template]]
src = "a"
dest = "/a"
group = "nginx"
[[template]]
src = "b"
dest = "/b"
group = "nginx"
`);
    expect(resources[0]?.group).toBe(resources[1]?.group);
    expect(resources[0]?.group).toEqual({
      name: 'nginx',
      stateKey: `${directory}/mesh-template.toml#group.nginx`,
      settle: { minMs: 1000, maxMs: 5000 },
      maxRate: { count: 2, perMs: 10_000 },
      keepVersions: 3,
      commands: { check: 'nginx -t', reload: 'nginx -s reload', checkTimeoutMs: 30_000, reloadTimeoutMs: 60_000, keepFailed: false },
      rollout: { lock: 'rollout/nginx', limit: 2, waitHealthy: [{ kind: 'service', name: 'web' }], timeoutMs: 90_000 },
    });
  });

  test('a resource on its own has the rules of a group too', () => {
    const text = `[[template]]\nsrc = "a"\ndest = "/a"\nsettle = "1s"\nmax_rate = "1 per 1m"\nkeep = 2\nrollout = { lock = "r" }`;
    expect(one(text)?.group).toMatchObject({
      name: '/a',
      settle: { minMs: 1000, maxMs: 4000 },
      maxRate: { count: 1, perMs: 60_000 },
      keepVersions: 2,
      rollout: { lock: 'r', limit: 1 },
    });
  });

  test('defaults are for all templates, and each may say otherwise', () => {
    const { resources } = read(`
[defaults]
mode = "0600"
keep = 2
create_dest_dirs = true
[[template]]
src = "a"
dest = "/a"
[[template]]
src = "b"
dest = "/b"
mode = "0644"
keep = 0
`);
    expect(resources).toMatchObject([
      { permissions: { mode: 0o600 }, makesDirectories: true, group: { keepVersions: 2 } },
      { permissions: { mode: 0o644 }, makesDirectories: true, group: { keepVersions: 0 } },
    ]);
  });

  test.each([
    { each: 'tree app/vhosts', dependency: { kind: 'keyPrefix', prefix: 'app/vhosts/', datacenter: '' } },
    { each: 'tree /app/vhosts/@dc2', dependency: { kind: 'keyPrefix', prefix: 'app/vhosts/', datacenter: 'dc2' } },
    {
      each: 'service v1.web',
      dependency: { kind: 'service', service: 'web', tag: 'v1', datacenter: '', near: '', passing: true, connect: false },
    },
  ])('for_each = "$each"', ({ each, dependency }) => {
    expect(one(`[[template]]\nsrc = "a"\ndest = "/etc/x/{{item.key}}.conf"\nfor_each = "${each}"`)?.forEach).toEqual({
      dependency,
      root: '/etc/x',
      destination: '/etc/x/{{item.key}}.conf',
    });
  });

  test.each([
    { line: 'dst = "/b"', error: 'mesh-template.toml: line 4: unknown key "dst", did you mean "dest"?' },
    { line: 'keys = "/"', error: 'mesh-template.toml: line 4: "keys" must be a list of strings, not a string' },
    { line: 'contents = "x"', error: 'mesh-template.toml: line 4: there are both "src" and "contents"' },
    { line: 'group = "nginx"', error: 'mesh-template.toml: line 4: there is no [group.nginx]' },
    { line: 'missing = "ignore"', error: 'mesh-template.toml: line 4: "missing" must be "wait", "fail" or "empty", not "ignore"' },
    { line: 'max_rate = "often"', error: 'mesh-template.toml: line 4: "max_rate" must be such as "1 per 10s", not "often"' },
    { line: 'settle = "5s:1s"', error: 'mesh-template.toml: line 4: "settle" must be MIN:MAX, MIN being the shorter one, not "5s:1s"' },
    { line: 'root = "/etc"', error: 'mesh-template.toml: line 4: "root" is for resources with "for_each"' },
    {
      line: 'for_each = "tree x"',
      error: 'mesh-template.toml: line 3: with "for_each" the "dest" must name the item, such as "/etc/x/{{item.key}}.conf"',
    },
    { line: 'owner = "who"', error: 'mesh-template.toml: line 4: there is no user "who"; give the number with "uid"' },
    { line: 'rollout = { lock = "" }', error: 'mesh-template.toml: line 4: "rollout.lock": it must name a key, such as "rollout/nginx"' },
    { line: 'rollout = { lok = "a" }', error: 'mesh-template.toml: line 4: unknown key "lok", did you mean "lock"? (in "rollout")' },
    { line: 'wait_timeout = 3', error: 'mesh-template.toml: line 4: "wait_timeout" must be a string such as "30s", not a number' },
  ])('$line stops this one and nobody else', ({ line, error }) => {
    const { resources, failures } = read(`[[template]]\nsrc = "a"\ndest = "/a"\n${line}\n[[template]]\nsrc = "b"\ndest = "/b"\n`);
    expect(failures).toEqual([error]);
    expect(resources.map(({ name }) => name)).toEqual(['/b']);
  });

  test.each([
    { what: 'no destination', text: '[[template]]\nsrc = "a"', error: 'mesh-template.toml: line 1: there is no "dest", the file to write' },
    { what: 'no template', text: '[[template]]\ndest = "/a"', error: 'mesh-template.toml: line 1: there is neither "src" nor "contents"' },
  ])('a table with $what says so', ({ text, error }) => {
    expect(read(text).failures).toEqual([error]);
  });

  test('two of one name, or for one file, are one too many', () => {
    const { resources, failures } = read(
      ['dest = "/a"\nname = "a"', 'dest = "/b"\nname = "a"', 'dest = "/x/../a"\nname = "c"', 'dest = "/a"']
        .map((text) => `[[template]]\nsrc = "a"\n${text}\n`)
        .join(''),
    );
    expect(resources).toHaveLength(1);
    expect(failures).toEqual([
      'mesh-template.toml: line 8: another resource (in mesh-template.toml) is called "a" as well',
      'mesh-template.toml: line 11: another resource (in mesh-template.toml) writes "/a" as well',
      'mesh-template.toml: line 15: another resource (in mesh-template.toml) writes "/a" as well',
    ]);
  });

  test('a mistake in a group stops its members, and is told once for all of them', () => {
    const member = (name: string, more = '') => `[[template]]\nsrc = "${name}"\ndest = "/${name}"\n${more}`;
    const text = `[group.g]\nsetle = "1s"\n${member('a', 'group = "g"\n')}${member('b', 'group = "g"\n')}${member('c')}`;
    const { resources, failures } = new NativeResources().in(readFiles(write({ 'mesh-template.toml': text })), rules);
    expect(resources.map(({ name }) => name)).toEqual(['/c']);
    expect(failures).toEqual([
      { text: expect.stringMatching(/mesh-template.toml: line 2: unknown key "setle", did you mean "settle"\?$/), names: ['/a', '/b'] },
    ]);
  });

  test('a directory is all its TOML files; one that does not parse stops its own resources, which go on by their names', () => {
    write({ 'd/a.toml': '[[template]]\nsrc = "a"\ndest = "/a"', 'd/sub/b.toml': '[template]\nsrc = "b"\ndest = "/b"', 'd/c.txt': 'no' });
    const reader = new NativeResources();
    const readAll = () => reader.in(readFiles([join(directory, 'd')]), rules);
    expect(readAll().resources.map(({ name }) => plain(name))).toEqual(['/a', 'd/sub/b.toml']);
    write({ 'd/a.toml': '[[template]]\nsrc = ' });
    for (const _ of [1, 2]) {
      const { resources, failures } = readAll();
      expect(resources.map(({ name }) => plain(name))).toEqual(['d/sub/b.toml']);
      expect(failures).toMatchObject([{ names: ['/a'], text: expect.stringMatching(/d\/a\.toml: .*line 2/) }]);
    }
  });
});

describe('settings of our own files', () => {
  test('the agent, as flags would say it', () => {
    expect(
      settings(`
[agent]
address = ["https://10.0.0.1:8501", "10.0.0.2:8501"]
token = "secret"
datacenter = "dc2"
ca_file = "/ca.pem"
verify = false
`),
    ).toMatchObject({
      configured: {
        datacenter: 'dc2',
        agent: undefined,
        values: {
          node: ['https://10.0.0.1:8501', '10.0.0.2:8501'],
          'auth-token': 'secret',
          'client-ca-keys': '/ca.pem',
          'client-insecure': true,
          scheme: 'https',
        },
      },
    });
  });

  test('another source of keys stands beside the agent', () => {
    const text = '[agent]\naddress = "10.0.0.1:8500"\n[source]\nkind = "redis"\naddress = "10.0.0.2:6379"\nseparator = ":"';
    expect(settings(text).configured).toEqual({
      values: { backend: 'redis', node: ['10.0.0.2:6379'], separator: ':' },
      agent: { node: ['10.0.0.1:8500'] },
      datacenter: '',
      sources: {},
    });
  });

  test('everything else', () => {
    expect(
      settings(`
register = true
state_dir = "/var/lib/x"
pid_file = "/run/x.pid"
[defaults]
missing = "fail"
wait_timeout = "2m"
[status]
address = "127.0.0.1:9410"
[exec]
command = ["nginx", "-g", "daemon off;"]
reload_signal = "SIGHUP"
env = ["A=b"]
[log]
level = "debug"
`),
    ).toEqual({
      configured: {
        values: {
          missing: 'fail',
          'wait-timeout': '120000ms',
          'log-level': 'debug',
          'state-dir': '/var/lib/x',
          'status-addr': '127.0.0.1:9410',
          register: true,
        },
        agent: undefined,
        datacenter: '',
        sources: {},
      },
      stateDirectory: '/var/lib/x',
      pidFile: '/run/x.pid',
      exec: {
        command: ['nginx', '-g', 'daemon off;'],
        splayMs: 0,
        killSignal: 'SIGINT',
        killTimeoutMs: 30_000,
        reloadSignal: 'SIGHUP',
        environment: { isPristine: false, custom: ['A=b'], allowed: [], denied: [] },
      },
    });
  });

  test.each([
    { text: '[agent]\naddres = "x"', error: 'mesh-template.toml: line 2: unknown key "addres", did you mean "address"?' },
    { text: '[agnt]\naddress = "x"\n[log]\n', error: 'mesh-template.toml: line 1: unknown key "agnt", did you mean "agent"?' },
    { text: 'register = "yes"', error: 'mesh-template.toml: line 1: "register" must be true or false, not a string' },
    { text: 'register = true\nx = ', error: /^mesh-template\.toml: .*line 2/ },
    {
      text: '[status]\naddress = "nine"',
      error: 'mesh-template.toml: line 2: "status.address" must be such as "127.0.0.1:9410", not "nine"',
    },
    {
      text: '[exec]\nkill_signal = "TERM"',
      error: 'mesh-template.toml: line 2: "kill_signal" must be the name of a signal, such as "SIGHUP", not "TERM"',
    },
    {
      text: '[exec]\ncommand = "x"\nenv_deny = ["A", "[B-"]',
      error: 'mesh-template.toml: line 3: "exec.env_deny": "[B-" is no pattern of names',
    },
    { text: '[exec]\nsplay = "1s"', error: 'mesh-template.toml: line 1: "exec" must have a "command"' },
    { text: '[defaults]\nmissing = "x"', error: 'mesh-template.toml: line 2: "missing" must be "wait", "fail" or "empty", not "x"' },
    { text: '[source]\naddress = "x"', error: 'mesh-template.toml: line 1: "source" must say of which "kind" it is' },
    { text: '[agent]\ntoken_file = "/none/such"', error: 'agent.token_file /none/such: no such file or directory' },
  ])('$text is refused as a whole', ({ text, error }) => {
    let message = '';
    try {
      settings(text);
    } catch (thrown) {
      message = thrown instanceof Error ? plain(thrown.message) : '';
    }
    expect(message).toMatch(error);
  });

  test('a key that two files set is refused, different keys of one table are not', () => {
    const paths = write({ 'a.toml': '[agent]\naddress = "x"', 'b.toml': '[agent]\ntoken = "t"' });
    expect(settingsOf(readFiles(paths).documents).configured.values).toMatchObject({ node: ['x'], 'auth-token': 't' });
    write({ 'b.toml': '[agent]\naddress = "y"' });
    expect(() => settingsOf(readFiles(paths).documents)).toThrow(/b\.toml: line 2: "agent\.address" is set in .*a\.toml already/);
  });
});
