/** Nothing broken stays: what a failed check or reload leaves of a group, with all that files have, over restarts of the program. */
import { chmodSync, chownSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually, type TestAgent } from '../support/agent.js';
import { agentAndProgram, type TemplateProgram } from '../support/template-program.js';

const withinMs = 20_000;
const isRoot = process.getuid?.() === 0;
let agent: TestAgent;
let program: TemplateProgram;
agentAndProgram((both) => {
  ({ agent, program } = both);
});

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const lines = (name: string) => (program.read(name) ?? '').split('\n').filter((line) => line !== '');
const config = () => ['-config', program.at('t.toml')];
const configure = (text: string) => program.write('t.toml', `state_dir = "@state"\n[agent]\naddress = "${agent.http}"\n${text}`);

/** Everything that can be told of the files: names, kinds, contents, modes, owners, what links point to. */
const picture = () =>
  Object.fromEntries(
    readdirSync(program.at('out'), { recursive: true })
      .map(String)
      .sort()
      .map((name) => {
        const path = program.at(`out/${name}`);
        const { mode, uid, gid } = lstatSync(path);
        const content = lstatSync(path).isSymbolicLink()
          ? `-> ${readlinkSync(path)} (${readFileSync(path, 'utf8')})`
          : statSync(path).isFile()
            ? readFileSync(path, 'utf8')
            : 'directory';
        return [name, `${mode.toString(8)} ${uid}:${gid} ${content}`];
      }),
  );

/** A file with mode and owner of its own, one behind a link, one that is not there yet, and files of items that come and go. */
const mixed = `
[group.web]
settle = "50ms:2s"
check_cmd = "echo check >> @ran; ! grep -rq refused $MESH_STAGED"
reload_cmd = "echo reload $(cat @out/plain) >> @ran; ! grep -q broken @out/plain"
${['plain', 'linked', 'fresh'].map((name) => `[[template]]\nname = "${name}"\ngroup = "web"\ncontents = '${name === 'fresh' ? '{{key "fresh"}}' : '{{key "v"}}'}'\ndest = "@out/${name}"\n${name === 'plain' ? 'mode = "0750"\n' : ''}`).join('')}
[[template]]
name = "items"
group = "web"
for_each = "tree items"
contents = "{{.item.value}}"
dest = "@out/items/{{item.key}}/conf"
`;

async function aGroupInPlace() {
  program.write('out/plain', 'packaged');
  chmodSync(program.at('out/plain'), 0o2640);
  if (isRoot) chownSync(program.at('out/plain'), 65_534, 65_534);
  program.write('target', 'packaged');
  chmodSync(program.at('target'), 0o604);
  symlinkSync(program.at('target'), program.at('out/linked'));
  await put('items/a', 'a');
}

