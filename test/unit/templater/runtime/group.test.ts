import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Group, noCommands, ownGroup, type Resource } from '../../../../templater/resource.js';
import type { CommandEnd, CommandOptions } from '../../../../templater/runtime/command-run.js';
import type { Deployment } from '../../../../templater/runtime/deployment.js';
import { type Gate, GateError, type TurnOutcome, type Version } from '../../../../templater/runtime/gate.js';
import { WatchedSet } from '../../../../templater/runtime/watch-all.js';
import { eventually } from '../../../support/agent.js';
import { aDeployment, aResource } from '../support.js';
import { FakeClock, FakeLog, FakeSource, fakeTemplate, keyOf, kvEntry, settled } from './fakes.js';

let directory: string;
let source: FakeSource;
let clock: FakeClock;
let log: FakeLog;
let set: WatchedSet;
let ran: string[];
let run: (command: string, options: CommandOptions) => CommandEnd;
const at = (name: string) => join(directory, name);
const good: CommandEnd = { exitCode: 0, text: 'exit status 0', output: '' };
const bad: CommandEnd = { exitCode: 1, text: 'exit status 1', output: 'it says why' };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-group-'));
  [source, clock, log, ran, run] = [new FakeSource(), new FakeClock(), new FakeLog(), [], () => good];
});
afterEach(async () => {
  await set.stop();
  rmSync(directory, { recursive: true });
});

const open = (deployment: Partial<Deployment> = {}) => {
  set = new WatchedSet({
    source,
    clock,
    log,
    environment: () => undefined,
    compile: async ({ text }) => fakeTemplate(Buffer.from(text).toString()),
    deployment: aDeployment({
      log,
      clock,
      temporaryDirectory: directory,
      renderCommand: async (command, { src }) => command.replace('{{.src}}', src),
      run: async (command, options) => {
        ran.push(command);
        return run(command, options);
      },
      ...deployment,
    }),
  });
};
const aGroup = (given: Partial<Omit<Group, 'commands'>> & { readonly commands?: Partial<Group['commands']> } = {}): Group => ({
  ...ownGroup('web', 'web'),
  ...given,
  commands: { ...noCommands, reload: 'reload', ...given.commands },
});
const member = (
  name: string,
  template: string,
  { commands = {}, ...more }: Partial<Omit<Resource, 'commands'>> & { commands?: object } = {},
) => {
  writeFileSync(at(`${name}.tmpl`), template);
  return aResource({ name, source: at(`${name}.tmpl`), destination: at(name), commands, ...more });
};
const put = (key: string, value: string) => source.set(keyOf(key), kvEntry(key, value, ++index));
let index = 1;
const become = (...resources: Resource[]) => set.become(resources, new Set());
const read = (name: string) => readFileSync(at(name), 'utf8');
const shows = (name: string, text: string) => eventually(() => expect(read(name)).toBe(text), { withinMs: 2000 });
const runs = (...commands: string[]) => eventually(() => expect(ran).toEqual(commands), { withinMs: 2000 });

