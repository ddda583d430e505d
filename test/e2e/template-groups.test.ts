/**
 * Groups of files as users run them: mesh-template with a file of ours, a real agent, a real command that stands for nginx (it takes its
 * configuration or refuses it), and rollback from another process.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { type ProgramRun, startTemplate } from '../support/template-program.js';

const withinMs = 10_000;
let agent: TestAgent;
let directory: string;
const running: ProgramRun[] = [];
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-groups-'));
  mkdirSync(at('out'));
});
afterEach(async () => {
  for (const run of running.splice(0)) await run.stop('SIGKILL');
  // Commands of a killed process may still be at it.
  rmSync(directory, { recursive: true, maxRetries: 20, retryDelay: 50 });
  await fetch(`${agent.http}/v1/kv/?recurse`, { method: 'DELETE' });
});

const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), 'utf8');
const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
/** At once: two requests may be far apart on a machine that has much to do. */
const putAll = (values: Readonly<Record<string, string>>) => {
  const operations = Object.entries(values).map(([Key, value]) => ({
    KV: { Verb: 'set', Key, Value: Buffer.from(value).toString('base64') },
  }));
  return fetch(`${agent.http}/v1/txn`, { method: 'PUT', body: JSON.stringify(operations) });
};
const remove = (key: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'DELETE' });
const shows = (name: string, text: string) => eventually(() => expect(read(name)).toBe(text), { withinMs });
const linesOf = (name: string) => (existsSync(at(name)) ? read(name).trim().split('\n') : []);

function start(...argv: string[]): ProgramRun {
  const run = startTemplate(argv);
  running.push(run);
  return run;
}
/** `@` stands for the directory. */
const configure = (text: string) =>
  writeFileSync(at('t.toml'), `state_dir = "@/state"\n[agent]\naddress = "${agent.http}"\n${text}`.replaceAll('@', directory));
const follow = () => start('-config', at('t.toml'));
const command = async (...argv: string[]) => {
  const run = start(...argv, '-config', at('t.toml'));
  return { exit: await run.ended, output: run.output() };
};