describe('a group whose change is bad is as it was', () => {
  test('after a failed reload: contents, modes, owners, links, files that were not there, files that had gone', async () => {
    await aGroupInPlace();
    configure(mixed);
    const before = picture();
    await put('v', 'broken');
    await put('fresh', 'new');
    const { exit, output } = await program.once([...config(), '-onetime']);
    expect(exit).toBe(1);
    expect(output).toContain('Reload failed: exit status 1; the old files were put back and reloaded');
    expect(picture()).toEqual(before);
    expect(lines('ran')).toEqual(['check', 'reload broken', 'reload packaged']);

    await put('v', 'good');
    expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
    const good = picture();
    expect(good).toMatchObject({ 'items/a/conf': expect.stringContaining(' a'), fresh: expect.stringContaining(' new') });
    expect(program.read('target')).toBe('packaged');

    // One item goes and one comes with the bad change; another process sees it, which knows nothing of the first one's.
    const run = program.start(config());
    await eventually(() => expect(run.output()).toContain('Starting'), { withinMs });
    const ran = lines('ran').length;
    const operations = [
      { KV: { Verb: 'set', Key: 'v', Value: Buffer.from('broken').toString('base64') } },
      { KV: { Verb: 'set', Key: 'items/b', Value: 'Yg==' } },
      { KV: { Verb: 'delete', Key: 'items/a' } },
    ];
    await fetch(`${agent.http}/v1/txn`, { method: 'PUT', body: JSON.stringify(operations) });
    await eventually(() => expect(run.output()).toContain('the old files were put back and reloaded'), { withinMs });
    // On a slow machine what changed arrives in more than one piece, and is tried as often.
    const tries = () => lines('ran').slice(ran).join().split('check,').slice(1);
    await eventually(() => expect(picture()).toEqual(good), { withinMs });
    await eventually(() => expect(new Set(tries().map((one) => one.replace(/,$/, '')))).toEqual(new Set(['reload broken,reload good'])), {
      withinMs,
    });

    // By itself, with the next change of any of them.
    await put('v', 'better');
    await eventually(() => expect(lines('ran').at(-1)).toBe('reload better'), { withinMs });
    await eventually(() => expect(Object.keys(picture())).toEqual(['fresh', 'items', 'items/b', 'items/b/conf', 'linked', 'plain']), {
      withinMs,
    });
    expect([program.read('out/plain'), program.read('out/items/b/conf')]).toEqual(['better', 'b']);
  });

  test('after a failed check not even the inodes are others, and nothing was reloaded', async () => {
    await aGroupInPlace();
    configure(mixed);
    await put('v', 'refused');
    await put('fresh', 'new');
    const inodes = () =>
      ['plain', 'linked'].map((name) => [lstatSync(program.at(`out/${name}`)).ino, statSync(program.at(`out/${name}`)).ino]);
    const [before, numbers] = [picture(), inodes()];
    const { exit, output } = await program.once([...config(), '-onetime']);
    expect(exit).toBe(1);
    expect(output).toContain('Config check failed: exit status 1');
    expect([picture(), inodes()]).toEqual([before, numbers]);
    expect(lines('ran')).toEqual(['check']);
  });

  test('when the old one does not reload either, that is said, and the files are the old ones', async () => {
    await aGroupInPlace();
    configure(mixed.replace('! grep -q broken @out/plain', 'false'));
    const before = picture();
    await put('v', 'broken');
    await put('fresh', 'new');
    const { exit, output } = await program.once([...config(), '-onetime']);
    expect(exit).toBe(1);
    expect(output).toContain('the old files were put back, but the reload failed too: exit status 1');
    expect(picture()).toEqual(before);
  });

  test('a member whose directory is not there keeps all others from changing', async () => {
    await aGroupInPlace();
    configure(mixed.replace('dest = "@out/fresh"', 'dest = "@out/none/fresh"'));
    const before = picture();
    await put('v', 'good');
    await put('fresh', 'new');
    const { exit, output } = await program.once([...config(), '-onetime']);
    expect([exit, output]).toEqual([1, expect.stringMatching(/none\/\.fresh.*: no such file or directory/)]);
    expect(picture()).toEqual(before);
    expect(lines('ran')).toEqual([]);
  });
});

