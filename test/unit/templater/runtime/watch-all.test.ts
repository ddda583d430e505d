import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Resource } from '../../../../templater/resource.js';
import { WatchedSet } from '../../../../templater/runtime/watch-all.js';
import { eventually } from '../../../support/agent.js';
import { aDeployment, aResource } from '../support.js';
import { FakeClock, FakeLog, FakeSource, fakeTemplate, keyOf, kvEntry, prefixOf, settled } from './fakes.js';

let directory: string;
let source: FakeSource;
let clock: FakeClock;
let log: FakeLog;
let set: WatchedSet;
let hold: Promise<void>;
let commands: string[];
const at = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-watch-'));
  [source, clock, log, hold, commands] = [new FakeSource(), new FakeClock(), new FakeLog(), Promise.resolve(), []];
  set = new WatchedSet({
    source,
    clock,
    log,
    environment: () => undefined,
    compile: async ({ text }) => fakeTemplate(Buffer.from(text).toString()),
    deployment: aDeployment({
      log,
      run: async (command) => {
        commands.push(command);
        await hold;
        return { exitCode: 0, text: '', output: '' };
      },
    }),
  });
});
afterEach(async () => {
  await set.stop();
  rmSync(directory, { recursive: true });
});

const resource = (name: string, template: string, more: Partial<Resource> = {}): Resource => {
  writeFileSync(at(`${name}.tmpl`), template);
  return aResource({ name, source: at(`${name}.tmpl`), destination: at(name), ...more });
};
const become = (...resources: Resource[]) => set.become(resources, new Set());
const shows = (name: string, text: string) => eventually(() => expect(readFileSync(at(name), 'utf8')).toBe(text), { withinMs: 2000 });
const absent = (name: string) => expect(() => readFileSync(at(name))).toThrow();

