/**
 * A tree that is empty all at once, from every source that can have that: nothing is emptied or removed, neither while following nor in
 * rounds, unless `allow_empty` says so.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { hasEtcd, hasRedis, startEtcd, startRedis } from '../support/stores.js';
import { type ProgramRun, TemplateProgram } from '../support/template-program.js';
import { VaultServer } from '../unit/templater/source/vault-server.js';

const withinMs = 20_000;
let program: TemplateProgram;
let agent: TestAgent;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  program = new TemplateProgram();
  mkdirSync(program.at('out'));
});
afterEach(() => program.remove());

interface Store {
  readonly settings: string;
  put(key: string, value: string): Promise<unknown>;
  /** All of it. */
  clear(): Promise<unknown>;
}

const templates = {
  gets: `contents = '{{range gets "/*"}}{{.Key}}={{.Value}};{{end}}'\nkeys = ["/"]`,
  ls: `contents = '{{range ls "/"}}{{.}};{{end}}'\nkeys = ["/"]`,
  tree: `contents = '{{range tree "secret/app"}}{{.Key}}={{.Value}};{{end}}'`,
  consul: `contents = '{{range ls "secret/app"}}{{.Key}}={{.Value}};{{end}}'\ndialect = "consul-template"`,
  hbs: `src = "a.hbs"\nkeys = ["/"]`,
};
const names = Object.keys(templates);

/** With one file of each kind, one for each key, and one that may be empty. */
function configure({ settings }: Store): void {
  program.write('a.hbs', '{{#each (gets "/*")}}{{this.Key}}={{this.Value}};{{/each}}');
  const resources = Object.entries(templates).map(
    ([name, text]) => `[[template]]\nname = "${name}"\nprefix = "/secret/app"\n${text}\ndest = "@out/${name}"\n`,
  );
  const items =
    '[[template]]\nname = "items"\ncontents = "{{.item.value}}"\nfor_each = "tree secret/app"\ndest = "@out/{{item.key}}.item"\n';
  const allowed = `[[template]]\nname = "allowed"\nallow_empty = true\nprefix = "/secret/app"\n${templates.gets}\ndest = "@out/allowed"\n`;
  program.write('t.toml', `state_dir = "@state"\n${settings}\n${resources.join('')}${items}${allowed}`);
}

const files = () => Object.fromEntries([...names, 'allowed'].map((name) => [name, program.read(`out/${name}`)]));
const all = (key: string, value: string, allowed = `/${key}=${value};`) => ({
  gets: `/${key}=${value};`,
  ls: `${key};`,
  tree: `${key}=${value};`,
  consul: `${key}=${value};`,
  hbs: `/${key}=${value};`,
  allowed,
});
const holds = ({ output }: ProgramRun) => new Set(output().match(/(?<=there is nothing; files stay as they are .* resource=)\w+/g));

async function empties(store: Store, flags: readonly string[] = []): Promise<void> {
  configure(store);
  await store.clear();
  await store.put('x', '1');
  const run = program.start(['-config', program.at('t.toml'), ...flags]);
  await eventually(() => expect(files(), run.output()).toEqual(all('x', '1')), { withinMs });
  await eventually(() => expect(program.read('out/x.item')).toBe('1'), { withinMs });
  await store.clear();
  await eventually(() => expect([...holds(run)].sort(), run.output()).toEqual([...names, 'items'].sort()), { withinMs });
  await eventually(() => expect(files()).toEqual(all('x', '1', '')), { withinMs });
  expect(program.read('out/x.item')).toBe('1');
  // Said once for each, however long it lasts.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(run.output().match(/there is nothing; files stay/g)).toHaveLength(names.length + 1);
  await store.put('y', '2');
  await eventually(() => expect(files(), run.output()).toEqual(all('y', '2')), { withinMs });
  await eventually(() => expect([program.read('out/y.item'), existsSync(program.at('out/x.item'))]).toEqual(['2', false]), { withinMs });
}

describe.each([
  { name: 'followed', flags: [] },
  { name: 'in rounds', flags: ['-interval', '1'] },
])('$name', ({ flags }) => {
  test('the agent', async () => {
    const kv = (path: string, method: string, body?: string) =>
      fetch(`${agent.http}/v1/kv/secret/${path}`, { method, ...(body && { body }) });
    await empties(
      {
        settings: `[agent]\naddress = "${agent.http}"`,
        put: (key, value) => kv(`app/${key}`, 'PUT', value),
        clear: () => kv('?recurse', 'DELETE'),
      },
      flags,
    );
  });

  test('files', async () => {
    const path = program.at('data.json');
    await empties(
      {
        settings: `[source]\nkind = "file"\nfiles = "${path}"`,
        put: async (key, value) => writeFileSync(path, JSON.stringify({ secret: { app: { [key]: value } } })),
        clear: async () => writeFileSync(path, '{}'),
      },
      flags,
    );
  });

  test.skipIf(!hasRedis)('redis', async () => {
    const redis = await startRedis();
    try {
      await empties(
        {
          settings: `[source]\nkind = "redis"\naddress = "${redis.address}"`,
          put: (key, value) => redis.ask('SET', `/secret/app/${key}`, value),
          clear: () => redis.ask('DEL', '/secret/app/x', '/secret/app/y'),
        },
        flags,
      );
    } finally {
      await redis.remove();
    }
  });

  test.skipIf(!hasEtcd)('etcd', async () => {
    const etcd = await startEtcd();
    try {
      const known = new Set<string>();
      await empties(
        {
          settings: `[source]\nkind = "etcdv3"\naddress = "${etcd.address}"`,
          put: (key, value) => etcd.put([...known.add(`/secret/app/${key}`)].at(-1) ?? '', value),
          clear: async () => {
            for (const key of known) await etcd.delete(key);
            known.clear();
          },
        },
        flags,
      );
    } finally {
      await etcd.remove();
    }
  });
});

test('Vault, in rounds', async () => {
  const vault = new VaultServer();
  await vault.listen();
  vault.tokens.set('root', { ttl: 0, renewable: false });
  try {
    await empties(
      {
        settings: `[source]\nkind = "vault"\naddress = "${vault.address}"\ntoken = "root"`,
        put: async (key, value) => vault.secrets.set(`secret/app/${key}`, { value }),
        clear: async () => vault.secrets.clear(),
      },
      ['-interval', '1'],
    );
  } finally {
    await vault.close();
  }
});