describe('versions, over restarts of the program', () => {
  const kept = `
[[template]]
name = "a"
contents = '{{key "v"}}'
dest = "@out/a"
keep = 2
reload_cmd = "cat @out/a >> @ran; echo >> @ran"
`;
  const command = (...words: string[]) => program.once([...words, ...config()]);
  const once = async (value: string) => {
    await put('v', value);
    expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
  };

  test('keep = 2 keeps two; their numbers go on; nobody else may read them', async () => {
    configure(kept);
    for (const value of ['1', '2', '3', '4']) await once(value);
    const { output } = await command('versions', 'a');
    expect(output.match(/^\d+(?= )/gm)).toEqual(['4', '3']);
    const [group = ''] = readdirSync(program.at('state/groups'));
    const directory = `state/groups/${group}/versions`;
    expect(readdirSync(program.at(directory)).sort()).toEqual(['3.json', '4.json']);
    expect(statSync(program.at(`state/groups/${group}`)).mode & 0o077).toBe(0);
  });

  test('rolled back while nobody runs: mode and owner too; whoever starts leaves it, -onetime as well, until resume', async () => {
    program.write('out/a', 'packaged');
    chmodSync(program.at('out/a'), 0o640);
    if (isRoot) chownSync(program.at('out/a'), 65_534, 65_534);
    configure(`${kept}mode = "0600"\n`);
    await once('1');
    expect(statSync(program.at('out/a')).mode & 0o7777).toBe(0o600);
    expect(await command('rollback', 'a')).toMatchObject({ exit: 0 });
    const back = () => {
      const { mode, uid } = statSync(program.at('out/a'));
      return [program.read('out/a'), mode & 0o7777, uid];
    };
    const packaged = ['packaged', 0o640, isRoot ? 65_534 : process.getuid?.()];
    expect(back()).toEqual(packaged);
    await put('v', '2');
    const onetime = await program.once([...config(), '-onetime']);
    expect(onetime.output).toContain('a is pinned to version 1');
    expect(back()).toEqual(packaged);
    const run = program.start(config());
    await eventually(() => expect(run.output()).toContain('a is pinned to version 1'), { withinMs });
    await run.stop('SIGKILL');
    expect(back()).toEqual(packaged);
    expect(await command('resume', 'a')).toMatchObject({ exit: 0 });
    expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
    expect(back()).toEqual(['2', 0o600, isRoot ? 65_534 : process.getuid?.()]);
  });

  test('a file that somebody removed comes back with a rollback; a version of a member that is gone is left out', async () => {
    configure(
      `[group.two]\nkeep = 3\n${['a', 'b'].map((name) => `[[template]]\nname = "${name}"\ngroup = "two"\ncontents = '{{key "v"}}'\ndest = "@out/${name}"\n`).join('')}`,
    );
    await once('1');
    await once('2');
    rmSync(program.at('out/a'));
    // What is there is no version any more: the newest one is the one before.
    expect(await command('rollback', 'two')).toMatchObject({ exit: 0 });
    expect([program.read('out/a'), program.read('out/b')]).toEqual(['2', '2']);
    expect(await command('rollback', 'two')).toMatchObject({ exit: 0 });
    expect([program.read('out/a'), program.read('out/b')]).toEqual(['1', '1']);
    expect(await command('resume', 'two')).toMatchObject({ exit: 0 });
    await once('2');
    program.write('t.toml', (program.read('t.toml') ?? '').replace(/\[\[template\]\]\nname = "b"[\s\S]*$/, ''));
    expect(await command('rollback', 'two', '-to', '1')).toMatchObject({ exit: 0 });
    expect([program.read('out/a'), program.read('out/b')]).toEqual(['1', '2']);
  });

  test('with a version goes what came after it, and what lay there before comes back; resume brings all of it', async () => {
    const group = (...names: string[]) =>
      `[group.all]\nkeep = 5\nreload_cmd = "ls @out | tr '\\\\n' ' ' >> @ran; echo >> @ran"\n${names.map((name) => `[[template]]\nname = "${name}"\ngroup = "all"\ncontents = '${name} {{key "v"}}'\ndest = "@out/${name}"\n`).join('')}`;
    const files = () => ['a', 'b', 'c', 'd'].map((name) => program.read(`out/${name}`));
    program.write('out/a', 'packaged');
    configure(group('a', 'b'));
    await once('1');
    // Members that came later: one that makes its file, one that takes the place of somebody's.
    program.write('out/d', 'by hand');
    configure(group('a', 'b', 'c', 'd'));
    await once('2');
    expect(files()).toEqual(['a 2', 'b 2', 'c 2', 'd 2']);
    expect(await command('rollback', 'all')).toMatchObject({ exit: 0 });
    expect(files()).toEqual(['a 1', 'b 1', undefined, 'by hand']);
    expect((await command('versions', 'all')).output).toMatch(/^2 .*pinned$/m);
    expect(await command('rollback', 'all')).toMatchObject({ exit: 0 });
    expect(files()).toEqual(['packaged', undefined, undefined, 'by hand']);
    expect(await command('resume', 'all')).toMatchObject({ exit: 0 });
    expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
    expect(files()).toEqual(['a 2', 'b 2', 'c 2', 'd 2']);
    expect(lines('ran')).toEqual(['a b ', 'a b c d ', 'a b d ', 'a d ', 'a b c d '].map((line) => expect.stringMatching(line)));
  });

  test('rolled back while a bad change is being reloaded: that is waited for and said, and it is what was there before that change', async () => {
    configure(kept.replace('cat @out/a', 'if grep -q broken @out/a; then touch @begun; sleep 3; exit 1; fi; cat @out/a'));
    await once('1');
    await once('2');
    program.start(config());
    await put('v', 'broken');
    await eventually(() => expect(program.read('begun')).toBe(''), { withinMs });
    const { exit, output } = await command('rollback', 'a');
    expect([exit, output]).toEqual([
      0,
      expect.stringMatching(/^waiting for a change of a that is under way\na: version 2 of .* is in place/),
    ]);
    expect(program.read('out/a')).toBe('2');
  });

  test('resume while a process runs with a bad change: the pinned version stays in use', async () => {
    configure(kept.replace('cat @out/a', '! grep -q broken @out/a || exit 1; cat @out/a'));
    await once('1');
    await once('2');
    const run = program.start(config());
    expect(await command('rollback', 'a')).toMatchObject({ exit: 0 });
    await eventually(() => expect(run.output()).toContain('a is pinned to version 1'), { withinMs });
    await put('v', 'broken');
    expect(await command('resume', 'a')).toMatchObject({ exit: 0 });
    await eventually(() => expect(run.output()).toContain('the old file was put back and reloaded'), { withinMs });
    expect(program.read('out/a')).toBe('1');
    await put('v', '3');
    await program.shows('out/a', '3');
  });
});

