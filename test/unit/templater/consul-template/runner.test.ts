import { describe, expect, test } from 'vitest';
import { parseConsulTemplateFlags } from '../../../../templater/consul-template/flag-config.js';
import { Runner, type RunnerParts } from '../../../../templater/consul-template/runner.js';
import { resolveSettings } from '../../../../templater/consul-template/settings.js';
import type { TemplateSettings } from '../../../../templater/consul-template/template-settings.js';
import { RunError } from '../../../../templater/consul-template/templates.js';
import { dependencyId } from '../../../../templater/data-source.js';
import { silentObserver } from '../../../../templater/runtime/observer.js';
import { DeployError } from '../../../../templater/runtime/target.js';
import { FakeClock, FakeLog, FakeSource, fakeTemplate, keyOf, kvEntry, settled } from '../runtime/fakes.js';
import { templateSettings } from './template-settings.js';

/** Runs templates over a fake source; `events` are files and commands in the order they came. */
class Stage {
  readonly source = new FakeSource();
  readonly clock = new FakeClock();
  readonly log = new FakeLog();
  readonly events: string[] = [];
  readonly runner: Runner;

  constructor(
    templates: readonly Partial<TemplateSettings>[],
    { flags = [], parts = {} }: { flags?: readonly string[]; parts?: Partial<RunnerParts> } = {},
  ) {
    const settings = resolveSettings(parseConsulTemplateFlags(flags), () => undefined);
    this.runner = new Runner({
      settings: { ...settings, templates: templates.map(template) },
      source: this.source,
      compile: async ({ text }) => fakeTemplate(text.toString()),
      environment: () => undefined,
      clock: this.clock,
      random: () => 0.5,
      log: this.log,
      observer: silentObserver,
      write: async (versions) => {
        for (const { content, template } of versions) this.events.push(`${template.destination}: ${Buffer.from(content).toString()}`);
        return { changes: versions.map(() => true), failure: undefined };
      },
      print: (text) => void this.events.push(`printed ${text.toString()}`),
      runCommand: async ({ command }) => {
        this.events.push(`ran ${command.toString()}`);
        return '';
      },
      openChild: async () => undefined,
      openOwed: async () => ({ isOwed: () => false, begin: async () => {}, cancel: async () => {}, done: () => {} }),
      openSharing: async () => undefined,
      ...parts,
    });
  }

  async put(key: string, value: string): Promise<void> {
    this.source.set(keyOf(key), kvEntry(key, value));
    await settled();
    await settled();
  }
}

const template = (given: Partial<TemplateSettings>) => templateSettings({ contents: 'K=k', ...given });

describe('a run with -once', () => {
  test('writes all files of a change before it runs commands, equal ones once', async () => {
    const stage = new Stage(
      [
        { destination: '/a', command: 'x' },
        { destination: '/b', command: 'y' },
        { destination: '/c', command: 'x' },
      ],
      { flags: ['-once'] },
    );
    const end = stage.runner.run();
    await settled();
    expect(stage.events).toEqual([]);
    await stage.put('k', '1');
    expect(await end).toEqual({ kind: 'done' });
    expect(stage.events).toEqual(['/a: 1', '/b: 1', '/c: 1', 'ran x', 'ran y']);
    await stage.runner.stop();
    expect(stage.source.followers.size).toBe(0);
  });

  test('writes what is there while another template waits', async () => {
    const stage = new Stage([{ contents: 'K=k' }, { contents: 'K=other', destination: '/b' }], { flags: ['-once'] });
    const end = stage.runner.run();
    await settled();
    await stage.put('k', '1');
    expect(stage.events).toEqual([]);
    stage.clock.advance(100);
    await settled();
    expect(stage.events).toEqual(['/a: 1']);
    await stage.put('other', '2');
    expect(await end).toEqual({ kind: 'done' });
    expect(stage.events).toEqual(['/a: 1', '/b: 2']);
  });

  test('writes and runs at once what arrives at the start, one answer after the other', async () => {
    const stage = new Stage(
      [
        { contents: 'K=k', command: 'x' },
        { contents: 'K=other', destination: '/b', command: 'x' },
      ],
      { flags: ['-once'] },
    );
    const end = stage.runner.run();
    await settled();
    await stage.put('other', '2');
    await stage.put('k', '1');
    expect(await end).toEqual({ kind: 'done' });
    expect(stage.events).toEqual(['/a: 1', '/b: 2', 'ran x']);
  });

  test('has an answer that another template had, and follows nothing that nobody waits for', async () => {
    const stage = new Stage([{ contents: 'K=k' }, { contents: 'K=@name', destination: '/b' }], { flags: ['-once'] });
    const end = stage.runner.run();
    await settled();
    await stage.put('k', '1');
    expect([...stage.source.followers.keys()]).not.toContain(dependencyId(keyOf('k')));
    stage.source.values.clear();
    await stage.put('name', 'k');
    expect(await end).toEqual({ kind: 'done' });
    expect(stage.events).toEqual(['/a: 1', '/b: 1']);
    expect(stage.source.followers.size).toBe(0);
  });

  test('asks again for what is not there when another template can do without it', async () => {
    const stage = new Stage([{ contents: 'K=@name', destination: '/b' }, {}], { flags: ['-once'] });
    const end = stage.runner.run();
    await settled();
    stage.source.set(keyOf('k'), null);
    await stage.put('name', 'k');
    await stage.put('k', '2');
    expect(await end).toEqual({ kind: 'done' });
    expect(stage.events).toEqual(['/b: 2', '/a: 2']);
  });

  test('is done at once without templates', async () => {
    expect(await new Stage([], { flags: ['-once'] }).runner.run()).toEqual({ kind: 'done' });
  });

  test('prints and runs nothing with -dry', async () => {
    const stage = new Stage([{ contents: 'text', command: 'x' }], { flags: ['-once', '-dry'] });
    expect(await stage.runner.run()).toEqual({ kind: 'done' });
    expect(stage.events).toEqual(['printed > /a\ntext']);
  });
});

