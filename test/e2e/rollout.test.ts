/** Fleet-safe changes at the user's face: five processes of mesh-template that stand for five machines, and the commands of the operator. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, startAgent, type TestAgent } from '../support/agent.js';

let agent: TestAgent;
let root: string;
const machines: Machine[] = [];

beforeAll(async () => {
  agent = await startAgent();
  root = await mkdtemp(join(tmpdir(), 'mesh-rollout-'));
});
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});
afterAll(async () => {
  await agent.stop();
  // Commands of a killed process may still be at it.
  await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

interface Machine {
  readonly name: string;
  readonly file: string;
  readonly directory: string;
  output(): string;
  stop(signal?: NodeJS.Signals): Promise<unknown>;
}

interface MachineOptions {
  /** The keys and the lock of this test. */
  readonly app: string;
  readonly name: string;
  readonly reload: string;
  readonly rollout?: string;
  /** Of waiting for health. */
  readonly timeout?: string;
}

/** A directory, a configuration and a process of its own; what it takes is noted in `taken`, one line each. */
async function startMachine({ app, name, reload, rollout = '', timeout = '4s' }: MachineOptions): Promise<Machine> {
  const directory = join(root, app, name);
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'nginx.conf');
  await writeFile(join(directory, 'nginx.tmpl'), `listen {{key "${app}/listen"}};\n`);
  await writeFile(join(directory, 'reload.sh'), `cd ${directory}\necho "$(date +%s%N) begin $(cat nginx.conf)" >> taken\n${reload}\n`);
  const config = join(directory, `${name}.toml`);
  await writeFile(
    config,
    `register = true
instance = "${name}"
state_dir = "${directory}"
[agent]
address = "${agent.http}"
[[template]]
name = "nginx"
src = "${directory}/nginx.tmpl"
dest = "${file}"
reload_cmd = "sh ${directory}/reload.sh"
[template.rollout]
lock = "rollout/${app}"
limit = 2
timeout = "${timeout}"
${rollout}
`,
  );
  const child = execa(process.execPath, ['bin/mesh-template', '-config', config], { reject: false, stdin: 'ignore', all: true });
  let output = '';
  child.all.on('data', (chunk) => {
    output += chunk;
  });
  const machine: Machine = {
    name,
    file,
    directory,
    output: () => output,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return child;
    },
  };
  machines.push(machine);
  return machine;
}

const five = (options: Omit<MachineOptions, 'name'>) =>
  Promise.all([1, 2, 3, 4, 5].map((number) => startMachine({ ...options, name: `${options.app}-${number}` })));

const put = (key: string, value: string) => fetch(`${agent.http}/v1/kv/${key}`, { method: 'PUT', body: value });
const contents = (all: readonly Machine[]) => Promise.all(all.map(({ file }) => readFile(file, 'utf8').catch(() => '')));
const taken = (all: readonly Machine[]) =>
  Promise.all(all.map(({ directory }) => readFile(join(directory, 'taken'), 'utf8').catch(() => '')));

async function template(...words: readonly string[]): Promise<{ readonly text: string; readonly status: number | undefined }> {
  const [command = '', ...rest] = words;
  const subCommand = command === 'rollout' ? [rest.shift() ?? ''] : [];
  const end = await execa(process.execPath, ['bin/mesh-template', command, ...subCommand, '-http-addr', agent.http, ...rest], {
    reject: false,
    all: true,
  });
  return { text: end.all, status: end.exitCode };
}

const everywhere = (all: readonly Machine[], text: string, withinMs = 20_000) =>
  eventually(async () => expect(await contents(all)).toEqual(all.map(() => text)), { withinMs });

const takenBy = (machinesCount: number, app: string) =>
  eventually(
    async () => {
      const { text } = await template('rollout', 'status', `rollout/${app}`);
      expect(text).toMatch(new RegExp(`Taken {2,}by ${machinesCount} machines`));
    },
    { withinMs: 20_000 },
  );

