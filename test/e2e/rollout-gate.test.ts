/** The gate of rollouts against a real agent: five machines of one process, each with its own connection. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, openClient } from '../../src/client/client.js';
import { systemClock } from '../../src/lib/clock.js';
import { systemRandom } from '../../src/lib/random.js';
import { keyFromText } from '../../src/model/kv-key.js';
import { ownGroup } from '../../templater/resource.js';
import { RolloutGate } from '../../templater/rollout/gate.js';
import type { RolloutNote } from '../../templater/rollout/notes.js';
import { rolloutSettings } from '../../templater/rollout/settings.js';
import { readRollout } from '../../templater/rollout/store.js';
import { eventually, freePort, startAgent, type TestAgent } from '../support/agent.js';

let agent: TestAgent;
let operator: Client;
beforeAll(async () => {
  agent = await startAgent();
  operator = await openClient({ address: agent.http });
});
afterAll(async () => {
  operator.close();
  await agent.stop();
});

const silent = { log: () => {}, named: () => silent };

async function machine(name: string, lock: string, { limit = 2, isOnce = false, address = agent.http } = {}) {
  const ending = new AbortController();
  const client = await openClient({ address });
  const notes: RolloutNote[] = [];
  const gate = new RolloutGate({
    client,
    clock: systemClock,
    random: systemRandom,
    log: silent,
    machine: name,
    isOnce,
    signal: ending.signal,
    onNote: (_, note) => notes.push(note),
  });
  const rollout = rolloutSettings({ lock, limit, waitHealthy: undefined, timeoutMs: undefined });
  const end = () => {
    ending.abort();
    client.close();
  };
  return { gate, group: { ...ownGroup('nginx', 'nginx'), rollout }, notes, ending, end, name };
}

type Machine = Awaited<ReturnType<typeof machine>>;
const five = (lock: string) => Promise.all([1, 2, 3, 4, 5].map((number) => machine(`web-${number}`, lock)));

async function turn(
  { gate, group, ending }: Machine,
  sha256: string,
  during: () => Promise<string>,
  signal = ending.signal,
): Promise<void> {
  const held = await gate.enter(group, { sha256, index: 0 }, signal);
  const reason = await during();
  await held.leave(reason === '' ? 'done' : 'rolled-back', reason);
}

const recordAt = async (lock: string) => (await readRollout(operator, keyFromText(lock), AbortSignal.timeout(5000))).record;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a good change passes all five: one alone, then at most two at once', async () => {
  const machines = await five('rollout/good');
  let [now, most, isFirst] = [0, 0, true];
  const counts: number[] = [];
  await Promise.all(
    machines.map((each) =>
      turn(each, 'good', async () => {
        most = Math.max(most, ++now);
        if (isFirst) {
          isFirst = false;
          await pause(300);
          counts.push(most);
        } else {
          // Whoever comes second finds the other one still there.
          await eventually(() => expect(most).toBe(2), { withinMs: 10_000 });
          await pause(50);
        }
        now -= 1;
        return '';
      }),
    ),
  );
  expect(counts).toEqual([1]);
  expect(most).toBe(2);
  expect(await recordAt('rollout/good')).toMatchObject({ State: 'going', Hash: 'good', Done: 5 });
  for (const each of machines) each.end();
});

test('a bad change is taken by one machine alone; resume lets it go on, another change goes on by itself', async () => {
  const machines = await five('rollout/bad');
  const takers: string[] = [];
  const waits = machines.map((each) => {
    const overtaken = new AbortController();
    const ended = turn(
      each,
      'bad',
      async () => {
        takers.push(each.name);
        return takers.length === 1 ? 'Reload failed: exit status 1' : '';
      },
      overtaken.signal,
    ).catch((error: unknown) => {
      if (!overtaken.signal.aborted) throw error;
    });
    return { each, overtaken, ended };
  });
  await eventually(() => expect(machines.filter(({ notes }) => notes.at(-1)?.phase === 'stopped')).toHaveLength(4), { withinMs: 10_000 });
  expect(takers).toHaveLength(1);
  expect(await recordAt('rollout/bad')).toMatchObject({
    State: 'stopped',
    Hash: 'bad',
    Machine: takers[0],
    Reason: 'Reload failed: exit status 1',
  });
  for (const { overtaken } of waits) overtaken.abort();
  await Promise.all(waits.map(({ ended }) => ended));
  await Promise.all(machines.map((each) => turn(each, 'mended', async () => '')));
  expect(await recordAt('rollout/bad')).toMatchObject({ State: 'going', Hash: 'mended', Done: 5 });
  expect(takers).toHaveLength(1);
  for (const each of machines) each.end();
});

test('a machine whose change failed is told when it may try again', async () => {
  const [one, two] = [await machine('web-1', 'rollout/again'), await machine('web-2', 'rollout/again')];
  const released: string[] = [];
  one.gate.onRelease(({ name }) => released.push(name));
  await turn(one, 'bad', async () => 'it was raining');
  const second = turn(two, 'bad', async () => '');
  await eventually(() => expect(two.notes.at(-1)).toMatchObject({ phase: 'stopped' }), { withinMs: 5000 });
  const { rolloutCommand } = await import('../../templater/rollout/command.js');
  const printed: string[] = [];
  const parts = {
    argv: [],
    environment: { MESH_HTTP_ADDR: agent.http },
    hostName: 'ops',
    now: () => Date.now(),
    print: (text: string | Uint8Array) => printed.push(String(text)),
    printError: (text: string) => printed.push(text),
  } as unknown as Parameters<typeof rolloutCommand>[1];
  expect(await rolloutCommand(['status', 'rollout/again'], parts)).toBe(1);
  expect(printed.join('')).toMatch(/State {2,}stopped.*Reason {2,}it was raining/s);
  expect(await rolloutCommand(['resume', 'rollout/again'], parts)).toBe(0);
  await second;
  await eventually(() => expect(released).toEqual(['nginx']), { withinMs: 5000 });
  expect(await rolloutCommand(['status', '-json', 'rollout/again'], parts)).toBe(0);
  expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({ Limit: 2, Rollout: { State: 'going', Done: 1 }, Turns: [] });
  expect(await rolloutCommand(['abort', 'rollout/again'], parts)).toBe(0);
  expect(await rolloutCommand(['abort', 'rollout/again'], parts)).toBe(3);
  one.end();
  two.end();
});

test('locks with different limits are an error that says so', async () => {
  const [one, two] = [await machine('web-1', 'rollout/limits'), await machine('web-2', 'rollout/limits', { limit: 3, isOnce: true })];
  await turn(one, 'good', async () => '');
  await expect(turn(two, 'good', async () => '')).rejects.toThrow(
    'rollout: rollout/limits: the lock has limit 2, the configuration of this machine says 3; make them equal',
  );
  one.end();
  two.end();
});

test('whoever dies at it gives up its place when its session ends', async () => {
  const [one, two] = [await machine('web-1', 'rollout/dead'), await machine('web-2', 'rollout/dead')];
  await one.gate.enter(one.group, { sha256: 'good', index: 0 }, one.ending.signal);
  const sessions = (await operator.session.list()).value;
  const [session] = sessions.filter(({ Name }) => Name === 'mesh-template rollout of nginx');
  const second = turn(two, 'good', async () => '');
  await eventually(() => expect(two.notes.at(-1)).toMatchObject({ phase: 'turn', text: 'rollout/dead: web-1 goes first' }), {
    withinMs: 5000,
  });
  await operator.session.destroy(session?.ID ?? '');
  await second;
  one.end();
  two.end();
});

test('while the agent does not answer nobody begins, and that is said; a turn that has begun is ended when it answers again', async () => {
  const httpPort = await freePort();
  const one = await machine('web-1', 'rollout/away', { address: `http://127.0.0.1:${httpPort}` });
  const entering = one.gate.enter(one.group, { sha256: 'good', index: 0 }, one.ending.signal);
  await eventually(
    () =>
      expect(one.notes.at(-1)).toMatchObject({
        phase: 'unreachable',
        text: expect.stringMatching(/does not answer.*files stay as they are$/),
      }),
    { withinMs: 5000 },
  );
  const first = await startAgent(['-dev'], {}, [], { httpPort });
  const held = await entering;
  await first.stop('SIGKILL');
  const left = held.leave('done', '');
  await eventually(() => expect(one.notes.at(-1)).toMatchObject({ phase: 'unreachable' }), { withinMs: 5000 });
  const second = await startAgent(['-dev'], {}, [], { httpPort });
  await left;
  expect(one.notes.at(-1)).toMatchObject({ phase: 'idle' });
  const client = await openClient({ address: second.http });
  expect((await readRollout(client, keyFromText('rollout/away'), AbortSignal.timeout(5000))).record).toMatchObject({
    State: 'going',
    Done: 1,
  });
  client.close();
  one.end();
  await second.stop();
});
