/** A reload survives the process that was to do it: mesh-template is killed where it hurts, and started again. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { eventually, type TestAgent } from '../support/agent.js';
import { agentAndProgram, type TemplateProgram } from '../support/template-program.js';

const withinMs = 10_000;
let agent: TestAgent;
let program: TemplateProgram;
agentAndProgram((both) => {
  ({ agent, program } = both);
});

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
/** Takes as long as there is the file "slow", and comes to nothing when the process that began it has gone. */
const slowly = (then: string) => `echo >> @begun; while test -e @slow; do sleep 0.05; done; kill -0 $PPID || exit 1; ${then}`;
const template = (name: string, more: string) =>
  `[[template]]\nname = "${name}"\ncontents = '{{key "${name}"}}'\ndest = "@out/${name}"\n${more}\n`;
const configure = (templates: string, stateDirectory = '@state') =>
  program.write('t.toml', `state_dir = "${stateDirectory}"\n[agent]\naddress = "${agent.http}"\n${templates}`);
const flags = () => ['-config', program.at('t.toml')];
const once = () => program.once([...flags(), '-onetime']);
const linesOf = (name: string) => program.read(name)?.trimEnd().split('\n') ?? [];
const notes = () => (existsSync(program.at('state/reloads')) ? readdirSync(program.at('state/reloads')) : []);
const madeUpFor = 'An earlier run ended between putting files in place and the end of their reload; it is done now';

/** Killed when the command has begun. */
async function killedInTheMiddle(): Promise<void> {
  program.write('slow', '');
  const run = program.start(flags());
  await eventually(() => expect(program.read('begun'), run.output()).toBe('\n'), { withinMs });
  await eventually(() => expect(notes()).toEqual([expect.stringMatching(/\.json$/)]), { withinMs });
  await run.stop('SIGKILL');
  rmSync(program.at('slow'));
}

describe('after a kill -9 in the middle of', () => {
  test('a reload, the next start reloads although the file is as wanted; the one after that has nothing to do', async () => {
    configure(template('web', `reload_cmd = "${slowly('cat @out/web >> @reloads')}"`));
    await put('web', 'a\n');
    await killedInTheMiddle();
    expect([program.read('out/web'), linesOf('reloads'), notes()]).toEqual([
      'a\n',
      [],
      [expect.stringMatching(/^web-[0-9a-f]{16}\.json$/)],
    ]);
    const plan = await program.once(['plan', ...flags()]);
    expect([plan.exit, plan.output]).toEqual([
      2,
      expect.stringMatching(/^ {2}reload .*\(web, cut off in an earlier run\)\n\n1 resource: nothing/m),
    ]);
    const run = program.start(flags());
    await eventually(() => expect(linesOf('reloads')).toEqual(['a']), { withinMs });
    await eventually(() => expect(notes()).toEqual([]), { withinMs });
    await eventually(() => expect(run.output()).toContain(`WARNING ${madeUpFor} resource=web`), { withinMs });
    await run.stop('SIGTERM');
    const last = await once();
    expect([last.exit, last.output, linesOf('reloads')]).toEqual([0, expect.not.stringContaining('eload'), ['a']]);
    expect(await program.once(['plan', ...flags()])).toMatchObject({ exit: 0 });
  });

  test('a check, nothing was in place: the next start does all of it, once', async () => {
    configure(template('web', `check_cmd = "${slowly('true')}"\nreload_cmd = "cat @out/web >> @reloads"`));
    await put('web', 'a\n');
    await killedInTheMiddle();
    // It is written while the files are staged and checked, so that nobody waits for it.
    expect([program.read('out/web'), notes()]).toEqual([undefined, [expect.stringMatching(/^web-/)]]);
    const again = await once();
    expect([again.exit, again.output, linesOf('reloads'), notes()]).toEqual([0, expect.not.stringContaining(madeUpFor), ['a'], []]);
  });

  test('the reload of a group, what has changed since goes with it: each command runs once', async () => {
    const reload = (name: string) => `group = "both"\nreload_cmd = "echo ${name} >> @reloads"`;
    const group = `[group.both]\nreload_cmd = "${slowly('cat @out/a @out/b >> @reloads')}"\n`;
    configure(`${template('a', reload('a'))}${template('b', reload('b'))}${group}`);
    await put('a', '1\n');
    await put('b', '1\n');
    await killedInTheMiddle();
    expect(linesOf('reloads')).toEqual(['a', 'b']);
    await put('b', '2\n');
    expect(await once()).toMatchObject({ exit: 0 });
    expect([linesOf('reloads').slice(2), notes()]).toEqual([['a', 'b', '1', '2'], []]);
  });

  test('a rollback, the next start reloads what it had put in place', async () => {
    configure(template('web', `keep = 3\nreload_cmd = "${slowly('cat @out/web >> @reloads')}"`));
    for (const value of ['a\n', 'b\n']) {
      await put('web', value);
      expect(await once()).toMatchObject({ exit: 0 });
    }
    rmSync(program.at('begun'));
    program.write('slow', '');
    const rollback = program.start(['rollback', 'web', ...flags()]);
    await eventually(() => expect(program.read('begun'), rollback.output()).toBe('\n'), { withinMs });
    await rollback.stop('SIGKILL');
    rmSync(program.at('slow'));
    expect(program.read('out/web')).toBe('a\n');
    const run = program.start(flags());
    await eventually(() => expect(linesOf('reloads')).toEqual(['a', 'b', 'a']), { withinMs });
    await eventually(() => expect(run.output()).toContain('web is pinned to version 1'), { withinMs });
    await eventually(() => expect(notes()).toEqual([]), { withinMs });
  });
});

