/** Files of items at their limits: renamed, contested, behind planted links, and while the source, or the program, is away. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';
import { agentAndProgram, type TemplateProgram } from '../support/template-program.js';

const withinMs = 15_000;
let agent: TestAgent;
let program: TemplateProgram;
agentAndProgram((both) => {
  ({ agent, program } = both);
});

const put = (key: string, value: string, { http } = agent) => fetch(`${http}/v1/kv/${key}`, { method: 'PUT', body: value });
const remove = (key: string, { http } = agent) => fetch(`${http}/v1/kv/${key}?recurse`, { method: 'DELETE' });
const transact = (operations: readonly object[]) =>
  fetch(`${agent.http}/v1/txn`, { method: 'PUT', body: JSON.stringify(operations.map((KV) => ({ KV }))) });
const files = () =>
  readdirSync(program.at('out'), { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [entry.name] : []))
    .sort();
const lines = (name: string) => (program.read(name) ?? '').split('\n').filter((line) => line !== '');
const config = () => ['-config', program.at('t.toml')];
const configure = ({ http = agent.http, dest = '{{item.key}}', fields = '' } = {}) =>
  program.write(
    't.toml',
    `state_dir = "@state"\n[agent]\naddress = "${http}"\n[[template]]\nname = "items"\nfor_each = "tree items"\nroot = "@out"\ndest = "@out/${dest}"
contents = "{{.item.value}}"\nreload_cmd = "ls @out | tr '\\\\n' ' ' >> @ran; echo >> @ran"\n${fields}`,
  );

test('an item that is renamed is one reload, which finds the new file and not the old one', async () => {
  await put('items/a', '1');
  await put('items/b', '2');
  configure();
  program.start(config());
  await eventually(() => expect(lines('ran')).toEqual(['a b ']), { withinMs });
  await transact([
    { Verb: 'delete', Key: 'items/a' },
    { Verb: 'set', Key: 'items/c', Value: 'MQ==' },
  ]);
  await eventually(() => expect(lines('ran')).toEqual(['a b ', 'b c ']), { withinMs });
  expect(files()).toEqual(['b', 'c']);
});

test('another root moves the files, and leaves what is beside them, and the old root, alone', async () => {
  await put('items/a', '1');
  await put('items/b', '2');
  configure({ dest: 'in/{{item.key}}' });
  expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
  program.write('out/in/b', 'of somebody');
  program.write('t.toml', (program.read('t.toml') ?? '').replaceAll('/out/in', '/other').replace('/out"', '/other"'));
  mkdirSync(program.at('other'));
  const end = await program.once([...config(), '-onetime']);
  expect([end.exit, end.output]).toEqual([0, expect.stringContaining('out/in/b is not as it was made; it stays')]);
  expect([files(), readdirSync(program.at('other'))]).toEqual([['b'], ['a', 'b']]);
  program.write('t.toml', (program.read('t.toml') ?? '').replaceAll('/other', '/third'));
  mkdirSync(program.at('third'));
  expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
  expect([readdirSync(program.at('other')), readdirSync(program.at('third'))]).toEqual([[], ['a', 'b']]);
});

test('a name that becomes another path moves the file, over a restart as well', async () => {
  await put('items/a', '1');
  configure();
  expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
  configure({ dest: 'site-{{item.key}}' });
  expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
  expect(files()).toEqual(['site-a']);
});

test('while the agent is away nothing is removed, by whoever starts or reads its files again; then exactly what has gone', async () => {
  const httpPort = await freePort();
  const flags = ['-server', '-bootstrap', '-node=items', `-data-dir=${program.at('data')}`];
  let own = await startAgent(flags, {}, [], { httpPort });
  try {
    for (const name of ['a', 'b', 'c']) await put(`items/${name}`, name, own);
    configure({ http: own.http });
    const run = program.start(config());
    await eventually(() => expect(files()).toEqual(['a', 'b', 'c']), { withinMs });
    await own.stop('SIGKILL');
    await eventually(() => expect(run.output()).toContain('files stay as they are'), { withinMs });
    run.child.kill('SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(files()).toEqual(['a', 'b', 'c']);
    await run.stop('SIGKILL');
    expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 1 });
    const again = program.start(config());
    await eventually(() => expect(again.output()).toContain('files stay as they are'), { withinMs });
    expect(files()).toEqual(['a', 'b', 'c']);
    own = await startAgent(flags, {}, [], { httpPort });
    await remove('items/b', own);
    await eventually(() => expect(files()).toEqual(['a', 'c']), { withinMs });
  } finally {
    await own.stop();
  }
});

test('what a failed check or reload was about to remove is there again, and goes with the next good change', async () => {
  await put('items/a', '1');
  await put('items/b', '2');
  configure({ fields: 'check_cmd = "! grep -q refused {{.src}}"\n' });
  const run = program.start(config());
  await eventually(() => expect(files()).toEqual(['a', 'b']), { withinMs });
  await transact([
    { Verb: 'delete', Key: 'items/a' },
    { Verb: 'set', Key: 'items/b', Value: Buffer.from('refused').toString('base64') },
  ]);
  await eventually(() => expect(run.output()).toContain('Config check failed'), { withinMs });
  expect([files(), program.read('out/b')]).toEqual([['a', 'b'], '2']);
  await put('items/b', '3');
  await eventually(() => expect([files(), program.read('out/b')]).toEqual([['b'], '3']), { withinMs });
});

describe('links that others have planted', () => {
  test('a directory that became a link: nothing is written through it', async () => {
    await put('items/a', '1');
    configure({ dest: '{{item.key}}/conf' });
    const run = program.start(config());
    await program.shows('out/a/conf', '1');
    mkdirSync(program.at('elsewhere'));
    renameSync(program.at('out/a'), program.at('moved'));
    symlinkSync(program.at('elsewhere'), program.at('out/a'));
    await put('items/a', '2');
    await eventually(() => expect(run.output()).toMatch(/out\/a is a symbolic link; files of items are not written through links/), {
      withinMs,
    });
    expect(readdirSync(program.at('elsewhere'))).toEqual([]);
  });

  test('a directory that became a link to the same file elsewhere: nothing is removed through it', async () => {
    await put('items/a', '1');
    await put('items/b', '2');
    configure({ dest: '{{item.key}}/conf' });
    const run = program.start(config());
    await program.shows('out/b/conf', '2');
    renameSync(program.at('out/a'), program.at('elsewhere'));
    symlinkSync(program.at('elsewhere'), program.at('out/a'));
    await remove('items/a');
    await put('items/b', '3');
    await program.shows('out/b/conf', '3');
    await eventually(() => expect(lines('ran').length).toBeGreaterThan(1), { withinMs });
    expect(program.read('elsewhere/conf')).toBe('1');
    await eventually(() => expect(run.output()).toMatch(/WARNING .*out\/a\/conf/), { withinMs });
  });

  test('a file that became a link is not followed, whatever it points to', async () => {
    await put('items/a', '1');
    configure();
    program.start(config());
    await program.shows('out/a', '1');
    program.write('secret', 'mine');
    symlinkSync(program.at('secret'), program.at('out/b'));
    await put('items/b', '2');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(program.read('secret')).toBe('mine');
    expect(readFileSync(program.at('out/a'), 'utf8')).toBe('1');
  });
});

test('instances of a service: one that turns critical loses its file, one that comes gets one', async () => {
  const register = (ID: string, Port: number) =>
    fetch(`${agent.http}/v1/agent/service/register`, {
      method: 'PUT',
      body: JSON.stringify({ ID, Name: 'items', Port, Check: { CheckID: `check-${ID}`, TTL: '10m', Status: 'passing' } }),
    });
  await register('one', 1);
  await register('two', 2);
  program.write(
    't.toml',
    `state_dir = "@state"\n[agent]\naddress = "${agent.http}"\n[[template]]\nfor_each = "service items"\ndest = "@out/{{item.key}}"\ncontents = "{{.item.Port}}"\n`,
  );
  program.start(config());
  await eventually(() => expect(files()).toEqual(['one', 'two']), { withinMs });
  await fetch(`${agent.http}/v1/agent/check/fail/check-one`, { method: 'PUT' });
  await eventually(() => expect(files()).toEqual(['two']), { withinMs });
  await register('three', 3);
  await eventually(() => expect(files()).toEqual(['three', 'two']), { withinMs });
  // The last one that goes leaves its file.
  await fetch(`${agent.http}/v1/agent/check/fail/check-three`, { method: 'PUT' });
  await eventually(() => expect(files()).toEqual(['two']), { withinMs });
  await fetch(`${agent.http}/v1/agent/check/fail/check-two`, { method: 'PUT' });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(files()).toEqual(['two']);
  for (const id of ['one', 'two', 'three']) await fetch(`${agent.http}/v1/agent/service/deregister/${id}`, { method: 'PUT' });
  expect(existsSync(program.at('out/two'))).toBe(true);
});

test('a member whose items are all gone when the program starts, or one behind a planted link, holds no other file up; plan says the same', async () => {
  await put('items/a', '1');
  await put('items/b', '2');
  await put('v', '1');
  program.write(
    't.toml',
    `state_dir = "@state"\n[agent]\naddress = "${agent.http}"\n[group.g]\nreload_cmd = "echo reload >> @ran"
[[template]]\nname = "items"\ngroup = "g"\nfor_each = "tree items"\ndest = "@out/item-{{item.key}}"\ncontents = "{{.item.value}}"
[[template]]\nname = "plain"\ngroup = "g"\ndest = "@out/plain"\ncontents = '{{key "v"}}'\n`,
  );
  symlinkSync('/etc/hostname', program.at('out/item-b'));
  const link = 'items: the item "b" makes no file: ';
  const planned = await program.once(['plan', ...config()]);
  expect([planned.exit, planned.output.match(/^\+\+\+ .*/gm)]).toEqual([
    1,
    [`+++ ${program.at('out/item-a')}`, `+++ ${program.at('out/plain')}`],
  ]);
  expect(planned.output).toContain(`Failed: ${link}`);
  expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 1 });
  expect([files(), program.read('out/plain')]).toEqual([['item-a', 'plain'], '1']);
  rmSync(program.at('out/item-b'));
  await remove('items');
  await put('v', '2');
  const held = await program.once(['plan', ...config()]);
  expect([held.exit, held.output.match(/^\+\+\+ .*/gm)]).toEqual([2, [`+++ ${program.at('out/plain')}`]]);
  expect(held.output).toContain('Held: items: there is no item any more; 1 files stay as they are');
  const end = await program.once([...config(), '-onetime']);
  expect([end.exit, end.output.match(/ERROR .*/g)]).toEqual([1, [expect.stringMatching(/there is no item any more; .* resource=items/)]]);
  expect([files(), program.read('out/plain'), lines('ran')]).toEqual([['item-a', 'plain'], '2', ['reload', 'reload']]);
});
