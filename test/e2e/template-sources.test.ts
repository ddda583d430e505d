/** mesh-template with keys from redis, etcd, Vault and files: real servers where there are any, taken away and brought back. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';
import { makeAuthority } from '../support/certificates.js';
import { hasEtcd, hasRedis, startEtcd, startRedis, type TestEtcd, type TestRedis } from '../support/stores.js';
import { TemplateProgram } from '../support/template-program.js';
import { VaultServer } from '../unit/templater/source/vault-server.js';

const withinMs = 20_000;
let program: TemplateProgram;
beforeEach(() => {
  program = new TemplateProgram();
  program.write(
    'conf.d/app.toml',
    '[template]\nsrc = "app.tmpl"\ndest = "@app.conf"\nkeys = ["/app"]\nreload_cmd = "cat @app.conf >> @reloads"\n',
  );
  program.write('templates/app.tmpl', '{{range gets "/app/*"}}{{base .Key}}={{.Value}}\n{{end}}');
});
afterEach(() => program.remove());

const flags = (...more: string[]) => ['-confdir', program.directory, '-config-file', program.at('confd.toml'), ...more];
const countOf = (text: string, part: RegExp) => [...text.matchAll(new RegExp(part, 'g'))].length;
const reloads = () => program.read('reloads') ?? '';

interface Store {
  put(key: string, value: string): Promise<unknown>;
  delete(key: string): Promise<unknown>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** What has to hold for every store that can be taken away. */
async function comesAndGoes(store: Store, run: () => ReturnType<TemplateProgram['start']>): Promise<void> {
  // Down at the start: it waits, and says so once.
  await store.kill();
  const { output } = run();
  await eventually(() => expect(output()).toMatch(/does not answer: .*connection refused; files stay as they are, trying again/), {
    withinMs,
  });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(countOf(output(), /does not answer/)).toBe(1);
  await store.start();
  await store.put('/app/port', '80');
  await program.shows('app.conf', 'port=80\n');
  await eventually(() => expect(output()).toMatch(/answered again/), { withinMs });
  await store.put('/app/port', '81');
  await program.shows('app.conf', 'port=81\n');
  // The file is there before its reload; without any keys yet there may have been one too.
  await eventually(() => expect(reloads()).toMatch(/port=81\n$/), { withinMs });

  // Down for a while: the file stays, and one line says so however often it is tried.
  const [said, before] = [output().length, reloads()];
  await store.kill();
  await eventually(() => expect(output().slice(said)).toMatch(/does not answer|closed/), { withinMs });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(countOf(output().slice(said), /trying again/)).toBeLessThanOrEqual(2);
  expect([program.read('app.conf'), reloads()]).toEqual(['port=81\n', before]);
  await store.start();
  await store.put('/app/port', '82');
  await program.shows('app.conf', 'port=82\n');

  // Empty after having had something: that is not taken for the truth.
  await store.delete('/app/port');
  await eventually(() => expect(output()).toMatch(/there was something and now there is nothing/), { withinMs });
  expect(program.read('app.conf')).toBe('port=82\n');
  await store.put('/app/port', '83');
  await program.shows('app.conf', 'port=83\n');
}

