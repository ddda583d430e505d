import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FlagError } from '../../../../src/lib/argv.js';
import { decodeConfig } from '../../../../templater/consul-template/config-files.js';
import { parseConsulTemplateFlags } from '../../../../templater/consul-template/flag-config.js';
import { resolveSettings } from '../../../../templater/consul-template/settings.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-settings-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const settingsOf = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  resolveSettings(parseConsulTemplateFlags(argv), (name) => environment[name]);
const withFile = (text: string, ...argv: readonly string[]) => {
  const file = join(directory, 'c.hcl');
  writeFileSync(file, text);
  return settingsOf(['-config', file, ...argv]);
};

describe('settings from files', () => {
  test('a template block is read key by key', () => {
    const { templates } = withFile(`template {
      source = "a.ctmpl"
      destination = "/etc/a"
      perms = 0640
      command = ["nginx", "-s", "reload"]
      command_timeout = "5s"
      backup = true
      create_dest_dirs = false
      error_on_missing_key = true
      sandbox_path = "/srv"
      function_denylist = ["plugin"]
      function_blacklist = ["file"]
      left_delimiter = "<%"
      right_delimiter = "%>"
      user = "www"
      wait { min = "2s" }
    }`);
    expect(templates).toEqual([
      {
        source: 'a.ctmpl',
        contents: '',
        destination: '/etc/a',
        makesDirectories: false,
        command: ['nginx', '-s', 'reload'],
        commandTimeoutMs: 5000,
        commandSplayMs: 0,
        commandEnd: undefined,
        commandEnvironment: { isPristine: false, custom: [], allowed: [], denied: [] },
        isErrorFatal: true,
        mode: 0o640,
        user: 'www',
        group: '',
        keepsBackup: true,
        failsOnMissingKey: true,
        sandbox: '/srv',
        deniedFunctions: ['plugin', 'file'],
        delimiters: ['<%', '%>'],
        wait: { minMs: 2000, maxMs: 8000 },
      },
    ]);
  });

  test('what may be said in short', () => {
    const { templates, connection, exec } = withFile(
      'consul = "a:1"\nwait = "1s:2s"\ntemplate {\n user = 1000\n group = "7"\n function_denylist = "plugin,file"\n}\nexec {\n command = "x"\n timeout = 0\n splay = "0"\n}\n',
    );
    expect(templates[0]).toMatchObject({
      user: '1000',
      group: '7',
      deniedFunctions: ['plugin', 'file'],
      wait: { minMs: 1_000, maxMs: 2_000 },
    });
    expect([connection.addresses, exec?.timeoutMs, exec?.splayMs]).toEqual([['http://a:1'], 0, 0]);
  });

  test('numbers of owners may be given as uid and gid; names win', () => {
    const { templates } = withFile('template {\n uid = 1000\n gid = 7\n}\ntemplate {\n uid = 1000\n user = "web"\n group = "www"\n}');
    expect(templates).toMatchObject([
      { user: '1000', group: '7' },
      { user: 'web', group: 'www' },
    ]);
  });

  test('lists of the environment of exec add up over files and flags', () => {
    const file = (name: string, env: string) => {
      writeFileSync(join(directory, name), `exec {\n command = "${name}"\n env {\n${env}\n}\n}`);
      return ['-config', join(directory, name)];
    };
    const first = file('1.hcl', 'custom = ["A=1"]\nallowlist = ["A*"]\npristine = true');
    const second = file('2.hcl', 'custom = ["B=2"]\nwhitelist = ["B*"]\npristine = false');
    expect(settingsOf([...first, ...second, '-exec-env-custom', 'C=3']).exec).toMatchObject({
      command: '2.hcl',
      environment: { isPristine: false, custom: ['A=1', 'B=2', 'C=3'], allowed: ['A*', 'B*'], denied: [] },
    });
  });

  test('JSON says the same as HCL, and permission bits in a string are octal', () => {
    const file = join(directory, 'c.json');
    writeFileSync(file, '{"template": {"source": "a", "destination": "b", "perms": "0600"}, "wait": "1s:3s"}');
    expect(settingsOf(['-config', file]).templates[0]).toMatchObject({ mode: 0o600, wait: { minMs: 1000, maxMs: 3000 } });
  });

  test('a mounted ConfigMap is read once, and links to directories are not followed', () => {
    const conf = join(directory, 'mounted');
    mkdirSync(join(conf, '..2026_01'), { recursive: true });
    writeFileSync(join(conf, '..2026_01/c.hcl'), 'template { source = "one" }');
    symlinkSync('..2026_01', join(conf, '..data'));
    symlinkSync('..data/c.hcl', join(conf, 'c.hcl'));
    symlinkSync('..2026_01', join(conf, 'linked'));
    expect(settingsOf(['-config', conf]).templates.map(({ source }) => source)).toEqual(['one']);
  });

  test('a directory is read in the order of names, and templates add up', () => {
    mkdirSync(join(directory, 'conf/sub'), { recursive: true });
    writeFileSync(join(directory, 'conf/2.hcl'), 'log_level = "debug"\ntemplate { source = "two" }');
    writeFileSync(join(directory, 'conf/1.hcl'), 'log_level = "err"\npid_file = "/run/p"\ntemplate { source = "one" }');
    const { templates, logThreshold, pidFile } = settingsOf(['-config', join(directory, 'conf')]);
    expect({ sources: templates.map(({ source }) => source), logThreshold, pidFile }).toEqual({
      sources: ['one', 'two'],
      logThreshold: 'debug',
      pidFile: '/run/p',
    });
  });

  test('a template that has no wait of its own has the common one', () => {
    const { templates } = withFile('wait { min = "1s" }\ntemplate { source = "a" }\ntemplate {\n source = "b"\n wait { min = "0s" }\n}');
    expect(templates.map(({ wait }) => wait)).toEqual([{ minMs: 1000, maxMs: 4000 }, undefined]);
  });

  test.each([
    { text: 'deduplicate { prefix = "x/" }', settings: { prefix: 'x/', ttlMs: 15_000 } },
    { text: 'deduplicate { enabled = true\n ttl = "20s" }', settings: { prefix: 'consul-template/dedup/', ttlMs: 20_000 } },
    { text: 'deduplicate { enabled = false\n ttl = "20s" }', settings: undefined },
    { text: '', settings: undefined },
  ])('any key of deduplicate switches it on, unless it says no: $text', ({ text, settings }) => {
    expect(withFile(text).deduplicate).toEqual(settings);
    expect(withFile(text, '-once').deduplicate).toBeUndefined();
  });

  test('a leader that may be silent for less than an agent can count is a mistake', () => {
    expect(() => withFile('deduplicate { ttl = "5s" }')).toThrow('deduplicate.ttl must be from 10s to 24h');
  });

  test('what is said of Vault and Nomad is not used, and told with its place', () => {
    const text = 'template {\n  vault_grace = "1s"\n}\nvault {\n  address = "https://v:8200"\n  retry { attempts = 3 }\n}\nnomad {\n}\n';
    const { unused, templates } = withFile(text, '-vault-renew-token=false', '-nomad-addr=http://n:4646');
    const origin = `from file: ${join(directory, 'c.hcl')}`;
    expect(unused).toEqual([
      `${origin}: line 4: "vault" is not used: Vault is not read; templates that call secret, secrets or pkiCert fail`,
      `${origin}: line 8: "nomad" is not used: Nomad is not read; templates that call nomadService, nomadVar and so on fail`,
      `${origin}: line 2: "template.vault_grace" is not used: Vault is not read`,
      '-vault-renew-token is not used: Vault is not read',
      '-nomad-addr is not used: Nomad is not read',
    ]);
    expect(templates).toHaveLength(1);
  });

  test.each([
    { name: 'no namespace', namespace: '' },
    { name: 'the only namespace', namespace: 'default' },
  ])('$name may be named', ({ namespace }) => {
    expect(withFile(`consul { namespace = "${namespace}" }`, `-consul-namespace=${namespace}`).connection.addresses).toHaveLength(1);
  });

  test.each([
    { place: 'a file', run: () => withFile('consul { namespace = "team" }') },
    { place: 'a flag', run: () => settingsOf(['-consul-namespace=team']) },
    { place: 'the environment', run: () => settingsOf([], { CONSUL_NAMESPACE: 'team' }) },
  ])('any other namespace, named by $place, is a mistake', ({ run }) => {
    expect(run).toThrow('consul.namespace is "team", and there are no namespaces: leave it out, or say "default"');
  });

  test.each([
    { name: 'HTTPS', env: { CONSUL_HTTP_SSL: 'true', CONSUL_HTTP_ADDR: 'http://a:1' }, given: { addresses: ['https://a:1'] } },
    {
      name: 'any certificate',
      env: { CONSUL_HTTP_SSL_VERIFY: '0' },
      given: { verifyCertificate: false, addresses: ['http://127.0.0.1:8500'] },
    },
    { name: 'the user', env: { CONSUL_HTTP_AUTH: 'me:secret' }, given: { basicAuthentication: 'me:secret' } },
    {
      name: 'the authorities',
      env: { CONSUL_CACERT: '/ca', CONSUL_CAPATH: '/cas' },
      given: { authorityFile: '/ca', authorityDirectory: '/cas' },
    },
    {
      name: 'our certificate',
      env: { CONSUL_CLIENT_CERT: '/c', CONSUL_CLIENT_KEY: '/k', CONSUL_TLS_SERVER_NAME: 'x' },
      given: { certificateFile: '/c', keyFile: '/k', serverName: 'x' },
    },
    { name: 'the token', env: { CONSUL_TOKEN: '', CONSUL_HTTP_TOKEN: 't', CONSUL_HTTP_TOKEN_FILE: '/no' }, given: { token: 't' } },
  ])('the environment tells of $name', ({ env, given }) => {
    expect(settingsOf([], env).connection).toMatchObject(given);
  });

  test('a variable that is neither true nor false is a mistake', () => {
    expect(() => settingsOf([], { CONSUL_HTTP_SSL: 'perhaps' })).toThrow('CONSUL_HTTP_SSL must be true or false, it is "perhaps"');
    expect(() => settingsOf([], { MESH_HTTP_SSL: 'yes' })).toThrow('MESH_HTTP_SSL must be true or false, it is "yes"');
    expect(() => settingsOf([], { CONSUL_HTTP_TOKEN_FILE: '/no/such' })).toThrow('token file /no/such: no such file or directory');
  });

  test.each([
    { ssl: 'ca_cert = "/ca"', address: 'https://a:1' },
    { ssl: 'verify = true', address: 'https://a:1' },
    { ssl: 'verify = false\nenabled = false', address: 'http://a:1' },
    { ssl: 'cert = ""', address: 'http://a:1' },
  ])('any key of consul.ssl asks for HTTPS unless it says no: $ssl', ({ ssl, address }) => {
    expect(withFile(`consul {\n address = "a:1"\n ssl {\n${ssl}\n}\n}`).connection.addresses).toEqual([address]);
  });

  test('a block consul.ssl that is switched off says nothing else', () => {
    const { connection } = withFile('consul {\n ssl {\n enabled = false\n ca_cert = "/no"\n verify = false\n}\n}');
    expect(connection).toMatchObject({ authorityFile: '', verifyCertificate: true });
  });

  test.each([
    { own: 'wait { min = "10s" }', wait: { minMs: 10_000, maxMs: 40_000 } },
    { own: 'wait { enabled = false }', wait: undefined },
    { own: '', wait: { minMs: 5_000, maxMs: 6_000 } },
  ])('a wait block of the template counts alone: $own', ({ own, wait }) => {
    expect(withFile(`wait {\n min = "5s"\n max = "6s"\n}\ntemplate {\n source = "a"\n ${own}\n}`).templates[0]?.wait).toEqual(wait);
  });

  test.each([
    { text: 'kill_signal = "SIGTERM"', end: { signal: 'SIGTERM', withinMs: 30_000 } },
    { text: 'kill_timeout = "2s"', end: { signal: 'SIGINT', withinMs: 2_000 } },
    { text: 'kill_signal = ""\nkill_timeout = "2s"', end: { signal: 'SIGINT', withinMs: 2_000 } },
    { text: 'timeout = "5s"', end: undefined },
  ])('how a command of a template ends with us: $text', ({ text, end }) => {
    expect(withFile(`template {\n exec {\n${text}\n}\n}`).templates[0]?.commandEnd).toEqual(end);
  });

  test('settings that change nothing are told of', () => {
    expect(
      withFile('template {\n exec { reload_signal = "SIGHUP" }\n}\nconsul {\n transport { max_idle_conns = 5 }\n}').withoutEffect,
    ).toEqual(['consul.transport.max_idle_conns', 'template.exec.reload_signal']);
  });

  test.each([
    { name: 'an unknown key', text: 'template {\n  sorce = "a"\n}', says: 'line 2: unknown key "template.sorce", did you mean "source"?' },
    {
      name: 'an unknown block',
      text: 'consul { rety { attempts = 1 } }',
      says: 'line 1: unknown key "consul.rety", did you mean "retry"?',
    },
    { name: 'a wrong type', text: 'pid_file = 7', says: 'line 1: "pid_file" must be a string' },
    { name: 'a wrong time', text: 'max_stale = "10"', says: 'line 1: "max_stale" time: missing unit in duration "10"' },
    { name: 'a wrong signal', text: 'kill_signal = "SIGNOPE"', says: 'invalid signal "SIGNOPE"' },
    { name: 'a wrong mode', text: 'template { perms = "0999" }', says: '"template.perms" must be permission bits such as 0640' },
    { name: 'a block that is none', text: 'exec = "x"', says: '"exec" must be a block' },
    {
      name: 'text that does not parse',
      text: 'template {',
      says: 'error decoding config: At 1:11: object expected closing RBRACE got: EOF',
    },
  ])('$name is an error with its place', ({ text, says }) => {
    expect(() => decodeConfig(text, 'from file: c.hcl')).toThrow(says);
  });

  test.each([
    {
      name: 'waiting longer than the longest',
      text: 'wait { \n min = "5s" \n max = "1s" \n}\ntemplate { source = "a" }',
      says: 'wait: min must be less than max',
    },
    { name: 'a log level that there is not', text: 'log_level = "loud"', says: 'invalid log level "loud"' },
    {
      name: 'a pattern that is none',
      text: 'exec {\n command = "x"\n env { denylist = ["[A-"] }\n}',
      says: 'exec.env: "[A-" is no pattern of names',
    },
  ])('$name is an error', ({ text, says }) => {
    expect(() => withFile(text)).toThrow(says);
  });
});