test('a bad change is taken by one machine, which is rolled back; the next one goes to all', async () => {
  await put('fleet/listen', '80');
  const all = await five({ app: 'fleet', reload: 'if grep -q bad nginx.conf; then echo "no such port" >&2; exit 1; fi' });
  await everywhere(all, 'listen 80;\n');

  await put('fleet/listen', 'bad');
  const stopped = await eventually(
    async () => {
      const status = await template('rollout', 'status', 'rollout/fleet');
      expect(status).toMatchObject({ status: 1 });
      return status.text;
    },
    { withinMs: 15_000 },
  );
  expect(stopped).toMatch(/State {2,}stopped/);
  expect(stopped).toMatch(/Machine {2,}fleet-[1-5]\n/);
  expect(stopped).toMatch(/Reason {2,}Reload failed: exit status 1; the old file was put back and reloaded/);
  await eventually(() => expect(all.filter((machine) => machine.output().includes('stopped at')).length).toBeGreaterThanOrEqual(4), {
    withinMs: 10_000,
  });
  const takers = (await taken(all)).filter((lines) => lines.includes('listen bad;'));
  expect(takers).toHaveLength(1);
  expect(await contents(all)).toEqual(all.map(() => 'listen 80;\n'));
  const fleet = await eventually(
    async () => {
      const list = await template('fleet', 'nginx');
      expect(list.text.match(/ failing +Reload failed/g)).toHaveLength(1);
      expect(list.text.match(/ waiting +rollout\/fleet: stopped/g)).toHaveLength(4);
      return list;
    },
    { withinMs: 10_000 },
  );
  expect(fleet.status).toBe(1);

  await put('fleet/listen', '8080');
  await everywhere(all, 'listen 8080;\n');
  await takenBy(5, 'fleet');
  await eventually(async () => expect(await template('fleet', 'nginx')).toMatchObject({ status: 0 }), { withinMs: 10_000 });
});

test('a good change passes all five, at most two at once, and waits for their checks', async () => {
  const names = [1, 2, 3, 4, 5].map((number) => `good-${number}`);
  for (const name of names)
    await fetch(`${agent.http}/v1/agent/check/register`, {
      method: 'PUT',
      body: JSON.stringify({ ID: name, Name: name, TTL: '10m', Status: 'passing' }),
    });
  await put('good/listen', '80');
  const all = await Promise.all(
    names.map((name) =>
      startMachine({
        app: 'good',
        name,
        reload: 'sleep 0.2',
        rollout: `wait_healthy = "check:${name}"`,
      }),
    ),
  );
  await everywhere(all, 'listen 80;\n', 30_000);
  await put('good/listen', '81');
  // The file is there a moment before its reload notes that it began.
  const begun = await eventually(
    async () => {
      const times = (await taken(all)).map((lines) => Number(/^(\d+) begin listen 81;/m.exec(lines)?.[1]) / 1e6);
      expect(times.filter((time) => Number.isNaN(time))).toEqual([]);
      return times;
    },
    { withinMs: 30_000 },
  );
  // A turn lasts beyond its reload: until the check has passed for a second.
  const spans = begun.map((begin) => ({ begin, end: begin + 1_100 }));
  const most = Math.max(...spans.map(({ begin: at }) => spans.filter(({ begin, end }) => begin <= at && at < end).length));
  expect(most).toBeLessThanOrEqual(2);
  const first = spans.toSorted((a, b) => a.begin - b.begin)[0];
  expect(spans.filter(({ begin }) => first !== undefined && begin < first.end)).toHaveLength(1);
});

test('a machine that is not healthy afterwards stops the rollout; abort keeps the others as they are', async () => {
  const register = (status: string) =>
    fetch(`${agent.http}/v1/agent/check/register`, {
      method: 'PUT',
      body: JSON.stringify({ ID: 'sick', Name: 'sick', TTL: '10m', Status: status }),
    });
  await register('passing');
  await put('sick/listen', '80');
  const reload = `if grep -q bad nginx.conf; then curl -s -X PUT ${agent.http}/v1/agent/check/fail/sick; else curl -s -X PUT ${agent.http}/v1/agent/check/pass/sick; fi`;
  const rollout = 'wait_healthy = ["check:sick"]';
  const all = [
    await startMachine({ app: 'sick', name: 'sick-1', reload, rollout }),
    await startMachine({ app: 'sick', name: 'sick-2', reload, rollout }),
  ];
  await everywhere(all, 'listen 80;\n');
  await put('sick/listen', 'bad');
  await eventually(async () => expect((await template('rollout', 'status', 'rollout/sick')).status).toBe(1), { withinMs: 15_000 });
  expect((await template('rollout', 'status', 'rollout/sick')).text).toMatch(
    /Reason {2,}Not healthy after the change: not healthy within 4 s: check "sick" is critical/,
  );
  expect(await contents(all)).toEqual(['listen 80;\n', 'listen 80;\n']);
  expect((await template('rollout', 'abort', 'rollout/sick')).text).toContain('the change is aborted');
  await eventually(() => expect(all.filter((machine) => machine.output().includes('the change was aborted at'))).not.toHaveLength(0), {
    withinMs: 5_000,
  });
  expect(await contents(all)).toEqual(['listen 80;\n', 'listen 80;\n']);
  await put('sick/listen', '82');
  await everywhere(all, 'listen 82;\n');
});