describe('when what was in place at a kill -9 cannot be reloaded', () => {
  /** Such as have "good" in them can be. */
  const reload = `reload_cmd = "${slowly('cat @out/* > @now; grep -qv good @now && exit 1; cat @now >> @reloads')}"`;

  async function killedAfter(good: readonly string[], bad: string): Promise<void> {
    for (const value of good) {
      await put('web', value);
      expect(await once()).toMatchObject({ exit: 0 });
    }
    rmSync(program.at('begun'), { force: true });
    await put('web', bad);
    await killedInTheMiddle();
    expect(program.read('out/web')).toBe(bad);
  }

  test('the newest version that was in use takes its place, and is what later changes go back to', async () => {
    configure(template('web', `keep = 3\n${reload}`));
    await killedAfter(['good 1\n', 'good 2\n'], 'bad 1\n');
    const run = program.start(flags());
    await program.shows('out/web', 'good 2\n');
    await eventually(() => expect(linesOf('reloads')).toEqual(['good 1', 'good 2', 'good 2']), { withinMs });
    await eventually(() => expect(run.output()).toMatch(/ERROR Reload failed: exit status 1; version 2 of \S+ was put back and reloaded/), {
      withinMs,
    });
    expect(notes()).toEqual([]);
    await put('web', 'bad 2\n');
    await eventually(() => expect(run.output()).toContain('exit status 1; the old file was put back and reloaded'), { withinMs });
    expect(program.read('out/web')).toBe('good 2\n');
    await put('web', 'good 3\n');
    await program.shows('out/web', 'good 3\n');
  });

  test('and the data have changed to something bad as well, that version takes its place too', async () => {
    configure(template('web', `keep = 3\n${reload}`));
    await killedAfter(['good\n'], 'bad 1\n');
    await put('web', 'bad 2\n');
    const run = await once();
    expect([run.exit, run.output]).toEqual([1, expect.stringMatching(/version 1 of \S+ was put back and reloaded/)]);
    expect([program.read('out/web'), linesOf('reloads'), notes()]).toEqual(['good\n', ['good', 'good'], []]);
  });

  test('files of items that the version does not know go', async () => {
    configure(
      `[[template]]\nname = "web"\ncontents = '{{.item.value}}'\nfor_each = "tree web"\ndest = "@out/{{item.key}}"\nkeep = 2\n${reload}\n`,
    );
    await put('web/a', 'good\n');
    expect(await once()).toMatchObject({ exit: 0 });
    rmSync(program.at('begun'));
    await put('web/b', 'bad\n');
    await killedInTheMiddle();
    expect(readdirSync(program.at('out'))).toEqual(['a', 'b']);
    const run = await once();
    expect([run.exit, run.output]).toEqual([1, expect.stringMatching(/version 1 of \S+ was put back and reloaded/)]);
    expect([readdirSync(program.at('out')), linesOf('reloads')]).toEqual([['a'], ['good', 'good']]);
  });

  test.each([
    { name: 'without versions', keep: 0, why: 'no versions are kept ("keep")' },
    { name: 'without a version that was in use', keep: 3, why: 'no version was in use before' },
  ])('$name it stays, which is said, and no later change goes back to it', async ({ keep, why }) => {
    configure(template('web', `keep = ${keep}\n${reload}`));
    await killedAfter([], 'bad 1\n');
    const run = program.start(flags());
    await eventually(() => expect(run.output()).toContain(`; the files stay, there is no good one to put back: ${why}`), { withinMs });
    expect([program.read('out/web'), notes()]).toEqual(['bad 1\n', []]);
    await put('web', 'bad 2\n');
    await eventually(() => expect(run.output()).toContain('; the new file stays, there is no good one to put back'), { withinMs });
    expect(program.read('out/web')).toBe('bad 2\n');
    await put('web', 'good\n');
    await eventually(() => expect(linesOf('reloads')).toEqual(['good']), { withinMs });
    await run.stop('SIGTERM');
    if (keep === 0) return;
    const versions = await program.once(['versions', 'web', ...flags()]);
    expect(
      versions.output
        .trim()
        .split('\n')
        .filter((line) => /^\W*\d/.test(line)),
    ).toHaveLength(1);
  });
});

