/** What `convert` makes is run beside the original, with a real agent: the same files, modes and commands, in the same order, and on the next change again. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { TemplateProgram } from '../support/template-program.js';

const withinMs = 15_000;
let agent: TestAgent;
let program: TemplateProgram;
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  program = new TemplateProgram();
  for (const [key, value] of Object.entries({
    'app/port': '80',
    'app/names/a': 'A',
    'app/names/b': 'B',
    'prod/app/port': '443',
    color: 'red',
  }))
    await put(key, value);
  await fetch(`${agent.http}/v1/agent/service/register`, { method: 'PUT', body: '{"Name": "web", "ID": "web-1", "Port": 8080}' });
});
afterEach(() => program.remove());

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const node = () => agent.http.replace('http://', '');
const lines = (name: string) => (program.read(name) ?? '').split('\n').filter((line) => line !== '');

/** Contents and modes of all outputs, and the commands that ran. */
const result = () => ({
  files: Object.fromEntries(
    readdirSync(program.at('out'))
      .sort()
      .map((name) => [name, `${(statSync(program.at(`out/${name}`)).mode & 0o7777).toString(8)} ${program.read(`out/${name}`)}`]),
  ),
  ran: lines('ran'),
});
const clean = () => {
  rmSync(program.at('out'), { recursive: true, force: true });
  rmSync(program.at('ran'), { force: true });
  mkdirSync(program.at('out'));
};

/** One after the other, from nothing; `change` makes them all run again. */
async function runsAlike(
  original: readonly string[],
  convert: string,
  expected: { readonly first: readonly string[]; readonly second: readonly string[] },
) {
  const converted = await program.once(['convert', program.at(convert)]);
  expect(converted.exit, converted.output).toBe(0);
  program.write('native.toml', converted.output);
  const results = [];
  for (const flags of [original, ['-config', program.at('native.toml')]]) {
    clean();
    await put('app/port', '80');
    const run = program.start(flags);
    await eventually(() => expect([...lines('ran')].sort(), run.output()).toEqual([...expected.first].sort()), { withinMs });
    const first = result();
    await put('app/port', '81');
    await eventually(() => expect([...lines('ran')].sort(), run.output()).toEqual([...expected.first, ...expected.second].sort()), {
      withinMs,
    });
    results.push({ first, second: result() });
    await run.stop('SIGINT');
  }
  const [before, after] = results.map(({ first, second }) => ({
    first: { ...first, ran: [...first.ran].sort() },
    second: { ...second, ran: [...second.ran].sort() },
  }));
  expect(after).toEqual(before);
  expect(Object.keys(before?.second.files ?? {}).length).toBeGreaterThan(1);
}

test("confd's directory", async () => {
  program.write('confd/confd.toml', `backend = "consul"\nnodes = ["${node()}"]\nlog-level = "info"\n`);
  program.write(
    'confd/conf.d/app.toml',
    `[template]
src = "app.tmpl"
dest = "@out/app"
mode = "0640"
keys = ["/app/port", "/app/names"]
check_cmd = "echo check app $(wc -c < {{.src}}) >> @ran"
reload_cmd = "echo reload app >> @ran"
`,
  );
  program.write('confd/templates/app.tmpl', 'port {{getv "/app/port"}}\n{{range gets "/app/names/*"}}{{base .Key}} {{.Value}}\n{{end}}');
  program.write(
    'confd/conf.d/sub/prod.toml',
    '[template]\nprefix = "/prod"\nsrc = "prod.tmpl"\ndest = "@out/prod"\nkeys = ["/app"]\nreload_cmd = "echo reload prod >> @ran"\n',
  );
  program.write('confd/templates/prod.tmpl', '{{getv "/app/port"}} {{getv "/app/none" "default"}} {{len (ls "/app")}}\n');
  await runsAlike(['-confdir', program.at('confd'), '-config-file', program.at('confd/confd.toml'), '-watch'], 'confd', {
    first: ['check app 16', 'reload app', 'reload prod'],
    second: ['check app 16', 'reload app'],
  });
});

test("consul-template's configuration", async () => {
  program.write('a.ctmpl', '{{key "app/port"}} {{keyOrDefault "none" "default"}}{{range ls "app/names"}} {{.Key}}={{.Value}}{{end}}\n');
  program.write('b.ctmpl', '<<range service "web">><<.ID>>:<<.Port>> <<end>><<key "app/port">>\n');
  program.write(
    'ct/main.hcl',
    `consul { address = "${node()}" }
wait { min = "50ms" max = "1s" }
template {
  source = "@a.ctmpl"
  destination = "@out/a"
  perms = 0600
  command = "echo reload a >> @ran"
  command_timeout = "10s"
}
template {
  source = "@b.ctmpl"
  destination = "@out/b"
  left_delimiter = "<<"
  right_delimiter = ">>"
  command = "echo reload b >> @ran"
}
`,
  );
  program.write(
    'ct/more.json',
    '{"template": {"contents": "{{ key \\"color\\" }} {{ env \\"HOME\\" }}", "destination": "@out/c", "command": "echo reload c >> @ran"}}',
  );
  await runsAlike(['-config', program.at('ct')], 'ct', { first: ['reload a', 'reload b', 'reload c'], second: ['reload a', 'reload b'] });
});

test('a command of several templates of consul-template is one command for a change', async () => {
  const template = (name: string, contents: string) =>
    `template {\n  contents = ${JSON.stringify(contents)}\n  destination = "@out/${name}"\n  command = "echo reload >> @ran"\n}\n`;
  program.write(
    'ct/main.hcl',
    [
      `consul { address = "${node()}" }`,
      template('a', '{{key "app/port"}}'),
      template('b', 'port {{key "app/port"}}'),
      // All of one answer: two answers may come in two moments, which are two changes. This one stays as it is.
      template('c', '{{len (key "app/port")}}'),
    ].join('\n'),
  );
  await runsAlike(['-config', program.at('ct')], 'ct', { first: ['reload'], second: ['reload'] });
});

test('files of confd with one name in several directories', async () => {
  program.write('confd/confd.toml', `backend = "consul"\nnodes = ["${node()}"]\n`);
  program.write('confd/templates/x.tmpl', '{{getv "/app/port"}}\n');
  for (const [folder, name] of [
    ['', 'a'],
    ['one/', 'b'],
    ['two/', 'c'],
  ])
    program.write(
      `confd/conf.d/${folder}site.toml`,
      `[template]\nsrc = "x.tmpl"\ndest = "@out/${name}"\nkeys = ["/app/port"]\nreload_cmd = "echo ${name} >> @ran"\n`,
    );
  await runsAlike(['-confdir', program.at('confd'), '-config-file', program.at('confd/confd.toml')], 'confd', {
    first: ['a', 'b', 'c'],
    second: ['a', 'b', 'c'],
  });
});