test('resume lets the same change go on, on the machine where it failed as well', async () => {
  await put('again/listen', '80');
  const reload = 'if grep -q 81 nginx.conf && [ ! -e ../failed ]; then touch ../failed; exit 7; fi';
  const all = await Promise.all([1, 2, 3].map((number) => startMachine({ app: 'again', name: `again-${number}`, reload })));
  await everywhere(all, 'listen 80;\n');
  await put('again/listen', '81');
  await eventually(
    async () => expect((await template('rollout', 'status', 'rollout/again')).text).toMatch(/Reason {2,}Reload failed: exit status 7/),
    {
      withinMs: 15_000,
    },
  );
  expect(await contents(all)).toEqual(all.map(() => 'listen 80;\n'));
  expect(await template('rollout', 'resume', 'rollout/again')).toMatchObject({ status: 0 });
  await everywhere(all, 'listen 81;\n');
});

test('a machine that dies at it frees its turn', async () => {
  await put('dead/listen', '80');
  const all = [
    await startMachine({ app: 'dead', name: 'dead-1', reload: 'true' }),
    await startMachine({ app: 'dead', name: 'dead-2', reload: 'true' }),
  ];
  await everywhere(all, 'listen 80;\n');
  // The file is there before its reload has run, which is not the one that is meant.
  await eventually(() => expect(all.filter((machine) => machine.output().includes('Reload succeeded'))).toHaveLength(2), {
    withinMs: 10_000,
  });
  const forever = `while test -e ${root}; do sleep 0.1; done`;
  for (const { directory } of all) await writeFile(join(directory, 'reload.sh'), `cd ${directory}; echo begin >> begun; ${forever}`);
  await put('dead/listen', '81');
  const begun = (): Promise<readonly string[]> =>
    Promise.all(all.map(({ directory }) => readFile(join(directory, 'begun'), 'utf8').catch(() => '')));
  const [victim] = await eventually(
    async () => {
      const lines = await begun();
      const holders = all.filter((_, position) => lines[position] !== '');
      expect(holders).toHaveLength(1);
      return holders;
    },
    { withinMs: 10_000 },
  );
  const [other] = all.filter((machine) => machine !== victim);
  await writeFile(join(other?.directory ?? '', 'reload.sh'), 'true');
  await victim?.stop('SIGKILL');
  await eventually(async () => expect(await readFile(other?.file ?? '', 'utf8')).toBe('listen 81;\n'), { withinMs: 30_000 });
});

const takersOf = async (all: readonly Machine[], text: string) => (await taken(all)).filter((lines) => lines.includes(text)).length;
const stateOf = async (app: string) => /State {2,}(\w+)/.exec((await template('rollout', 'status', `rollout/${app}`)).text)?.[1];

test('of five whose check stays critical one takes the change, and goes back', async () => {
  const names = [1, 2, 3, 4, 5].map((number) => `ill-${number}`);
  const check = (name: string) => ({ ID: name, Name: name, TTL: '10m', Status: 'passing' });
  for (const name of names) await fetch(`${agent.http}/v1/agent/check/register`, { method: 'PUT', body: JSON.stringify(check(name)) });
  await put('ill/listen', '80');
  const tell = (name: string) =>
    `if grep -q bad nginx.conf; then T=fail; else T=pass; fi; curl -s -X PUT ${agent.http}/v1/agent/check/$T/${name} > /dev/null`;
  const all = await Promise.all(
    names.map((name) => startMachine({ app: 'ill', name, reload: tell(name), rollout: `wait_healthy = "check:${name}"` })),
  );
  await everywhere(all, 'listen 80;\n', 30_000);
  await put('ill/listen', 'bad');
  await eventually(async () => expect(await stateOf('ill')).toBe('stopped'), { withinMs: 20_000 });
  expect(await takersOf(all, 'listen bad;')).toBe(1);
  expect(await contents(all)).toEqual(all.map(() => 'listen 80;\n'));
  // Whoever took it was reloaded with the old file: its check passes again.
  await eventually(
    async () => {
      const checks = (await (await fetch(`${agent.http}/v1/agent/checks`)).json()) as Readonly<Record<string, { readonly Status: string }>>;
      expect(names.map((name) => checks[name]?.Status)).toEqual(names.map(() => 'passing'));
    },
    { withinMs: 10_000 },
  );
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(await takersOf(all, 'listen bad;')).toBe(1);
});

test('a machine that comes while a rollout is stopped does not take the change either; the next one reaches it too', async () => {
  await put('late/listen', '80');
  const reload = 'if grep -q bad nginx.conf; then exit 1; fi';
  const all = await Promise.all([1, 2, 3].map((number) => startMachine({ app: 'late', name: `late-${number}`, reload })));
  await everywhere(all, 'listen 80;\n');
  await put('late/listen', 'bad');
  await eventually(async () => expect(await stateOf('late')).toBe('stopped'), { withinMs: 15_000 });
  const four = await startMachine({ app: 'late', name: 'late-4', reload });
  await eventually(() => expect(four.output()).toContain('stopped at'), { withinMs: 10_000 });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await contents([...all, four])).toEqual(['listen 80;\n', 'listen 80;\n', 'listen 80;\n', '']);
  expect(await takersOf([...all, four], 'listen bad;')).toBe(1);
  await put('late/listen', '81');
  await everywhere([...all, four], 'listen 81;\n');
});