describe('resources of one group', () => {
  test('are put in place together when all have rendered, with one reload that says what caused it', async () => {
    open();
    const group = aGroup();
    put('x', '1');
    await become(member('a', 'K=x', { group }), member('b', 'K=y', { group }));
    await settled();
    expect(readdirSync(directory)).not.toContain('a');
    put('y', '2');
    await shows('b', '2');
    expect(read('a')).toBe('1');
    await runs('reload');
    put('x', '3');
    await shows('a', '3');
    await runs('reload', 'reload');
    await eventually(() => expect(log.lines.at(-1)).toBe('info Reload succeeded'), { withinMs: 2000 });
    expect(log.fields.at(-1)).toEqual({ group: 'web', command: 'reload', changed: 'key "x"' });
  });

  test('do not wait for ever for one that has nothing to say', async () => {
    open();
    const group = aGroup();
    put('x', '1');
    await become(member('a', 'K=x', { group }), member('b', 'K=slow', { group }));
    await settled();
    expect(readdirSync(directory)).not.toContain('a');
    clock.advance(2000);
    await shows('a', '1');
  });

  test('do not wait for one that waits for a key that does not exist, or whose template fails', async () => {
    open();
    const group = aGroup();
    put('x', '1');
    source.set(keyOf('none'), null);
    await become(member('a', 'K=x', { group }), member('b', 'K=none', { group }), member('c', '!broken', { group }));
    await shows('a', '1');
  });

  test('settle: a change waits for the next one, but not longer than the longest', async () => {
    open();
    const group = aGroup({ settle: { minMs: 100, maxMs: 250 } });
    put('x', '1');
    put('y', '1');
    await become(member('a', 'K=x', { group }), member('b', 'K=y', { group }));
    await runs('reload');
    put('x', '2');
    clock.advance(90);
    put('y', '2');
    clock.advance(90);
    await settled();
    expect([read('a'), ran]).toEqual(['1', ['reload']]);
    clock.advance(10);
    await shows('b', '2');
    expect(read('a')).toBe('2');
    await runs('reload', 'reload');
    for (const value of ['3', '4', '5']) {
      put('x', value);
      await settled();
      clock.advance(90);
    }
    await shows('a', '5');
  });

  test('settle: all that changed meanwhile is told as the cause, of one member as well', async () => {
    open();
    const group = aGroup({ settle: { minMs: 100, maxMs: 250 } });
    put('x', '1');
    put('y', '1');
    await become(member('a', 'K=x\nK=y', { group }));
    await runs('reload');
    for (const key of ['x', 'y']) {
      put(key, '2');
      await settled();
    }
    clock.advance(100);
    await runs('reload', 'reload');
    await eventually(() => expect(log.fields.at(-1)?.changed).toBe('key "x", key "y"'), {
      withinMs: 2000,
    });
  });

  test('max_rate: what comes too early waits, and goes together', async () => {
    open();
    const group = aGroup({ maxRate: { count: 2, perMs: 10_000 } });
    put('x', '1');
    await become(member('a', 'K=x', { group }));
    await runs('reload');
    put('x', '2');
    await runs('reload', 'reload');
    put('x', '3');
    await settled();
    put('x', '4');
    await settled();
    expect(read('a')).toBe('2');
    expect(log.lines.filter((line) => line.includes('changes wait'))).toEqual([
      'info web was reloaded 2 times in 10s; changes wait for 10s',
    ]);
    clock.advance(10_000);
    await shows('a', '4');
    await runs('reload', 'reload', 'reload');
  });

  test('equal commands of members run once', async () => {
    open();
    const group = aGroup({ commands: { reload: 'reload group' } });
    put('x', '1');
    const commands = { check: 'check', reload: 'reload same' };
    await become(member('a', 'K=x', { group, commands }), member('b', 'K=x', { group, commands }));
    await runs('check', 'reload same', 'reload group');
  });

  test('the check of the group sees all files as they are to be, changed or not', async () => {
    open();
    const group = aGroup({ commands: { check: 'check {{.src}}', reload: '' } });
    put('x', '1');
    put('y', '1');
    let seen: string[] = [];
    run = (_, { env = {} }) => {
      const tree = env.MESH_STAGED ?? '';
      seen = ['a', 'b'].map((name) => readFileSync(join(tree, at(name)), 'utf8'));
      return good;
    };
    await become(member('a', 'K=x', { group }), member('b', 'K=y', { group }));
    await shows('b', '1');
    put('x', '2');
    await shows('a', '2');
    expect(seen).toEqual(['2', '1']);
    expect(ran.every((command) => command.startsWith(`check ${directory}/mesh-template-`))).toBe(true);
    await set.stop();
    expect(readdirSync(directory).filter((name) => name.startsWith('mesh-template-'))).toEqual([]);
  });

  test('a failed check of one leaves all files, and what the others were to be is not forgotten', async () => {
    open();
    const group = aGroup();
    put('x', '1');
    put('y', '1');
    await become(member('a', 'K=x', { group, commands: { check: 'check a' } }), member('b', 'K=x\nK=y', { group }));
    await shows('b', '1\n1');
    run = (command) => (command === 'check a' ? bad : good);
    put('x', '2');
    await eventually(() => expect(log.lines.at(-1)).toContain('Config check failed: exit status 1'), { withinMs: 2000 });
    expect([read('a'), read('b')]).toEqual(['1', '1\n1']);
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
    run = () => good;
    put('y', '2');
    await shows('b', '2\n2');
    expect(read('a')).toBe('2');
  });

  test('a failed reload puts all files back, those that were not there go, and reloads again', async () => {
    open();
    const group = aGroup();
    writeFileSync(at('a'), 'old');
    put('x', '1');
    run = () => (ran.length === 1 ? bad : good);
    await become(member('a', 'K=x', { group }), member('b', 'K=x', { group }));
    await eventually(() => expect(log.lines.at(-1)).toContain('Reload failed: exit status 1; the old files were put back and reloaded'), {
      withinMs: 2000,
    });
    expect(read('a')).toBe('old');
    expect(readdirSync(directory)).not.toContain('b');
    expect(ran).toEqual(['reload', 'reload']);
    put('x', '2');
    await shows('b', '2');
    expect(read('a')).toBe('2');
  });
});

