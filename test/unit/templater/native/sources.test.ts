/** `[source.NAME]` from the file to the settings, and to the resources that name it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveSettings } from '../../../../templater/confd/settings.js';
import { parseConfdFlags } from '../../../../templater/confd/settings-layers.js';
import { NativeResources, readFiles } from '../../../../templater/native/config.js';
import { settingsOf } from '../../../../templater/native/settings.js';
import { dependenciesOf } from '../../../../templater/runtime/resource-keys.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-native-sources-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const owners = { userId: () => undefined, groupId: () => undefined };
async function load(text: string, ...argv: string[]) {
  writeFileSync(join(directory, 'm.toml'), text);
  const files = readFiles([join(directory, 'm.toml')]);
  const surroundings = {
    environment: (name: string) => ({ CONSUL_HTTP_TOKEN: 'from-env' })[name],
    readText: () => undefined,
    parseToml: () => Promise.reject(new Error('no file')),
    serviceAddresses: () => Promise.reject(new Error('no DNS')),
  };
  const settings = await resolveSettings(parseConfdFlags(argv), surroundings, settingsOf(files.documents).configured);
  const { resources, failures } = new NativeResources().in(files, { ...settings, owners });
  return { settings, resources, failures: failures.map((failure) => failure.text.replaceAll(`${directory}/`, '')) };
}
const template = (more: string, dest = 'a') => `[[template]]\ncontents = "x"\nkeys = ["/app"]\ndest = "/d/${dest}"\n${more}\n`;

describe('sources of our own files', () => {
  test('an agent alone is one source', async () => {
    expect((await load('[agent]\naddress = "10.0.0.1:8500"\ndatacenter = "dc2"')).settings.source).toMatchObject({
      kind: 'consul',
      connection: { addresses: ['http://10.0.0.1:8500'], datacenter: 'dc2' },
    });
  });

  test('several: a main one, those with a name, and the agent for what is no key', async () => {
    const { settings, resources, failures } = await load(
      `[agent]
address = "10.0.0.1:8500"
[source]
kind = "file"
files = "/etc/app.yaml"
[source.redis]
address = "10.0.0.2:6379/1"
password = "p"
[source.other]
kind = "consul"
address = "10.0.0.3:8500"
datacenter = "dc2"
[source.vault]
address = "https://10.0.0.4:8200"
auth_type = "app-role"
role_id = "r"
secret_id = "s"
ca_file = "/ca.pem"
${template('')}${template('source = "redis"', 'b')}${template('source = "other"\nfor_each = "service web"', '{{item.key}}')}`,
      '-auth-token=flag',
    );
    expect(failures).toEqual([]);
    expect(settings.source).toMatchObject({
      kind: 'several',
      main: { kind: 'file', paths: ['/etc/app.yaml'], filter: '*' },
      agent: { kind: 'consul', connection: { addresses: ['http://10.0.0.1:8500'] } },
      named: {
        redis: { kind: 'redis', addresses: ['10.0.0.2:6379/1'], password: 'p', separator: '/' },
        other: { kind: 'consul', connection: { addresses: ['http://10.0.0.3:8500'], datacenter: 'dc2', token: 'from-env' } },
        vault: {
          kind: 'vault',
          addresses: ['https://10.0.0.4:8200'],
          login: { method: 'app-role', path: 'approle', roleId: 'r', secretId: 's' },
          tls: { authorityFile: '/ca.pem' },
        },
      },
    });
    expect(resources.map((resource) => [resource.dataFrom, dependenciesOf(resource).map(({ kind, source }) => [kind, source])])).toEqual([
      [undefined, [['keyPrefix', undefined]]],
      [{ source: 'redis', isAgent: false }, [['keyPrefix', 'redis']]],
      [
        { source: 'other', isAgent: true },
        [
          ['keyPrefix', 'other'],
          ['service', 'other'],
        ],
      ],
    ]);
  });

  test('items of a resource that are services come from the agent, whatever holds its keys', async () => {
    const { resources } = await load(`[source.redis]\n${template('source = "redis"\nfor_each = "service web"', '{{item.key}}')}`);
    expect(resources.flatMap(dependenciesOf).map(({ kind, source }) => [kind, source])).toEqual([
      ['keyPrefix', 'redis'],
      ['service', undefined],
    ]);
  });

  test('[defaults] may name one for all', async () => {
    const { resources } = await load(
      `[source.redis]\n[source.env]\n[defaults]\nsource = "redis"\n${template('')}${template('source = "env"', 'b')}`,
    );
    expect(resources.map(({ dataFrom }) => dataFrom?.source)).toEqual(['redis', 'env']);
  });

  test.each([
    {
      name: 'a name that is none',
      text: `[source.redis]\n${template('source = "cache"')}`,
      failure: /^m\.toml: line 6: there is no \[source\.cache\], only \[source\.redis\]$/,
    },
    { name: 'a name where there are no sources', text: template('source = "redis"'), failure: /there is no \[source\.redis\]$/ },
  ])('$name stops the resource', async ({ text, failure }) => {
    expect((await load(text)).failures).toEqual([expect.stringMatching(failure)]);
  });

  test.each([
    {
      name: 'a kind that is none',
      text: '[source.cache]\naddress = "x"',
      error: 'm.toml: line 1: unknown backend "cache"; there are consul',
    },
    {
      name: 'a backend of confd that is gone',
      text: '[source.zk]\nkind = "zookeeper"',
      error: 'm.toml: line 2: the backend "zookeeper" is not supported; keep the keys',
    },
    {
      name: 'an agent at a port that is none',
      text: '[agent]\naddress = ["a:8500", "b:85000"]',
      error: 'm.toml: line 2: invalid address "b:85000"; ports go up to 65535',
    },
    {
      name: 'an unknown key',
      text: '[source.redis]\nadress = "x"',
      error: 'm.toml: line 2: unknown key "adress", did you mean "address"?',
    },
    { name: 'a main source without a kind', text: '[source]\naddress = "x"', error: '"source" must say of which "kind" it is' },
    {
      name: 'a login without what it needs',
      text: '[source.vault]\nauth_type = "app-role"',
      error: '[source.vault]: -auth-type app-role needs -role-id',
    },
    {
      name: 'a datacenter of the main source',
      text: '[source]\nkind = "redis"\ndatacenter = "x"',
      error: '"datacenter" is for a [source.NAME]',
    },
  ])('$name is refused', async ({ text, error }) => {
    await expect(load(text)).rejects.toThrow(error);
  });
});
