import { describe, expect, test } from 'vitest';
import { FlagError } from '../../../../src/lib/argv.js';
import { parseTomlText } from '../../../../src/lib/config-file-toml.js';
import { resolveSettings } from '../../../../templater/confd/settings.js';
import { parseConfdFlags } from '../../../../templater/confd/settings-layers.js';

const settingsOf = (argv: readonly string[], { file, environment = {} }: { file?: string; environment?: Record<string, string> } = {}) =>
  resolveSettings(parseConfdFlags(argv), {
    environment: (name) => environment[name],
    readText: () => file,
    parseToml: async (text) => parseTomlText(text),
    serviceAddresses: async (record) =>
      record.startsWith('_etcd') ? ['a:2379', 'b:2379'] : Promise.reject(new Error(`no such host ${record}`)),
  });

describe('settings', () => {
  test('following every change of the agent on this machine is the default', async () => {
    const settings = await settingsOf([]);
    expect(settings).toMatchObject({ mode: 'watch', backend: 'consul', confDirectory: '/etc/confd' });
    expect(settings.connection.addresses).toEqual(['http://127.0.0.1:8500']);
  });

  test.each([
    { name: '-onetime', argv: ['-onetime'], mode: 'onetime' },
    { name: '-onetime beside -watch', argv: ['-watch', '-onetime'], mode: 'onetime' },
    { name: '-interval', argv: ['-interval', '5'], mode: 'interval' },
    { name: '-watch beside -interval', argv: ['-interval', '5', '-watch'], mode: 'watch' },
    { name: 'interval in the file', argv: [], file: 'interval = 5', mode: 'interval' },
    { name: 'watch in the file', argv: ['-interval=3'], file: 'watch = true', mode: 'watch' },
  ])('$name means $mode', async ({ argv, file, mode }) => {
    expect((await settingsOf(argv, { ...(file !== undefined && { file }) })).mode).toBe(mode);
  });

  test.each([
    { argv: ['redis', '-node', 'r:6379', '--onetime'] },
    { argv: ['--onetime', 'redis', '-node=r:6379'] },
    { argv: ['-node', 'r:6379', '-onetime', 'redis'] },
  ])('the backend may be a word of its own: $argv', async ({ argv }) => {
    expect(await settingsOf(argv)).toMatchObject({ backend: 'redis', mode: 'onetime', source: { main: { addresses: ['r:6379'] } } });
  });

  test('a node may be given by one letter', async () => {
    const { connection } = await settingsOf(['consul', '-n', 'a:1', '-n=b:2', '-prefix', '-n', '--onetime']);
    expect(connection.addresses).toEqual(['http://a:1', 'http://b:2']);
  });

  test('a backend that is not there is told the way out, also as a word', async () => {
    await expect(settingsOf(['zookeeper', '--onetime'])).rejects.toThrow(
      /^the backend "zookeeper" is not supported; keep the keys in mesh/,
    );
  });

  test('what a script hands on empty says nothing, as in confd', async () => {
    const empty = ['-node=', '-scheme=', '-backend=', '-log-level=', '-confdir=', '-file=', '-srv-domain='];
    const file = 'nodes = [""]\nscheme = ""\nbackend = ""\nlog-level = ""\nconfdir = ""';
    expect(await settingsOf(empty, { file })).toEqual(await settingsOf([]));
    const given = 'nodes = ["10.0.0.1:8500", ""]\nlog-level = "debug"';
    expect(await settingsOf(empty, { file: given })).toMatchObject({
      logThreshold: 'debug',
      connection: { addresses: ['http://10.0.0.1:8500'] },
    });
    expect(await settingsOf(['-backend=etcd', '-node=a:1', '-scheme=', '-client-ca-keys=ca.pem'])).toMatchObject({
      source: { main: { addresses: ['https://a:1'] } },
    });
  });

  test('to have no prefix can be said', async () => {
    expect(await settingsOf(['-prefix='], { file: 'prefix = "/y"' })).toMatchObject({ prefix: '' });
  });

  test('confd’s variables count below the file, and not beside files of our own', async () => {
    const environment = {
      CONFD_CONFDIR: '/srv/confd',
      CONFD_CONFIG_FILE: '/srv/confd.toml',
      CONFD_INTERVAL: '30',
      CONFD_LOG_LEVEL: 'debug',
      CONFD_PREFIX: '/env',
      CONFD_NOOP: 'true',
      CONFD_SYNC_ONLY: '0',
      CONFD_KEEP_STAGE_FILE: '1',
      CONFD_WATCH: '',
    };
    const file = 'prefix = "/file"\nwhatever = 1';
    expect(await settingsOf(['-log-level=warn'], { file, environment })).toMatchObject({
      confDirectory: '/srv/confd',
      mode: 'interval',
      intervalMs: 30_000,
      logThreshold: 'warn',
      prefix: '/file',
      noop: true,
      syncOnly: false,
      keepStageFile: true,
      warnings: ['/srv/confd.toml: line 2: unknown setting "whatever"; it is ignored'],
    });
    expect(await settingsOf(['-onetime=false'], { environment: { CONFD_ONETIME: 'true' } })).toMatchObject({ mode: 'watch' });
    expect(await settingsOf([], { environment: { CONFD_ONETIME: 'true', CONFD_WATCH: 'true' } })).toMatchObject({ mode: 'onetime' });
    expect(await settingsOf(['-config', 'a.toml'], { environment })).toMatchObject({ mode: 'watch', noop: false, prefix: '' });
    await expect(settingsOf([], { environment: { CONFD_INTERVAL: 'often' } })).rejects.toThrow(
      'CONFD_INTERVAL: invalid value "often" for flag -interval: parse error',
    );
  });

  test('a setting in the file may be written in any case', async () => {
    expect(await settingsOf([], { file: 'Prefix = "/x"\nNOOP = true' })).toMatchObject({ prefix: '/x', noop: true, warnings: [] });
  });

  test('a value that is a backend’s name is a value', async () => {
    expect(await settingsOf(['-prefix', 'file', '-backend', 'env'])).toMatchObject({ backend: 'env', prefix: 'file' });
    await expect(async () => settingsOf(['nosuch'])).rejects.toThrow('unexpected argument: nosuch');
  });

  test('flags win over the file, the file over the environment', async () => {
    const file = 'prefix = "/y"\nnodes = ["10.0.0.1:8500"]\nclient_cert = "file.pem"\nauth_token = "from-file"\nlog-level = "debug"';
    const environment = { CONFD_CLIENT_CERT: 'env.pem', CONFD_CLIENT_KEY: 'key.pem', CONSUL_HTTP_TOKEN: 'from-env' };
    const settings = await settingsOf(['--prefix=/x', '-scheme=https'], { file, environment });
    expect(settings).toMatchObject({
      prefix: '/x',
      logThreshold: 'debug',
      connection: { addresses: ['https://10.0.0.1:8500'], certificateFile: 'file.pem', keyFile: 'key.pem', token: 'from-file' },
    });
  });

  test('single resource files need no settings file', async () => {
    const settings = await settingsOf(['-config', 'conf.d/a.toml', '-config=b.toml', '-node', 'https://x:1'], { file: 'noop = true' });
    expect(settings).toMatchObject({ noop: false });
    expect(settings.connection.addresses).toEqual(['https://x:1']);
  });

  test('an unknown setting in the file is a warning', async () => {
    expect((await settingsOf(['-config-file=/c.toml'], { file: 'whatever = 1' })).warnings).toEqual([
      '/c.toml: line 1: unknown setting "whatever"; it is ignored',
    ]);
  });

  test.each([
    { name: 'a log level that is none', argv: ['-log-level', 'loud'], error: 'not a valid level: "loud"' },
    {
      name: 'a backend that is none',
      argv: ['-backend', 'zookeeper'],
      error: /^the backend "zookeeper" is not supported; keep the keys in mesh/,
    },
    { name: 'an interval of nothing', argv: ['-interval', '0'], error: 'the interval must be at least 1 second, it is 0' },
    { name: 'a wrong type in the file', argv: [], file: '\nwatch = 1', error: '/etc/confd/confd.toml: line 2: "watch" has the wrong type' },
    { name: 'a file that does not parse', argv: [], file: 'watch = ', error: /^\/etc\/confd\/confd\.toml: .*line 1/ },
  ])('$name is refused', async ({ argv, file, error }) => {
    await expect(settingsOf(argv, { ...(file !== undefined && { file }) })).rejects.toThrow(error);
  });

  test('an unknown flag and a stray word are refused', () => {
    expect(() => parseConfdFlags(['-no-such-flag'])).toThrow(new FlagError('flag provided but not defined: -no-such-flag'));
    expect(() => parseConfdFlags(['-onetime', 'x'])).toThrow(FlagError);
  });
});
