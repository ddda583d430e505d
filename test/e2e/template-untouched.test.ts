/** What only looks (plan, check, render, test, -noop) touches nothing: no file, no state, no key, no session, no service; and runs nothing. */
import { lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startAgent, type TestAgent } from '../support/agent.js';
import { TemplateProgram } from '../support/template-program.js';

let agent: TestAgent;
let program: TemplateProgram;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  program = new TemplateProgram();
  for (const name of ['out', 'tmp', 'out/vhosts']) mkdirSync(program.at(name));
  program.write('out/web', 'old\n');
  await put('app/x', '1');
  await put('vhosts/a', 'A');
});
afterEach(() => program.remove());

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });

/** Times of reading apart, everything that a file has. */
function disk(): Record<string, string> {
  const names = ['', ...readdirSync(program.directory, { recursive: true }).map(String).sort()];
  return Object.fromEntries(
    names.map((name) => {
      const { mode, uid, gid, ino, mtimeMs, ctimeMs } = lstatSync(program.at(name));
      const content = lstatSync(program.at(name)).isFile() ? readFileSync(program.at(name), 'utf8') : '';
      return [name, JSON.stringify({ mode, uid, gid, ino, mtimeMs, ctimeMs, content })];
    }),
  );
}

const paths = ['kv/?recurse', 'session/list', 'agent/services', 'agent/checks', 'catalog/services'];
const store = () => Promise.all(paths.map(async (path) => (await fetch(`${agent.http}/v1/${path}`)).text()));

const native = () => `
state_dir = "@state"
pid_file = "@pid"
register = true
[agent]
address = "${agent.http}"
[status]
address = "127.0.0.1:1"
[exec]
command = "touch @exec-ran"
[group.web]
keep = 3
settle = "10ms:1s"
check_cmd = "touch @check-ran"
reload_cmd = "touch @reload-ran"
[group.web.rollout]
lock = "rollout/web"
[[template]]
name = "web"
group = "web"
contents = '{{key "app/x"}}{{"text" | writeToFile "@out/written" "" "" "0644"}}'
dest = "@out/web"
mode = "0600"
[[template]]
name = "made"
contents = "new"
dest = "@out/none/made"
create_dest_dirs = true
check_cmd = "touch @check-ran"
[[template]]
name = "vhosts"
group = "web"
for_each = "tree vhosts"
contents = "{{.item.value}}"
dest = "@out/vhosts/{{item.key}}/conf"
`;

const consulTemplate = () => `
consul { address = "${agent.http.replace('http://', '')}" }
pid_file = "@pid"
deduplicate { enabled = true }
log_file { path = "@log" }
exec { command = "touch @exec-ran" }
template {
  contents = "{{key \\"app/x\\"}}"
  destination = "@out/none/web"
  backup = true
  command = "touch @reload-ran"
}
template { contents = "new" destination = "@out/web" backup = true }
`;

test.each([
  { name: 'plan, of a file of ours', words: ['plan'], file: 't.toml', exit: 2 },
  { name: 'check, of a file of ours', words: ['check'], file: 't.toml', exit: 0 },
  { name: 'plan, of a file of consul-template', words: ['plan'], file: 't.hcl', exit: 2 },
  { name: 'check, of a file of consul-template', words: ['check'], file: 't.hcl', exit: 0 },
])('$name', async ({ words, file, exit }) => {
  program.write('t.toml', native());
  program.write('t.hcl', consulTemplate());
  const [before, stored] = [disk(), await store()];
  const end = await program.once([...words, '-config', program.at(file)], {
    TMPDIR: program.at('tmp'),
    STATE_DIRECTORY: program.at('other'),
  });
  expect(end.exit, end.output).toBe(exit);
  expect(disk()).toEqual(before);
  expect(await store()).toEqual(stored);
});

test('-onetime -noop', async () => {
  program.write('t.toml', native().replace(/\[exec\]\n.*\n/, ''));
  const [before, stored] = [disk(), await store()];
  const end = await program.once(['-config', program.at('t.toml'), '-onetime', '-noop'], { TMPDIR: program.at('tmp') });
  expect(end.exit, end.output).toBe(0);
  const { '': _, pid: __, ...rest } = disk();
  const { '': ___, ...was } = before;
  expect(rest).toEqual(was);
  expect(await store()).toEqual(stored);
});

test('plan and check of a confd directory, after a run as well', async () => {
  program.write(
    'conf.d/a.toml',
    '[template]\nsrc = "a"\ndest = "@out/web"\nkeys = ["/app"]\ncheck_cmd = "touch @check-ran"\nreload_cmd = "true"\n',
  );
  program.write('templates/a', '{{getv "/app/x"}}');
  const flags = [
    '-confdir',
    program.directory,
    '-config-file',
    program.at('confd.toml'),
    '-node',
    agent.http,
    '-state-dir',
    program.at('state'),
  ];
  for (const [word, exit] of [
    ['plan', 2],
    ['check', 0],
  ] as const) {
    const before = disk();
    const end = await program.once([word, ...flags]);
    expect(end.exit, end.output).toBe(exit);
    expect(disk()).toEqual(before);
  }
  expect(await program.once([...flags, '-onetime'])).toMatchObject({ exit: 0 });
  const before = disk();
  expect(await program.once(['plan', ...flags])).toMatchObject({ exit: 0 });
  expect(disk()).toEqual(before);
});