describe('resources that follow their data', () => {
  test('nothing is written before everything asked for has been answered', async () => {
    await become(resource('a', 'K=x\nK=y\nP=/p/k', { keyPrefixes: [prefixOf('p').prefix] }));
    source.set(prefixOf('p'), [kvEntry('p/k', 'prefixed')]);
    await settled();
    source.set(keyOf('x'), kvEntry('x', '1'));
    await settled();
    absent('a');
    source.set(keyOf('y'), kvEntry('y', '2'));
    await shows('a', '1\n2\nprefixed');
  });

  test('a key that does not exist is waited for, and after 5 s the log says so', async () => {
    source.set(keyOf('x'), null);
    await become(resource('a', 'K=x'));
    await settled();
    clock.advance(4999);
    expect(log.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
    clock.advance(1);
    expect(log.lines).toContain('warn waiting for key "x" (a.tmpl:1)');
    source.set(keyOf('x'), kvEntry('x', 'there'));
    await shows('a', 'there');
  });

  test('two resources that need the same share one watch, and only those concerned render again', async () => {
    source.set(keyOf('x'), kvEntry('x', '1'));
    source.set(keyOf('y'), kvEntry('y', '1'));
    await become(resource('a', 'K=x'), resource('b', 'K=x\nK=y'), resource('c', 'K=y'));
    await shows('c', '1');
    expect(source.followers.size).toBe(2);
    writeFileSync(at('a'), 'edited by hand');
    source.set(keyOf('y'), kvEntry('y', '2', 2));
    await shows('b', '1\n2');
    await shows('c', '2');
    expect(readFileSync(at('a'), 'utf8')).toBe('edited by hand');
  });

  test('an answer that says the same again renders nothing', async () => {
    source.set(keyOf('x'), kvEntry('x', '1'));
    await become(resource('a', 'K=x'));
    await shows('a', '1');
    writeFileSync(at('a'), 'edited by hand');
    source.set(keyOf('x'), kvEntry('x', '1'));
    await settled();
    expect(readFileSync(at('a'), 'utf8')).toBe('edited by hand');
  });

  test('what is no longer asked for is no longer watched', async () => {
    for (const name of ['which', 'one', 'two']) source.set(keyOf(name), kvEntry(name, name === 'which' ? 'one' : name));
    await become(resource('a', 'K=@which'));
    await shows('a', 'one');
    source.set(keyOf('which'), kvEntry('which', 'two', 2));
    await shows('a', 'two');
    expect([...source.followers.keys()].some((id) => id.includes('"one"'))).toBe(false);
    await set.stop();
    expect(source.followers.size).toBe(0);
  });

  test('changes during a reload lead to one more rendering, with the last state', async () => {
    let release = () => {};
    source.set(keyOf('x'), kvEntry('x', '1'));
    hold = new Promise((resolve) => (release = resolve));
    await become(resource('a', 'K=x', { commands: { ...aResource({}).commands, reload: 'reload' } }));
    await eventually(() => expect(commands).toHaveLength(1), { withinMs: 2000 });
    source.set(keyOf('x'), kvEntry('x', '2', 2));
    source.set(keyOf('x'), kvEntry('x', '3', 3));
    release();
    await shows('a', '3');
    await eventually(() => expect(commands).toHaveLength(2), { withinMs: 2000 });
  });

  test('a failing template leaves the file and says so once', async () => {
    source.set(keyOf('x'), kvEntry('x', '1'));
    writeFileSync(at('a'), 'old');
    await become(resource('a', 'K=x\n!broken'));
    await settled();
    source.set(keyOf('x'), kvEntry('x', '2', 2));
    await settled();
    expect(log.lines).toEqual(['error broken']);
    expect(readFileSync(at('a'), 'utf8')).toBe('old');
  });

  test('a source that fails is reported once for all, the file stays, and its return is reported', async () => {
    for (const name of ['x', 'y']) source.set(keyOf(name), kvEntry(name, '1'));
    await become(resource('a', 'K=x'), resource('b', 'K=y'));
    await shows('b', '1');
    const before = log.lines.length;
    for (let times = 0; times < 3; times++) for (const name of ['x', 'y']) source.fail(keyOf(name), 'agent does not answer');
    source.set(keyOf('x'), kvEntry('x', '2', 2));
    source.set(keyOf('y'), kvEntry('y', '1'));
    await shows('a', '2');
    expect(log.lines.slice(before).filter((line) => line.includes('answer'))).toEqual([
      'error agent does not answer; files stay as they are, trying again',
      'info answered again, after: agent does not answer',
    ]);
  });

  test('what the resolver says is asked for again in every rendering', async () => {
    const host = { kind: 'hostAddresses', name: 'h', family: 0 } as const;
    source.set(host, ['10.0.0.1']);
    source.set(keyOf('x'), kvEntry('x', '1'));
    await become(resource('a', 'H=h\nK=x'));
    await shows('a', '10.0.0.1\n1');
    source.set(host, ['10.0.0.2']);
    source.set(keyOf('x'), kvEntry('x', '2', 2));
    await shows('a', '10.0.0.2\n2');
  });

  test('another set of resources: new ones begin, others end, templates are read again, unreadable ones go on', async () => {
    source.set(keyOf('x'), kvEntry('x', '1'));
    const [a, b, c] = [resource('a', 'K=x'), resource('b', 'K=x'), resource('c', 'K=x')];
    await become(a, b, c);
    await shows('c', '1');
    writeFileSync(at('a.tmpl'), 'a: x\nK=x');
    await set.become([a, resource('d', 'K=x')], new Set(['c']));
    await shows('a', 'a: x\n1');
    await shows('d', '1');
    source.set(keyOf('x'), kvEntry('x', '2', 2));
    await shows('c', '2');
    await shows('d', '2');
    expect(readFileSync(at('b'), 'utf8')).toBe('1');
  });

  test('a template that is missing, or does not parse, is an error of its resource alone', async () => {
    source.set(keyOf('x'), kvEntry('x', '1'));
    await become(aResource({ name: 'gone', source: at('gone.tmpl'), destination: at('gone') }), resource('a', 'K=x'));
    await shows('a', '1');
    expect(log.lines).toContain(`error Missing template: ${at('gone.tmpl')}`);
  });
});
