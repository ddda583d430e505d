/** What a run tells of itself, read as others read it: Prometheus' parser, the catalog while the agent dies and comes back, the fleet. */
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';
import { TemplateProgram } from '../support/template-program.js';

const withinMs = 20_000;
let program: TemplateProgram;
let agent: TestAgent;
beforeEach(async () => {
  program = new TemplateProgram();
  mkdirSync(program.at('out'));
  agent = await startAgent();
});
afterEach(async () => {
  await program.remove();
  await agent.stop();
});

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const config = () => ['-config', program.at('t.toml')];
const configure = (settings: string, more = '') =>
  program.write(
    't.toml',
    `state_dir = "@state"\n${settings}\n[agent]\naddress = "${agent.http}"\n[[template]]\nname = "web"\ncontents = '{{key "v"}}'\ndest = "@out/web"
reload_cmd = "! grep -q bad @out/web"\n[[template]]\nname = "odd \\"name\\"\\\\"\ncontents = '{{key "later"}}'\ndest = "@out/odd"\n${more}`,
  );

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text format 0.0.4, to the letter: every line is a comment it knows or a sample of the family that was announced. */
function scrape(text: string): readonly Sample[] {
  expect(text.endsWith('\n')).toBe(true);
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const helped = new Set<string>();
  let family = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary|histogram|untyped)$/.exec(line);
    if (line === '') continue;
    if (help?.[1] !== undefined) {
      expect(helped.has(help[1]), `${line} comes twice`).toBe(false);
      helped.add(help[1]);
    } else if (type?.[1] !== undefined) {
      family = type[1];
      expect(types.has(family), `${line} comes twice`).toBe(false);
      types.set(family, type[2] ?? '');
    } else samples.push(sampleOf(line, family, types.get(family) ?? ''));
  }
  const names = samples.map(({ name, labels }) => `${name}${JSON.stringify(Object.entries(labels).sort())}`);
  expect(new Set(names).size).toBe(names.length);
  return samples;
}

function sampleOf(line: string, family: string, type: string): Sample {
  const parts = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$/.exec(line);
  expect(parts, line).not.toBeNull();
  const [, name = '', inner = '', value = ''] = parts ?? [];
  const suffix = name.startsWith(family) ? name.slice(family.length) : '?';
  expect(type === 'summary' ? ['', '_sum', '_count'] : [''], line).toContain(suffix);
  const labels: Record<string, string> = {};
  const rest = inner.replace(/([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?/g, (_, label: string, text: string) => {
    labels[label] = text.replace(/\\(.)/g, (__, character: string) => (character === 'n' ? '\n' : character));
    return '';
  });
  expect(rest, line).toBe('');
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

test('a scraper understands the metrics, whatever resources are called, and they count what happened', async () => {
  const port = await freePort();
  configure(`[status]\naddress = "127.0.0.1:${port}"`);
  await put('v', '1');
  const run = program.start(config());
  await program.shows('out/web', '1');
  const samples = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    return scrape(await answer.text());
  };
  const value = async (name: string, labels: Readonly<Record<string, string>>) =>
    (await samples()).find((sample) => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels))?.value;
  const odd = { resource: 'odd "name"\\' };
  await eventually(async () => expect(await value('mesh_template_waiting_seconds', odd)).toBeGreaterThan(0), { withinMs });
  const before = (await value('mesh_template_render_seconds_count', { resource: 'web' })) ?? 0;
  await put('v', 'bad');
  await eventually(async () => expect(await value('mesh_template_failures_total', { resource: 'web', stage: 'reload' })).toBe(1), {
    withinMs,
  });
  expect(await value('mesh_template_last_reload_successful', { group: 'web' })).toBe(0);
  await put('v', '2');
  await put('later', 'here');
  await eventually(async () => expect(await value('mesh_template_last_reload_successful', { group: 'web' })).toBe(1), { withinMs });
  await eventually(async () => expect(await value('mesh_template_waited_seconds_count', odd)).toBe(1), { withinMs });
  expect(await value('mesh_template_waiting_seconds', odd)).toBe(0);
  expect(await value('mesh_template_render_seconds_count', { resource: 'web' })).toBe(before + 2);
  expect(await value('mesh_template_deploys_total', { resource: 'web' })).toBe(2);
  const reloads = (await samples()).filter(({ name }) => name === 'mesh_template_reload_seconds_count');
  // 1, bad, back to 1, 2: putting back counts as a reload only when it is told as one.
  expect(reloads.find(({ labels }) => labels.group === 'web' && labels.result === 'failed')?.value ?? 0).toBe(1);
  expect(await run.stop('SIGTERM')).toBe(0);
});

const checks = async () => {
  const answer = await fetch(`${agent.http}/v1/health/checks/mesh-template`);
  const list = (await answer.json()) as { readonly CheckID: string; readonly Status: string; readonly Output: string }[];
  return Object.fromEntries(list.map(({ CheckID, Status }) => [CheckID, Status]));
};
const fleet = () => program.once(['fleet', '-http-addr', agent.http]);

test('an agent that dies, and comes back with nothing, knows the service, its checks and versions again, also of resources that are new', async () => {
  await agent.stop('SIGKILL');
  const httpPort = await freePort();
  agent = await startAgent(['-dev'], {}, [], { httpPort });
  configure('register = true\ninstance = "box"');
  await put('v', '1');
  await put('later', '1');
  const run = program.start(config());
  const well = { 'box:web': 'passing', 'box:odd "name"\\': 'passing' };
  await eventually(async () => expect(await checks()).toEqual(well), { withinMs });
  await eventually(async () => expect((await fleet()).output).toMatch(/^web .* newest .* ok$/m), { withinMs });

  await agent.stop('SIGKILL');
  // While it is away a resource comes.
  configure('register = true\ninstance = "box"', '[[template]]\nname = "new"\ncontents = "new"\ndest = "@out/new"\n');
  await program.shows('out/new', 'new');
  agent = await startAgent(['-dev'], {}, [], { httpPort });
  await put('v', '2');
  await put('later', '2');
  await eventually(async () => expect(await checks(), run.output()).toEqual({ ...well, 'box:new': 'passing' }), { withinMs: 30_000 });
  for (const line of [/^new .* newest .* ok$/m, /^web .* newest .* ok$/m])
    await eventually(async () => expect((await fleet()).output).toMatch(line), { withinMs });
  expect(run.output().match(/the agent cannot be told how this process is/g)?.length ?? 0).toBeLessThanOrEqual(1);

  // Killed, it says nothing any more: the checks turn critical by themselves, and the fleet knows it is gone.
  await run.stop('SIGKILL');
  await eventually(async () => expect(Object.values(await checks())).toEqual(['critical', 'critical', 'critical']), { withinMs: 45_000 });
  await eventually(async () => expect((await fleet()).output).toMatch(/^web .* gone /m), { withinMs });
});

test('an agent that lost the service alone while a resource came is told of all again', async () => {
  configure('register = true\ninstance = "box"');
  await put('v', '1');
  await put('later', '1');
  program.start(config());
  const well = { 'box:web': 'passing', 'box:odd "name"\\': 'passing' };
  await eventually(async () => expect(await checks()).toEqual(well), { withinMs });
  await fetch(`${agent.http}/v1/agent/service/deregister/box`, { method: 'PUT' });
  configure('register = true\ninstance = "box"', '[[template]]\nname = "new"\ncontents = "new"\ndest = "@out/new"\n');
  await program.shows('out/new', 'new');
  await eventually(async () => expect(await checks()).toEqual({ ...well, 'box:new': 'passing' }), { withinMs: 25_000 });
});