describe.skipIf(!hasRedis)('-backend redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.remove());

  test('away at the start, away for a while, empty all at once', async () => {
    const store = { put: (key: string, value: string) => redis.ask('SET', key, value), delete: (key: string) => redis.ask('DEL', key) };
    await comesAndGoes({ ...store, kill: redis.kill, start: redis.start }, () =>
      program.start(flags('-backend', 'redis', '-node', redis.address)),
    );
  });

  test('once, with another separator and database', async () => {
    await redis.ask('SET', 'app:port', '90');
    const { exit, output } = await program.once(flags('-onetime', '-backend', 'redis', '-node', `${redis.address}/0`, '-separator', ':'));
    expect([exit, program.read('app.conf')]).toEqual([0, 'port=90\n']);
    expect(output).toMatch(new RegExp(`Backend set to redis[\\s\\S]*Backend source\\(s\\) set to ${redis.address}/0`));
  });

  test('a file of ours: keys of redis and of the agent, services of the agent', async () => {
    const agent: TestAgent = await startAgent();
    try {
      await redis.ask('SET', '/app/limit', '10');
      await fetch(`${agent.http}/v1/kv/app/limit`, { method: 'PUT', body: '20' });
      await fetch(`${agent.http}/v1/agent/service/register`, { method: 'PUT', body: '{"Name": "web", "Port": 8080}' });
      program.write(
        'm.toml',
        `[agent]
address = "${agent.http}"
[source.redis]
address = "${redis.address}"
[[template]]
contents = '''
redis {{key "app/limit"}} {{getv "/app/limit"}}{{range service "web"}} {{.Port}}{{end}}
'''
keys = ["/app"]
source = "redis"
dest = "@redis.conf"
[[template]]
contents = '''
agent {{key "app/limit"}}
'''
dest = "@agent.conf"
`,
      );
      const checked = await program.once(['check', '-config', program.at('m.toml')]);
      expect(checked).toMatchObject({
        exit: 0,
        output: expect.stringMatching(/ok {7}key "app\/limit" of redis \(line 1\)[\s\S]*0 missing, 0 failed/),
      });
      program.start(['-config', program.at('m.toml')]);
      await program.shows('redis.conf', 'redis 10 10 8080\n');
      await program.shows('agent.conf', 'agent 20\n');
      await redis.ask('SET', '/app/limit', '11');
      await program.shows('redis.conf', 'redis 11 11 8080\n');
      await fetch(`${agent.http}/v1/kv/app/limit`, { method: 'PUT', body: '21' });
      await program.shows('agent.conf', 'agent 21\n');
      expect(program.read('redis.conf')).toBe('redis 11 11 8080\n');
    } finally {
      await agent.stop();
    }
  });
});

describe.skipIf(!hasEtcd)('-backend etcdv3', () => {
  let etcd: TestEtcd;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.remove());

  test('away at the start, away for a while, empty all at once', async () => {
    await comesAndGoes(etcd, () => program.start(flags('-watch', '-backend', 'etcdv3', '-node', etcd.address)));
  });

  test('once, and once while it is away', async () => {
    await etcd.put('/app/port', '90');
    expect((await program.once(flags('-onetime', '-backend', 'etcd', '-node', etcd.address.replace('http://', '')))).exit).toBe(0);
    expect(program.read('app.conf')).toBe('port=90\n');
    const { exit, output } = await program.once(flags('-onetime', '-backend', 'etcdv3', '-node', 'http://127.0.0.1:1'));
    expect(exit).toBe(1);
    expect(output).toMatch(/etcd at http:\/\/127\.0\.0\.1:1 does not answer: connection refused/);
    expect(program.read('app.conf')).toBe('port=90\n');
  });
});

describe('-backend consul', () => {
  test('over HTTPS, with certificates on both sides', async () => {
    const authority = makeAuthority(program.directory, 'mesh');
    const [server, client] = [authority.sign('server'), authority.sign('client')];
    const port = await freePort();
    const settings = { ports: { https: port }, cert_file: server.certFile, key_file: server.keyFile, ca_file: authority.caFile };
    program.write('agent.json', JSON.stringify({ ...settings, verify_incoming_https: true }));
    const agent = await startAgent(['-dev', `-config-file=${program.at('agent.json')}`]);
    try {
      await fetch(`${agent.http}/v1/kv/app/port`, { method: 'PUT', body: '80' });
      const trusting = ['-backend', 'consul', '-scheme', 'https', '-node', `127.0.0.1:${port}`, '-client-ca-keys', authority.caFile];
      const known = [...trusting, '-client-cert', client.certFile, '-client-key', client.keyFile];
      expect((await program.once(flags('-onetime', ...known))).exit).toBe(0);
      expect(program.read('app.conf')).toBe('port=80\n');
      expect((await program.once(flags('-onetime', ...trusting))).exit).toBe(1);
      const environment = { CONFD_CLIENT_CERT: client.certFile, CONFD_CLIENT_KEY: client.keyFile };
      program.start(flags(...trusting), environment);
      await fetch(`${agent.http}/v1/kv/app/port`, { method: 'PUT', body: '81' });
      await program.shows('app.conf', 'port=81\n');
    } finally {
      await agent.stop();
    }
  });
});