test('a reload that another process has under way is left to that one', async () => {
  configure(template('web', `reload_cmd = "${slowly('cat @out/web >> @reloads')}"`));
  await put('web', 'a\n');
  program.write('slow', '');
  const first = program.start([...flags(), '-onetime']);
  await eventually(() => expect(program.read('begun'), first.output()).toBe('\n'), { withinMs });
  const second = await once();
  expect([second.exit, second.output]).toEqual([0, expect.not.stringContaining('eload')]);
  rmSync(program.at('slow'));
  expect([await first.ended, linesOf('reloads'), notes()]).toEqual([0, ['a'], []]);
});

test('a reload that has ended badly is told, and is not owed', async () => {
  configure(template('web', 'reload_cmd = "cat @up >> @reloads"'));
  await put('web', 'a\n');
  const first = await once();
  expect([first.exit, first.output]).toEqual([1, expect.stringContaining('the new file stays, there is no good one to put back')]);
  expect(notes()).toEqual([]);
});

test('a reload that ends mesh-template itself is given up', async () => {
  configure(template('web', 'reload_cmd = "echo reload >> @reloads; kill -9 $PPID"'));
  await put('web', 'a\n');
  for (let start = 0; start < 3; start++) expect(await once()).toMatchObject({ exit: null });
  const last = await once();
  expect([last.exit, last.output]).toEqual([0, expect.stringContaining('its reload was begun 3 times')]);
  expect(linesOf('reloads')).toEqual(['reload', 'reload', 'reload']);
});

test('where nothing can be noted, that is said once and everything else is done', async () => {
  program.write('file', '');
  configure(template('a', 'reload_cmd = "echo a >> @reloads"') + template('b', 'reload_cmd = "echo b >> @reloads"'), '@file/state');
  await put('a', '1');
  await put('b', '1');
  const run = await once();
  expect([run.exit, linesOf('reloads'), run.output.split('cannot note which reloads are under way: not a directory').length]).toEqual([
    0,
    ['a', 'b'],
    2,
  ]);
});