/** Between the reloads that wrote down when they were. */
function gapsMs(): readonly number[] {
  const times = lines('ran').map((text) => Number(text) / 1e6);
  return times.slice(1).map((time, i) => time - (times[i] ?? 0));
}

test('max_rate counts from one round of -interval to the next', async () => {
  await put('k', '0');
  configure(`[group.slow]\nmax_rate = "1 per 3s"\nreload_cmd = "date +%s%N >> @ran"
[[template]]\ngroup = "slow"\ncontents = '{{key "k"}}'\ndest = "@out/slow"\n`);
  const run = program.start([...config(), '-interval=1']);
  await program.shows('out/slow', '0');
  // On a busy machine a round may come so late that nothing has to wait; then the next one is looked at.
  await eventually(
    async () => {
      await put('k', `${Math.random()}`);
      expect(run.output()).toContain('slow was reloaded 1 times in 3s; changes wait for');
    },
    { withinMs },
  );
  await put('k', 'last');
  await program.shows('out/slow', 'last');
  await eventually(() => expect(lines('ran').length).toBeGreaterThan(1), { withinMs });
  expect(Math.min(...gapsMs())).toBeGreaterThan(2_900);
});

test('max_rate counts reloads of a group, also those of a bad change', async () => {
  await put('v', '0');
  configure(`[group.slow]\nmax_rate = "1 per 2s"\nreload_cmd = "date +%s%N >> @ran"
[[template]]\nname = "a"\ngroup = "slow"\ncontents = '{{key "v"}}'\ndest = "@out/a"\n`);
  const run = program.start(config());
  await eventually(() => expect(lines('ran')).toHaveLength(1), { withinMs });
  for (let value = 1; value <= 30; value++) {
    await put('v', `${value}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await program.shows('out/a', '30');
  await eventually(() => expect(run.output()).toMatch(/changes wait for/), { withinMs });
  await eventually(() => expect(lines('ran').length).toBeGreaterThanOrEqual(3), { withinMs });
  expect(Math.min(...gapsMs())).toBeGreaterThan(1_900);
});