describe('-backend vault', () => {
  test('once, with app-role and the path of a secret', async () => {
    const vault = new VaultServer();
    await vault.listen();
    try {
      vault.secrets.set('secret/app', { port: '443', more: ['x'] });
      program.write('conf.d/app.toml', '[template]\nsrc = "app.tmpl"\ndest = "@app.conf"\nprefix = "/secret"\nkeys = ["/app"]\n');
      const login = ['-backend', 'vault', '-node', vault.address, '-auth-type', 'app-role', '-role-id', 'role', '-secret-id', 'secret'];
      expect(await program.once(flags('-onetime', ...login))).toMatchObject({ exit: 0 });
      expect(program.read('app.conf')).toBe('port=443\n');
      const refused = await program.once(flags('-onetime', '-backend', 'vault', '-node', vault.address, '-auth-token', 'no'));
      expect([refused.exit, program.read('app.conf')]).toEqual([1, 'port=443\n']);
      expect(refused.output).toMatch(/permission denied/);
      expect(refused.output).not.toMatch(/X-Vault-Token|"no"/);
    } finally {
      await vault.close();
    }
  });
});

describe('-backend file', () => {
  test('is followed, and one that cannot be read leaves everything as it is', async () => {
    program.write('data.yaml', 'app:\n  port: 80\n');
    const { output } = program.start(flags('-backend', 'file', '-file', program.at('data.yaml')));
    await program.shows('app.conf', 'port=80\n');
    program.write('data.yaml', 'app:\n  port: 81\n');
    await program.shows('app.conf', 'port=81\n');
    program.write('data.yaml', 'app: [');
    await eventually(() => expect(output()).toMatch(/cannot read .*data\.yaml: .*line 1.*; files stay as they are/), { withinMs });
    program.write('data.yaml', '');
    await eventually(() => expect(output()).toMatch(/there was something and now there is nothing/), { withinMs });
    expect(program.read('app.conf')).toBe('port=81\n');
    program.write('data.yaml', 'app:\n  port: 82\n');
    await program.shows('app.conf', 'port=82\n');
  });

  test('settings may stand in confd.toml', async () => {
    program.write('d/a.json', '{"app": {"port": 70}}');
    program.write('confd.toml', 'backend = "file"\nfile = ["@d"]\nfilter = "*.json"\n');
    expect(await program.once(flags('-onetime'))).toMatchObject({ exit: 0 });
    expect(program.read('app.conf')).toBe('port=70\n');
  });
});

describe('backends that are not there', () => {
  test.each([
    { name: 'zookeeper', flags: ['-backend', 'zookeeper'], says: /FATAL .*"zookeeper" is not supported; keep the keys in mesh/ },
    {
      name: 'dynamodb',
      flags: ['-backend', 'dynamodb', '-table', 't'],
      says: /"dynamodb" is not supported; have what is needed written to a file/,
    },
    { name: 'ssm', flags: ['-backend', 'ssm'], says: /"ssm" is not supported; have the parameters written to a file/ },
    { name: 'rancher', flags: ['-backend', 'rancher'], says: /"rancher" is not supported; Rancher's metadata service is gone/ },
    { name: 'file without files', flags: ['-backend', 'file'], says: /the file backend needs to be told what to read: -file PATH/ },
    { name: 'vault without a login', flags: ['-backend', 'vault'], says: /you have to set the auth type when using the vault backend/ },
  ])('$name is refused in one line', async ({ flags: given, says }) => {
    const { exit, output } = await program.once(flags('-onetime', ...given));
    expect(exit).toBe(1);
    expect(output.trim().split('\n')).toEqual([expect.stringMatching(says)]);
  });
});