describe('a group', () => {
  const group = `
[group.web]
settle = "500ms:5s"
keep = 3
check_cmd = "! grep -rq refused $MESH_STAGED"
reload_cmd = "cat @/out/* >> @/reloads; echo >> @/reloads; ! grep -q broken @/out/*"
${['a', 'b'].map((name) => `[[template]]\nname = "${name}"\ngroup = "web"\ncontents = '${name}={{key "${name}"}};'\ndest = "@/out/${name}"\n`).join('')}`;

  test('one change of two files is one reload, a refused or a broken one leaves both as they were', async () => {
    for (const name of ['a', 'b']) await put(name, '1');
    configure(group);
    const run = follow();
    await shows('out/b', 'b=1;');
    await eventually(() => expect(linesOf('reloads')).toEqual(['a=1;b=1;']), { withinMs });
    await putAll({ a: '2', b: '2' });
    await eventually(() => expect(linesOf('reloads')).toEqual(['a=1;b=1;', 'a=2;b=2;']), { withinMs });
    await eventually(() => expect(run.output()).toMatch(/Reload succeeded .*changed="?key .*a.*key .*b/), { withinMs });
    await putAll({ a: '3', b: 'refused' });
    await eventually(() => expect(run.output()).toContain('Config check failed: exit status 1'), { withinMs });
    expect([read('out/a'), read('out/b')]).toEqual(['a=2;', 'b=2;']);
    await put('b', 'broken');
    await eventually(() => expect(run.output()).toContain('the old files were put back and reloaded'), { withinMs });
    expect([read('out/a'), read('out/b')]).toEqual(['a=2;', 'b=2;']);
    expect(linesOf('reloads').slice(2)).toEqual(['a=3;b=broken;', 'a=2;b=2;']);
    await put('b', '4');
    await shows('out/b', 'b=4;');
    expect(read('out/a')).toBe('a=3;');
    expect(readdirSync(at('out')).sort()).toEqual(['a', 'b']);
    expect(await run.stop('SIGTERM')).toBe(0);
  });

  test('rollback puts a version back that stays, for who runs and who starts later, until resume', async () => {
    for (const name of ['a', 'b']) await put(name, '1');
    configure(group);
    const run = follow();
    await shows('out/b', 'b=1;');
    for (const value of ['2', '3', '4']) {
      await put('a', value);
      await shows('out/a', `a=${value};`);
      await eventually(() => expect(linesOf('reloads').at(-1)).toBe(`a=${value};b=1;`), { withinMs });
    }
    await eventually(async () => expect((await command('versions', 'web')).output).toMatch(/^4 .*current$/m), { withinMs });
    expect((await command('versions', '-json', 'a')).output).toContain('"Version": 2');
    expect((await command('versions', 'a')).output).not.toMatch(/^1 /m);

    expect(await command('rollback', 'web')).toEqual({
      exit: 0,
      output: expect.stringMatching(/^web: version 3 of .* is in place, until mesh-template resume web\n$/),
    });
    expect([read('out/a'), linesOf('reloads').at(-1)]).toEqual(['a=3;', 'a=3;b=1;']);
    await eventually(() => expect(run.output()).toContain('web is pinned to version 3'), { withinMs });
    await put('b', '5');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(read('out/b')).toBe('b=1;');
    expect(await command('rollback', 'web', '-to', '2')).toMatchObject({ exit: 0 });
    expect(read('out/a')).toBe('a=2;');
    await run.stop('SIGTERM');

    const later = follow();
    await eventually(() => expect(later.output()).toContain('web is pinned to version 2'), { withinMs });
    expect([read('out/a'), read('out/b')]).toEqual(['a=2;', 'b=1;']);
    expect(await command('resume', 'web')).toEqual({ exit: 0, output: 'web follows its data again\n' });
    await shows('out/b', 'b=5;');
    expect(read('out/a')).toBe('a=4;');
  });

  test('resume brings the newest back at once, although no data have changed', async () => {
    for (const name of ['a', 'b']) await put(name, '1');
    configure(`${group}[[template]]
name = "items"
group = "web"
contents = "{{.item.value}}"
for_each = "tree items"
dest = "@/out/{{item.key}}.item"
`);
    await put('items/x', 'x');
    const run = follow();
    await shows('out/b', 'b=1;');
    await putAll({ a: '2', 'items/y': 'y' });
    await shows('out/y.item', 'y');
    await remove('items/x');
    await eventually(() => expect(existsSync(at('out/x.item'))).toBe(false), { withinMs });
    await eventually(async () => expect((await command('versions', 'web')).output).toMatch(/^3 .*current$/m), { withinMs });
    expect(await command('rollback', 'web', '-to', '1')).toMatchObject({ exit: 0 });
    expect([read('out/a'), existsSync(at('out/y.item')), read('out/x.item')]).toEqual(['a=1;', false, 'x']);
    await eventually(() => expect(run.output()).toContain('web is pinned to version 1'), { withinMs });
    expect(await command('resume', 'web')).toMatchObject({ exit: 0 });
    await eventually(() => expect(run.output()).toMatch(/Reload succeeded .*changed=resume/), { withinMs });
    expect([read('out/a'), read('out/y.item'), existsSync(at('out/x.item'))]).toEqual(['a=2;', 'y', false]);
  });

  test('a resume right after a rollback brings the newest back, every time', async () => {
    for (const name of ['a', 'b']) await put(name, '1');
    configure(group);
    const run = follow();
    await shows('out/b', 'b=1;');
    await put('a', '2');
    await shows('out/a', 'a=2;');
    await eventually(async () => expect((await command('versions', 'web')).output).toMatch(/^2 .*current$/m), { withinMs });
    for (let times = 0; times < 3; times++) {
      const reloads = linesOf('reloads').length;
      expect(await command('rollback', 'web', '-to', '1')).toMatchObject({ exit: 0 });
      expect(await command('resume', 'web')).toMatchObject({ exit: 0 });
      await shows('out/a', 'a=2;');
      await eventually(() => expect(linesOf('reloads').slice(reloads), run.output()).toEqual(['a=1;b=1;', 'a=2;b=1;']), { withinMs });
    }
  });

  test('a version that does not reload is not put back; what makes no sense is said', async () => {
    for (const name of ['a', 'b']) await put(name, '1');
    configure(group);
    const once = await start('-config', at('t.toml'), '-onetime').ended;
    expect(once).toBe(0);
    await put('a', '2');
    expect(await start('-config', at('t.toml'), '-onetime').ended).toBe(0);
    writeFileSync(at('t.toml'), read('t.toml').replace('! grep -q broken', '! grep -q a=1'));
    expect(await command('rollback', 'a')).toEqual({ exit: 1, output: expect.stringContaining('the old file was put back and reloaded') });
    expect(read('out/a')).toBe('a=2;');
    expect((await command('resume', 'a')).output).toBe('a is not rolled back\n');
    expect(await command('rollback', 'a', '-to', '9')).toEqual({
      exit: 2,
      output: expect.stringContaining('"a" has no version 9, only 1, 2'),
    });
    expect(await command('rollback', 'none')).toEqual({
      exit: 2,
      output: expect.stringContaining('there is no resource "none"; there are "a", "b"'),
    });
  });
});

describe('one template, many files', () => {
  const vhosts = `
[[template]]
for_each = "tree app/vhosts"
contents = "server {{.item.key}} {{.item.keys.port}};"
root = "@/out"
dest = "@/out/{{item.key}}.conf"
reload_cmd = "ls @/out | tr '\\\\n' ' ' >> @/reloads; echo >> @/reloads"
`;

  test('files come and go with the keys of a tree, also while nobody runs', async () => {
    writeFileSync(at('out/mine.conf'), 'mine');
    await put('app/vhosts/a/port', '80');
    await put('app/vhosts/b/port', '81');
    configure(vhosts);
    const run = follow();
    await shows('out/b.conf', 'server b 81;');
    await put('app/vhosts/c/port', '82');
    await shows('out/c.conf', 'server c 82;');
    await remove('app/vhosts/a?recurse');
    await eventually(() => expect(readdirSync(at('out')).sort()).toEqual(['b.conf', 'c.conf', 'mine.conf']), { withinMs });
    await eventually(() => expect(linesOf('reloads').at(-1)?.trim()).toBe('b.conf c.conf mine.conf'), { withinMs });
    expect(linesOf('reloads')).toHaveLength(3);
    await run.stop('SIGKILL');
    await remove('app/vhosts/b?recurse');
    expect(await start('-config', at('t.toml'), '-onetime').ended).toBe(0);
    expect(readdirSync(at('out')).sort()).toEqual(['c.conf', 'mine.conf']);
  });

  test('or one per instance of a service, in Handlebars; the last one that goes leaves its file', async () => {
    const register = (ID: string, Port: number) =>
      fetch(`${agent.http}/v1/agent/service/register`, {
        method: 'PUT',
        body: JSON.stringify({ ID, Name: 'web', Port, Address: '10.0.0.1' }),
      });
    const deregister = (ID: string) => fetch(`${agent.http}/v1/agent/service/deregister/${ID}`, { method: 'PUT' });
    await register('web-1', 81);
    writeFileSync(at('server.hbs'), 'server {{item.Address}}:{{item.Port}}; # {{keyOrDefault "note" "none"}}');
    configure('[[template]]\nname = "web"\nfor_each = "service web"\nsrc = "server.hbs"\ndest = "@/out/{{item.Name}}-{{item.key}}.conf"\n');
    const run = follow();
    await shows('out/web-web-1.conf', 'server 10.0.0.1:81; # none');
    await register('web-2', 82);
    await put('note', 'new');
    await shows('out/web-web-2.conf', 'server 10.0.0.1:82; # new');
    await shows('out/web-web-1.conf', 'server 10.0.0.1:81; # new');
    await deregister('web-1');
    await eventually(() => expect(readdirSync(at('out'))).toEqual(['web-web-2.conf']), { withinMs });
    await deregister('web-2');
    await eventually(() => expect(run.output()).toContain('service "web": there was something and now there is nothing'), { withinMs });
    expect(readdirSync(at('out'))).toEqual(['web-web-2.conf']);
  });

  test('an item that can have no file is reported; the others are made, and what was made for it stays', async () => {
    // fetch would take the dots out of a URL.
    const KV = { Verb: 'set', Key: 'app/vhosts/../port', Value: '' };
    await fetch(`${agent.http}/v1/txn`, { method: 'PUT', body: JSON.stringify([{ KV }]) });
    await put('app/vhosts/a/port', '1');
    await put('app/vhosts/b/port', '2');
    configure(vhosts.replace('{{item.key}}.conf', '{{item.key}}-{{item.keys.port}}/x.conf'));
    const once = async () => {
      const run = start('-config', at('t.toml'), '-onetime');
      return { exit: await run.ended, output: run.output() };
    };
    const first = await once();
    expect([first.exit, first.output]).toEqual([1, expect.stringContaining('the item ".." makes no file')]);
    expect(readdirSync(at('out')).sort()).toEqual(['a-1', 'b-2']);
    await remove('app/vhosts/a/port');
    await put('app/vhosts/a/name', 'a');
    await put('app/vhosts/b/port', '3');
    const second = await once();
    expect([second.exit, second.output]).toEqual([1, expect.stringContaining('the item "a" makes no file: there is no "item.keys.port"')]);
    expect(readdirSync(at('out')).sort()).toEqual(['a-1', 'b-3']);
    const run = follow();
    await eventually(async () => expect((await command('status')).output).toMatch(/failing .*the item "a" makes no file/), { withinMs });
    const plan = await command('plan');
    expect([plan.exit, plan.output]).toEqual([1, expect.stringContaining('the item "a" makes no file')]);
    await put('app/vhosts/a/port', '5');
    await eventually(() => expect(readdirSync(at('out')).sort()).toEqual(['a-5', 'b-3']), { withinMs });
    expect(run.output().split('the item "a"').length).toBe(2);
  });
});

describe('a process that is killed', () => {
  test('leaves whole files; the next one removes what it had staged, and nobody else’s', async () => {
    await put('k', '1');
    configure(`
[[template]]
contents = "v={{key \\"k\\"}};"
dest = "@/out/a"
check_cmd = "touch @/checking; test ! -e @/slow || sleep 30"
`);
    writeFileSync(at('out/.a0123456789'), 'kept by somebody');
    const run = follow();
    await shows('out/a', 'v=1;');
    writeFileSync(at('slow'), '');
    rmSync(at('checking'));
    await put('k', '2');
    await eventually(() => expect(existsSync(at('checking'))).toBe(true), { withinMs });
    await run.stop('SIGKILL');
    expect(read('out/a')).toBe('v=1;');
    expect(readdirSync(at('out'))).toHaveLength(3);
    rmSync(at('slow'));
    const next = follow();
    await shows('out/a', 'v=2;');
    expect(readdirSync(at('out')).sort()).toEqual(['.a0123456789', 'a']);
    await eventually(() => expect(next.output()).toContain('which an earlier run left behind'), { withinMs });
  });
});

test('what a run waits for is in its log after 5 seconds, and -wait-timeout ends a run that happens once', async () => {
  configure('[[template]]\nname = "a"\ncontents = "\\n{{key \\"app/x\\"}}"\ndest = "@/out/a"\n');
  const run = follow();
  const once = start('-config', at('t.toml'), '-onetime', '-missing=wait', '-wait-timeout=2s');
  expect(await once.ended).toBe(1);
  expect(once.output()).toContain('waited 2s for key "app/x" (a:2)');
  await eventually(() => expect(run.output()).toContain('waiting for key "app/x" (a:2)'), { withinMs });
  await put('app/x', 'there');
  await shows('out/a', '\nthere');
});

describe('what is missing, with the options of consul-template', () => {
  const once = async (...flags: string[]) => {
    writeFileSync(at('a.ctmpl'), '<{{key "app/x"}}>');
    const run = start('-consul-addr', agent.http, '-template', `${at('a.ctmpl')}:${at('out/a')}`, '-once', ...flags);
    return { exit: await run.ended, output: run.output(), written: existsSync(at('out/a')) ? read('out/a') : '' };
  };

  test.each([
    { flags: ['-missing=empty'], exit: 0, says: '', written: '<>' },
    { flags: ['-missing=fail'], exit: 14, says: 'key "app/x" (a.ctmpl:1) does not exist', written: '' },
    { flags: ['-wait-timeout=300ms'], exit: 14, says: 'waited 300ms for key "app/x" (a.ctmpl:1)', written: '' },
    { flags: ['-missing=never'], exit: 15, says: '-missing must be wait, fail or empty', written: '' },
  ])('$flags', async ({ flags, exit, says, written }) => {
    expect(await once(...flags)).toEqual({ exit, output: expect.stringContaining(says), written });
  });
});
