/** Commands as people write them: ones that talk without end, wait for input, leave programs behind, hang, or are cut off by signals. */
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';
import { isRunning } from '../support/process-figures.js';
import { TemplateProgram } from '../support/template-program.js';

const withinMs = 20_000;
let agent: TestAgent;
let program: TemplateProgram;
const left: number[] = [];
beforeAll(async () => {
  agent = await startAgent();
});
afterAll(() => agent.stop());
beforeEach(async () => {
  program = new TemplateProgram();
  await put('k', '1');
});
afterEach(async () => {
  for (const pid of left.splice(0)) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  await program.remove();
});

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const lines = (name: string) => (program.read(name) ?? '').split('\n').filter((line) => line !== '');
const pidsIn = (name: string) => {
  const pids = lines(name).map(Number);
  left.push(...pids);
  return pids;
};

const configure = (fields: string) => {
  program.write('script.sh', '');
  program.write(
    't.toml',
    `state_dir = "@state"\n[agent]\naddress = "${agent.http}"\n[[template]]\nname = "a"\ncontents = '{{key "k"}}'\ndest = "@a"\n${fields}\n`,
  );
};
const config = () => ['-config', program.at('t.toml')];

/** Children, grandchildren, and one that ignores every polite signal; each writes down its number. */
const family = `
echo $$ >> @pids
sh -c 'echo $$ >> @pids; trap "" TERM INT HUP; sleep 300 & echo $! >> @pids; wait' &
(sh -c 'echo $$ >> @pids; exec sleep 300' &)
sleep 300
`;

/** Long enough for all of them to write that down, on a busy machine as well. */
const timeLimit = '3s';

describe('the time limit ends a command with everything it started', () => {
  test.each(['check_cmd', 'reload_cmd'])('%s', async (command) => {
    configure(`${command} = "sh @script.sh"\n${command}_timeout = "${timeLimit}"`);
    program.write('script.sh', family);
    const { exit, output } = await program.once([...config(), '-onetime']);
    expect(output).toContain(`time limit of ${timeLimit} exceeded`);
    expect(exit).toBe(1);
    expect(pidsIn('pids').length).toBeGreaterThanOrEqual(4);
    await eventually(() => expect(pidsIn('pids').filter(isRunning)).toEqual([]), { withinMs });
  });

  test('the command of a template of consul-template', async () => {
    program.write('script.sh', family);
    program.write(
      't.hcl',
      `consul { address = "${agent.http.replace('http://', '')}" }
template { contents = "x" destination = "@a" command = "sh @script.sh" command_timeout = "${timeLimit}" }`,
    );
    const { exit, output } = await program.once(['-config', program.at('t.hcl'), '-once']);
    expect(exit, output).not.toBe(0);
    expect(pidsIn('pids').length).toBeGreaterThanOrEqual(4);
    await eventually(() => expect(pidsIn('pids').filter(isRunning)).toEqual([]), { withinMs });
  });
});