test('a machine that comes in the middle of a rollout takes its turn in it', async () => {
  await put('join/listen', '80');
  const reload = 'sleep 0.7; echo "$(date +%s%N) end $(cat nginx.conf)" >> taken';
  const all = await five({ app: 'join', reload });
  await everywhere(all, 'listen 80;\n', 30_000);
  await put('join/listen', '81');
  await eventually(async () => expect(await takersOf(all, 'listen 81;')).toBeGreaterThan(0), { withinMs: 10_000 });
  const six = await startMachine({ app: 'join', name: 'join-6', reload });
  await everywhere([...all, six], 'listen 81;\n', 30_000);
  await eventually(async () => expect(await takersOf([...all, six], 'end listen 81;')).toBe(6), { withinMs: 10_000 });
  const spans = (await taken([...all, six])).map((lines) =>
    [/^(\d+) begin listen 81;/m, /^(\d+) end listen 81;/m].map((time) => Number(time.exec(lines)?.[1]) / 1e6),
  );
  const most = Math.max(...spans.map(([at = 0]) => spans.filter(([begin = 0, end = 0]) => begin <= at && at < end).length));
  expect(most).toBeLessThanOrEqual(2);
});

test('a machine killed while it waits for its health frees its turn, and has the change when it comes back', async () => {
  await fetch(`${agent.http}/v1/agent/check/register`, {
    method: 'PUT',
    body: JSON.stringify({ ID: 'slow', Name: 'slow', TTL: '10m', Status: 'passing' }),
  });
  await put('slow/listen', '80');
  const all = [
    await startMachine({ app: 'slow', name: 'slow-1', reload: 'true' }),
    await startMachine({ app: 'slow', name: 'slow-2', reload: 'true', rollout: 'wait_healthy = "check:slow"', timeout: '5m' }),
  ];
  await everywhere(all, 'listen 80;\n');
  // Its file is there before it has found itself healthy.
  await takenBy(2, 'slow');
  await fetch(`${agent.http}/v1/agent/check/fail/slow`, { method: 'PUT' });
  // Only the second one has to be healthy, and is not: it is the first to try when the other does not run.
  const [one, two] = all;
  await one?.stop('SIGTERM');
  await put('slow/listen', '81');
  await eventually(async () => expect(await contents(two ? [two] : [])).toEqual(['listen 81;\n']), { withinMs: 10_000 });
  await two?.stop('SIGKILL');
  const again = await startMachine({ app: 'slow', name: 'slow-1', reload: 'true' });
  await everywhere([again], 'listen 81;\n', 40_000);
  expect((await template('rollout', 'status', 'rollout/slow')).status).toBe(0);
  await fetch(`${agent.http}/v1/agent/check/pass/slow`, { method: 'PUT' });
  const back = await startMachine({ app: 'slow', name: 'slow-2', reload: 'true', rollout: 'wait_healthy = "check:slow"' });
  await put('slow/listen', '82');
  await everywhere([again, back], 'listen 82;\n', 20_000);
});

test('the machine where it failed does not take the change again after a restart, nor do others after theirs', async () => {
  await put('restart/listen', '80');
  const options = { app: 'restart', reload: 'if grep -q bad nginx.conf; then exit 1; fi' };
  const names = [1, 2, 3].map((number) => `restart-${number}`);
  const all = await Promise.all(names.map((name) => startMachine({ ...options, name })));
  await everywhere(all, 'listen 80;\n');
  await put('restart/listen', 'bad');
  await eventually(async () => expect(await stateOf('restart')).toBe('stopped'), { withinMs: 15_000 });
  await eventually(() => expect(all.filter((machine) => machine.output().includes('stopped at')).length).toBeGreaterThanOrEqual(2), {
    withinMs: 10_000,
  });
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    await Promise.all(machines.splice(0).map((machine) => machine.stop(signal)));
    const again = await Promise.all(names.map((name) => startMachine({ ...options, name })));
    await eventually(() => expect(again.filter((machine) => machine.output().includes('stopped at'))).toHaveLength(3), {
      withinMs: 15_000,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const times = (await taken(again)).join('').match(/begin listen bad;/g);
    expect(times).toHaveLength(1);
    expect(await contents(again)).toEqual(again.map(() => 'listen 80;\n'));
  }
  await put('restart/listen', '81');
  await everywhere(machines, 'listen 81;\n');
});