describe('a run ends', () => {
  test.each([
    {
      name: 'when a template fails',
      stage: () => new Stage([{ contents: '!it broke' }]),
      says: '(dynamic): execute: it broke',
    },
    {
      name: 'when a file cannot be written',
      stage: () =>
        new Stage([{ contents: 'x' }], { parts: { write: async () => ({ changes: [], failure: new DeployError('no space') }) } }),
      says: 'error rendering "(dynamic)" => "/a": failed writing file: no space',
    },
    {
      name: 'when a command fails',
      stage: () => new Stage([{ contents: 'x', command: 'c' }], { parts: { runCommand: async () => 'child: exit status 3' } }),
      says: 'failed to execute command "c" from "(dynamic)" => "/a": child: exit status 3',
    },
  ])('$name', async ({ stage, says }) => {
    const { runner } = stage();
    expect(await runner.run()).toEqual({ kind: 'failed', message: says });
    await runner.stop();
  });

  test('when the agent failed too often in a row', async () => {
    const stage = new Stage([{}], { flags: ['-consul-retry-attempts', '1'] });
    const end = stage.runner.run();
    await settled();
    stage.source.fail(keyOf('k'), 'refused');
    await stage.put('k', '1');
    stage.source.fail(keyOf('k'), 'refused');
    stage.source.fail(keyOf('k'), 'refused');
    expect(await end).toEqual({ kind: 'failed', message: 'refused (exceeded maximum retries)' });
    await stage.runner.stop();
  });
});

test('a change is held back as `wait` says, the first rendering is not', async () => {
  const stage = new Stage([{ wait: { minMs: 100, maxMs: 400 } }, { contents: 'K=k', destination: '/b' }]);
  void stage.runner.run();
  await settled();
  await stage.put('k', '1');
  expect(stage.events).toEqual(['/a: 1', '/b: 1']);
  await stage.put('k', '2');
  expect(stage.events.slice(2)).toEqual(['/b: 2']);
  stage.clock.advance(60);
  await stage.put('k', '3');
  stage.clock.advance(60);
  await settled();
  expect(stage.events.slice(3)).toEqual(['/b: 3']);
  stage.clock.advance(60);
  await settled();
  expect(stage.events.slice(4)).toEqual(['/a: 3']);
  await stage.runner.stop();
});

test.each([
  { name: 'both a source and contents', given: { source: '/x', contents: 'y' }, says: "cannot specify both 'source' and 'content'" },
  { name: 'neither', given: { contents: '' }, says: "must specify exactly one of 'source' or 'content'" },
  { name: 'a source that is not there', given: { source: '/no/such', contents: '' }, says: 'open /no/such: no such file or directory' },
])('a template with $name is refused before anything runs', ({ given, says }) => {
  expect(() => new Stage([given])).toThrow(RunError);
  expect(() => new Stage([given])).toThrow(says);
});