test('megabytes of output are read and forgotten; of a failure the end is told', async () => {
  configure('reload_cmd = "yes long line of output | head -c 60000000; echo the end >&2; grep -q 1 @a"');
  const run = program.start(config());
  await program.shows('a', '1');
  await eventually(() => expect(run.output()).toContain('Reload succeeded'), { withinMs });
  const most = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${run.child.pid}/status`, 'utf8'))?.[1]);
  expect(most).toBeLessThan(150_000);
  expect(run.output().length).toBeLessThan(20_000);
  await put('k', '2');
  await eventually(() => expect(run.output()).toMatch(/Reload failed: exit status 1; .*long line of output\\nthe end\\n"/), { withinMs });
  expect(program.read('a')).toBe('1');
  expect(run.output().length).toBeLessThan(40_000);
});

test('a command that reads its input finds nothing there', async () => {
  configure('check_cmd = "cat; read x; test -z \\"$x\\""\nreload_cmd = "cat > @read; echo done >> @read"');
  expect(await program.once([...config(), '-onetime'])).toMatchObject({ exit: 0 });
  expect(program.read('read')).toBe('done\n');
});

test.each([
  { name: 'in the background', command: "sh -c 'echo $$ >> @pids; exec sleep 300' &" },
  { name: 'in a session of its own', command: "setsid sh -c 'echo $$ >> @pids; exec sleep 300' & sleep 0.2" },
  { name: 'without our output', command: "nohup sh -c 'echo $$ >> @pids; exec sleep 300' >/dev/null 2>&1 </dev/null &" },
])('a daemon that a reload leaves $name holds nothing up, and stays', async ({ command }) => {
  configure('reload_cmd = "sh @script.sh"\nreload_cmd_timeout = "3s"');
  program.write('script.sh', command);
  const run = program.start(config());
  await eventually(() => expect(run.output()).toContain('Reload succeeded'), { withinMs });
  await put('k', '2');
  await eventually(() => expect(run.output().match(/Reload succeeded/g)).toHaveLength(2), { withinMs });
  await eventually(() => expect(pidsIn('pids')).toHaveLength(2), { withinMs });
  // Longer than the time limit: that is for the command, which has ended.
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  expect(pidsIn('pids').map(isRunning)).toEqual([true, true]);
  expect(await run.stop('SIGTERM')).toBe(0);
  expect(pidsIn('pids').slice(0, 2).map(isRunning)).toEqual([true, true]);
});

test('a command that signals its own group hits nobody else', async () => {
  configure('reload_cmd = "kill -TERM 0; sleep 5"');
  const { exit, output } = await program.once([...config(), '-onetime']);
  expect(exit).toBe(1);
  expect(output).toContain('Reload failed: signal: SIGTERM');
});

/** As long as there is the file "slow". */
const slowly = 'while test -e @slow; do sleep 0.05; done';

describe('signals while a command runs', () => {
  test('SIGTERM during the check: the file gets there first, with its reload', async () => {
    configure(`check_cmd = "echo check >> @ran; ${slowly}"\nreload_cmd = "echo reload >> @ran"`);
    program.write('slow', '');
    const run = program.start(config());
    await eventually(() => expect(lines('ran')).toEqual(['check']), { withinMs });
    run.child.kill('SIGTERM');
    await eventually(() => expect(run.output()).toContain('Captured terminated'), { withinMs });
    rmSync(program.at('slow'));
    expect(await run.ended).toBe(0);
    expect([program.read('a'), lines('ran')]).toEqual(['1', ['check', 'reload']]);
  });

  test('a second SIGTERM during the check ends it: nothing is in place, nothing is left behind', async () => {
    configure('check_cmd = "sh @script.sh"\nreload_cmd = "echo reload >> @ran"');
    program.write('script.sh', `echo check >> @ran\n${family}`);
    const run = program.start(config());
    await eventually(() => expect(pidsIn('pids').length).toBeGreaterThanOrEqual(4), { withinMs });
    run.child.kill('SIGTERM');
    await eventually(() => expect(run.output()).toContain('Captured terminated'), { withinMs });
    await run.stop('SIGTERM');
    expect([program.read('a'), lines('ran')]).toEqual([undefined, ['check']]);
    await eventually(() => expect(pidsIn('pids').filter(isRunning)).toEqual([]), { withinMs });
  });

  test('SIGHUP during a reload: it runs to its end once, and what was added begins', async () => {
    configure(`reload_cmd = "echo begin >> @ran; ${slowly}; echo end >> @ran"`);
    program.write('slow', '');
    const run = program.start(config());
    await eventually(() => expect(lines('ran')).toEqual(['begin']), { withinMs });
    program.write('t.toml', `${program.read('t.toml')}\n[[template]]\nname = "b"\ncontents = "new"\ndest = "@b"\n`);
    run.child.kill('SIGHUP');
    run.child.kill('SIGHUP');
    await program.shows('b', 'new');
    rmSync(program.at('slow'));
    await eventually(() => expect(lines('ran')).toEqual(['begin', 'end']), { withinMs });
    await put('k', '2');
    await program.shows('a', '2');
    await eventually(() => expect(lines('ran')).toEqual(['begin', 'end', 'begin', 'end']), { withinMs });
    expect(await run.stop('SIGINT')).toBe(0);
  });

  test('other settings during a reload: it runs to its end before everything begins anew', async () => {
    configure(`reload_cmd = "echo begin >> @ran; ${slowly}; echo end >> @ran"`);
    program.write('slow', '');
    const run = program.start(config());
    await eventually(() => expect(lines('ran')).toEqual(['begin']), { withinMs });
    program.write(
      't.toml',
      `[log]\nlevel = "debug"\n${program.read('t.toml')}`.replace(/^(\[log\]\nlevel = "debug"\n)(state_dir.*\n)/, '$2$1'),
    );
    run.child.kill('SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([lines('ran'), run.output()]).toEqual([['begin'], expect.not.stringContaining('DEBUG')]);
    rmSync(program.at('slow'));
    await eventually(() => expect(run.output()).toContain('DEBUG'), { withinMs });
    expect(lines('ran')).toEqual(['begin', 'end']);
    await put('k', '2');
    await program.shows('a', '2');
    await eventually(() => expect(lines('ran')).toEqual(['begin', 'end', 'begin', 'end']), { withinMs });
  });
});

describe('exit status', () => {
  test.each([
    { name: 'everything as it should be', fields: '', flags: ['-onetime'], exit: 0 },
    { name: 'a check that fails', fields: 'check_cmd = "exit 7"', flags: ['-onetime'], exit: 1 },
    { name: 'a reload that fails', fields: 'reload_cmd = "exit 7"', flags: ['-onetime'], exit: 1 },
    { name: 'a template that fails', fields: 'dialect = "nobody"', flags: ['-onetime'], exit: 1 },
    { name: 'a flag that does not exist', fields: '', flags: ['-onetime', '-nonesuch'], exit: 2 },
    { name: 'the program of [exec], once', fields: '[exec]\ncommand = \'sh -c "exit 23"\'', flags: ['-onetime'], exit: 23 },
    { name: 'the program of [exec]', fields: '[exec]\ncommand = "sleep 0.2; exit 24"', flags: [], exit: 24 },
    { name: 'the program of [exec], a word that only a shell knows', fields: '[exec]\ncommand = "exit 25"', flags: [], exit: 25 },
  ])('$name: $exit', async ({ fields, flags, exit }) => {
    configure(fields);
    const end = await program.once([...config(), ...flags]);
    expect(end.exit, end.output).toBe(exit);
  });
});