describe('members that come, go and change', () => {
  test('what a member was to be before it changed is not put in place any more', async () => {
    open();
    const group = aGroup();
    put('x', '1');
    put('y', '1');
    run = (command) => (command === 'check a' ? bad : good);
    const b = member('b', 'K=y', { group });
    await become(member('a', 'K=x', { group, commands: { check: 'check a' } }), b);
    await eventually(() => expect(log.lines.at(-1)).toContain('Config check failed'), { withinMs: 2000 });
    const elsewhere = member('a', 'K=none', { group, destination: at('elsewhere') });
    source.set(keyOf('none'), null);
    await become(elsewhere, b);
    put('y', '2');
    await shows('b', '2');
    expect(readdirSync(directory).filter((name) => ['a', 'elsewhere'].includes(name))).toEqual([]);
  });

  test('a member that joins is deployed with the others, one that leaves is forgotten', async () => {
    open();
    const group = aGroup();
    put('x', '1');
    await become(member('a', 'K=x', { group }));
    await shows('a', '1');
    await become(member('a', 'K=x', { group }), member('b', 'K=x', { group }));
    await shows('b', '1');
    await become(member('b', 'K=x', { group }));
    put('x', '2');
    await shows('b', '2');
    expect(read('a')).toBe('1');
    await runs('reload', 'reload', 'reload');
  });
});

describe('a gate', () => {
  const rollout = { lock: keyOf('r').key, limit: 1, waitHealthy: [], timeoutMs: 1000 };

  test('is asked after the checks, verifies after the reload, and an unhealthy machine takes its files back', async () => {
    const events: string[] = [];
    const gate: Gate = {
      enter: async (_, { sha256 }) => {
        events.push(`enter ${sha256.length} after ${ran.join()}`);
        return {
          verify: async () => (ran.filter((command) => command === 'reload').length > 1 ? 'web is critical' : ''),
          leave: async (outcome: TurnOutcome, reason) => void events.push(`${outcome} ${reason}`),
        };
      },
      refused: async (_, __, reason) => void events.push(`refused ${reason}`),
      onRelease: () => {},
    };
    open({ gate });
    const group = aGroup({ rollout });
    put('x', '1');
    await become(member('a', 'K=x', { group, commands: { check: 'check' } }));
    await eventually(() => expect(events).toEqual(['enter 64 after check', 'done ']), { withinMs: 2000 });
    put('x', '2');
    await eventually(() => expect(events).toHaveLength(4), { withinMs: 2000 });
    expect(events[3]).toBe('rolled-back Not healthy after the change: web is critical; the old file was put back and reloaded');
    expect(read('a')).toBe('1');
    run = () => bad;
    put('x', '3');
    await eventually(() => expect(events.at(-1)).toBe('refused Config check failed: exit status 1'), { withinMs: 2000 });
  });

  test('a turn that has not come is not waited for when everything ends', async () => {
    let entered = 0;
    const enter: Gate['enter'] = (_, __, signal) => {
      entered += 1;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    open({ gate: { enter, refused: async () => {}, onRelease: () => {} } });
    put('x', '1');
    await become(member('a', 'K=x', { group: aGroup({ rollout }) }));
    await eventually(() => expect(entered).toBe(1), { withinMs: 2000 });
    await set.stop();
    expect(readdirSync(directory)).toEqual(['a.tmpl']);
  });

  test('what waits for its turn is left when its resource has become another one, also when that one cannot be rendered yet', async () => {
    const waiting = new Set<AbortSignal>();
    const enter: Gate['enter'] = (_, __, signal) => {
      waiting.add(signal);
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    open({ gate: { enter, refused: async () => {}, onRelease: () => {} } });
    const group = aGroup({ rollout });
    put('x', '1');
    source.set(keyOf('none'), null);
    await become(member('a', 'K=x', { group }));
    await eventually(() => expect(waiting.size).toBe(1), { withinMs: 2000 });
    await become(member('a', 'K=none', { group, destination: at('elsewhere') }));
    await eventually(() => expect([...waiting].map(({ aborted }) => aborted)).toEqual([true]), { withinMs: 2000 });
    expect(readdirSync(directory)).toEqual(['a.tmpl']);
  });

  test('a newer version takes the place of one that waits for its turn; a refusal is one line, and is tried again when released', async () => {
    const versions: Version['index'][] = [];
    let release = (_: Group) => {};
    let isOpen = false;
    const gate: Gate = {
      enter: async (_, version, signal) => {
        versions.push(version.index);
        if (isOpen) return { verify: async () => '', leave: async () => {} };
        if (versions.length === 2) throw new GateError('the rollout was stopped by machine b');
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      refused: async () => {},
      onRelease: (task) => (release = task),
    };
    open({ gate });
    const group = aGroup({ rollout });
    put('x', '1');
    const first = index;
    await become(member('a', 'K=x', { group }));
    await eventually(() => expect(versions).toEqual([first]), { withinMs: 2000 });
    put('x', '2');
    await eventually(() => expect(log.lines.at(-1)).toContain('error the rollout was stopped by machine b'), { withinMs: 2000 });
    expect(versions).toEqual([first, index]);
    expect(readdirSync(directory).filter((name) => name.startsWith('.') || name === 'a')).toEqual([]);
    isOpen = true;
    release(group);
    await shows('a', '2');
  });
});