describe('settings from flags', () => {
  test('flags win over files, files over the environment', () => {
    const file = join(directory, 'c.hcl');
    writeFileSync(file, 'consul { address = "file:1" }\nlog_level = "info"\nkill_signal = "SIGTERM"');
    const environment = { CONSUL_HTTP_ADDR: 'environment:1', CONSUL_HTTP_TOKEN: 'secret', CONSUL_TEMPLATE_LOG: 'err' };
    const { connection, logThreshold, killSignal } = settingsOf(['-config', file, '-log-level', 'debug'], environment);
    expect({ ...connection, logThreshold, killSignal }).toMatchObject({
      addresses: ['http://file:1'],
      token: 'secret',
      logThreshold: 'debug',
      killSignal: 'SIGTERM',
    });
    expect(settingsOf(['-once'], environment)).toMatchObject({
      connection: { addresses: ['http://environment:1'] },
      logThreshold: 'error',
    });
  });

  test('the command of -template may hold colons', () => {
    const { templates } = settingsOf(['-template', 'a:b:sh -c "echo x:y"', '-template', 'c']);
    expect(templates.map(({ source, destination, command }) => ({ source, destination, command }))).toEqual([
      { source: 'a', destination: 'b', command: 'sh -c "echo x:y"' },
      { source: 'c', destination: '', command: undefined },
    ]);
  });

  test('-exec and its flags are the exec block', () => {
    expect(settingsOf(['-exec', 'run it', '-exec-reload-signal', 'sighup', '-exec-kill-timeout', '3s']).exec).toEqual({
      command: 'run it',
      splayMs: 0,
      killSignal: 'SIGINT',
      killTimeoutMs: 3000,
      timeoutMs: 0,
      reloadSignal: 'SIGHUP',
      environment: { isPristine: false, custom: [], allowed: [], denied: [] },
    });
  });

  test('two attempts are three failures, none is for ever', () => {
    expect(settingsOf(['-consul-retry-attempts', '2', '-retry', '1s']).retry).toEqual({ failuresMax: 3, firstMs: 1000, mostMs: 60_000 });
    expect(settingsOf(['-once']).retry.failuresMax).toBe(0);
    expect(settingsOf(['-consul-retry=false']).retry.failuresMax).toBe(1);
  });

  test('-consul-ssl asks over HTTPS', () => {
    const { connection } = settingsOf(['-consul-addr', 'a:8501', '-consul-ssl', '-consul-ssl-verify=false', '-consul-auth', 'me:a:b']);
    expect(connection).toMatchObject({ addresses: ['https://a:8501'], verifyCertificate: false, basicAuthentication: 'me:a:b' });
  });

  test.each([
    { name: 'a flag that nobody knows', argv: ['-no-such-flag'], says: 'flag provided but not defined: -no-such-flag' },
    { name: 'a word too many', argv: ['-once', 'x'], says: 'extra argument(s): "x"' },
    { name: 'a time without a unit', argv: ['-wait', '5'], says: 'flag for min: "wait.min" time: missing unit in duration "5"' },
    { name: 'a signal that there is not', argv: ['-kill-signal', 'SIGNOPE'], says: 'invalid signal "SIGNOPE"' },
    { name: 'a template without a source', argv: ['-template', ':out'], says: 'it must be SOURCE:DESTINATION[:COMMAND]' },
  ])('$name is a mistake of the flags', ({ argv, says }) => {
    expect(() => settingsOf(argv)).toThrow(FlagError);
    expect(() => settingsOf(argv)).toThrow(says);
  });

  test.each(['CT_LOG', 'CONSUL_TEMPLATE_LOG', 'CONSUL_TEMPLATE_LOG_LEVEL'])('%s says how much is logged', (name) => {
    expect(settingsOf([], { CT_LOG: '', [name]: 'debug' }).logThreshold).toBe('debug');
  });
});