describe("a command of consul-template's files", () => {
  const consulFlags = () => ['-config', program.at('t.hcl'), '-state-dir', program.at('state')];
  const consulOnce = (...more: readonly string[]) => program.once([...consulFlags(), '-once', ...more]);
  const block = (name: string, command: string) =>
    `template {\n contents = "{{ key \\"${name}\\" }}"\n destination = "@out/${name}"\n command = "${command}"\n}\n`;
  const consul = (...blocks: readonly string[]) => program.write('t.hcl', `consul { address = "${agent.http}" }\n${blocks.join('')}`);
  const runNow = 'and the end of its command; it is run now';

  async function consulKilled(): Promise<void> {
    program.write('slow', '');
    const run = program.start(consulFlags());
    await eventually(() => expect(program.read('begun'), run.output()).toBe('\n'), { withinMs });
    const exited = new Promise((resolve) => run.child.once('exit', resolve));
    const closed = run.stop('SIGKILL');
    await exited;
    // The command writes where we write, and holds that open.
    rmSync(program.at('slow'));
    await closed;
  }

  test('that kill -9 cut off is run by the next start, although the file is as wanted, and by no later one', async () => {
    consul(block('a', slowly('cat @out/a >> @reloads')), block('b', 'cat @out/b >> @others'));
    await put('a', 'a\n');
    await put('b', 'b\n');
    await consulKilled();
    expect([program.read('out/a'), linesOf('reloads'), linesOf('others')]).toEqual(['a\n', [], []]);
    expect(notes()).toEqual([expect.stringMatching(/^consul-template-[0-9a-f]{16}\.json$/)]);
    const next = await consulOnce();
    expect([next.exit, next.output, linesOf('reloads'), linesOf('others'), notes()]).toEqual([
      0,
      expect.stringContaining(runNow),
      ['a'],
      ['b'],
      [],
    ]);
    const last = await consulOnce();
    expect([last.exit, last.output, linesOf('reloads'), linesOf('others')]).toEqual([0, '', ['a'], ['b']]);
  });

  test('that the end of mesh-template cut off is run by the next start, and one that failed is not', async () => {
    consul(block('a', 'echo >> @begun; while test -e @slow; do sleep 0.05; done; cat @out/a >> @reloads; cat @up'));
    await put('a', 'a\n');
    program.write('slow', '');
    const run = program.start(consulFlags());
    await eventually(() => expect(program.read('begun'), run.output()).toBe('\n'), { withinMs });
    expect(await run.stop('SIGINT')).toBe(12);
    rmSync(program.at('slow'));
    expect([linesOf('reloads'), notes()]).toEqual([[], [expect.anything()]]);
    expect(await consulOnce()).toMatchObject({ exit: 14, output: expect.stringContaining(runNow) });
    expect([linesOf('reloads'), notes()]).toEqual([['a'], []]);
    expect(await consulOnce()).toMatchObject({ exit: 0, output: '' });
  });

  test('whose file is in place when another cannot be written is run by the next start; the one that has no file is not owed', async () => {
    consul(block('a', 'cat @out/a >> @reloads'), block('b', 'cat @out/b >> @reloads'));
    mkdirSync(program.at('out/b'));
    await put('a', 'a\n');
    await put('b', 'b\n');
    expect(await consulOnce()).toMatchObject({ exit: 14, output: expect.stringContaining('is a directory') });
    expect([program.read('out/a'), linesOf('reloads'), notes()]).toEqual(['a\n', [], [expect.anything()]]);
    rmSync(program.at('out/b'), { recursive: true });
    expect(await consulOnce()).toMatchObject({ exit: 0 });
    expect([linesOf('reloads'), notes()]).toEqual([['a', 'b'], []]);
  });

  test('is noted nowhere by a dry run, and where there are no commands', async () => {
    consul(block('a', 'cat @out/a >> @reloads'));
    await put('a', 'a\n');
    expect(await consulOnce('-dry')).toMatchObject({ exit: 0 });
    consul(block('a', ''));
    expect(await consulOnce()).toMatchObject({ exit: 0 });
    expect([program.read('out/a'), existsSync(program.at('state'))]).toEqual(['a\n', false]);
  });
});
