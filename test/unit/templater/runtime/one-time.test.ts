import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownGroup, type Resource } from '../../../../templater/resource.js';
import { renderOnce } from '../../../../templater/runtime/one-time.js';
import { RoundMemory } from '../../../../templater/runtime/round-memory.js';
import { TemplateFile } from '../../../../templater/runtime/template-file.js';
import { SourceError } from '../../../../templater/source/source.js';
import { aDeployment, aResource } from '../support.js';
import { FakeClock, FakeLog, FakeSource, fakeTemplate, keyOf, kvEntry, prefixOf } from './fakes.js';

let directory: string;
let source: FakeSource;
let log: FakeLog;
let commands: string[];
let memory: RoundMemory;
let clock: FakeClock;
const at = (name: string) => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-once-'));
  [source, log, commands] = [new FakeSource(), new FakeLog(), []];
  [memory, clock] = [new RoundMemory(), new FakeClock()];
});
afterEach(() => rmSync(directory, { recursive: true }));

const resource = (name: string, template: string, more: Partial<Resource> = {}): Resource => {
  writeFileSync(at(`${name}.tmpl`), template);
  const commandsOf = { ...aResource({}).commands, reload: `reload ${name}` };
  return aResource({ name, source: at(`${name}.tmpl`), destination: at(name), commands: commandsOf, ...more });
};
const once = (resources: readonly Resource[], signal = new AbortController().signal) =>
  renderOnce(resources, {
    source,
    log,
    memory,
    isLast: true,
    signal,
    clock,
    environment: () => undefined,
    templateFileOf: (given) => new TemplateFile(given, async ({ text }) => fakeTemplate(Buffer.from(text).toString())),
    deployment: aDeployment({
      log,
      clock,
      run: async (command) => {
        commands.push(command);
        return { exitCode: 0, text: '', output: '' };
      },
    }),
  });

describe('rendering once', () => {
  test('resources are processed in their order, and what they share is asked for once', async () => {
    source.set(prefixOf('app'), [kvEntry('app/k', 'v')]);
    source.set(keyOf('which'), kvEntry('which', 'other'));
    source.set(keyOf(''), new SourceError('a key needs a name'));
    source.set(keyOf('other'), kvEntry('other', 'found'));
    const keyPrefixes = [prefixOf('app').prefix];
    const good = await once([resource('b', 'P=/app/k', { keyPrefixes }), resource('a', 'P=/app/k\nK=@which', { keyPrefixes })]);
    expect([good, readFileSync(at('b'), 'utf8'), readFileSync(at('a'), 'utf8')]).toEqual([true, 'v', 'v\nfound']);
    expect(commands).toEqual(['reload b', 'reload a']);
    expect(source.fetched.filter((id) => id.includes('"app"'))).toHaveLength(1);
  });

  describe('resources that run nothing', () => {
    const quiet = { commands: aResource({}).commands };

    test('are all in place when the command of one behind them runs', async () => {
      const names = Array.from({ length: 50 }, (_, position) => `quiet-${position}`);
      const resources = [...names.map((name) => resource(name, name, quiet)), resource('loud', 'text')];
      commands.push = (command) => {
        expect([command, names.filter((name) => readFileSync(at(name), 'utf8') !== name)]).toEqual(['reload loud', []]);
        return 1;
      };
      expect(await once(resources)).toBe(true);
      expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
    });

    test('fail as others do when their file cannot be written', async () => {
      const lost = resource('lost', 'text', { ...quiet, destination: at('none/there') });
      expect(await once([lost, resource('quiet', 'text', quiet)])).toBe(false);
      expect(readFileSync(at('quiet'), 'utf8')).toBe('text');
    });

    test('the later of two that write the same file wins', async () => {
      const same = { ...quiet, destination: at('same') };
      expect(await once([resource('a', 'long'.repeat(100_000), same), resource('b', 'short', same)])).toBe(true);
      expect(readFileSync(at('same'), 'utf8')).toBe('short');
    });
  });

  test('max_rate counts from round to round: what comes too early waits for a later one, and that is said once', async () => {
    const group = { ...ownGroup('a', 'a'), maxRate: { count: 2, perMs: 10_000 } };
    const round = (value: string) => {
      source.set(keyOf('x'), kvEntry('x', value));
      return once([resource('a', 'K=x', { group })]);
    };
    for (const value of ['1', '2', '3', '4']) {
      expect(await round(value)).toBe(true);
      clock.advance(2_000);
    }
    expect([commands.length, readFileSync(at('a'), 'utf8')]).toEqual([2, '2']);
    expect(log.lines.filter((line) => line.includes('wait'))).toEqual(['info a was reloaded 2 times in 10s; changes wait for 6s']);
    clock.advance(2_000);
    expect(await round('4')).toBe(true);
    expect([commands.length, readFileSync(at('a'), 'utf8')]).toEqual([3, '4']);
    clock.advance(1_000);
    expect(await round('4')).toBe(true);
    expect(log.lines.filter((line) => line.includes('wait'))).toHaveLength(1);
  });

  test('one failing template does not stop the others', async () => {
    expect(await once([resource('a', '!broken'), resource('b', 'text')])).toBe(false);
    expect(readFileSync(at('b'), 'utf8')).toBe('text');
    expect(log.lines).toContain('error broken');
  });

  test('a key that does not exist is an error, not something to wait for', async () => {
    source.set(keyOf('x'), null);
    expect(await once([resource('a', 'text\nK=x', { missing: 'fail' })])).toBe(false);
    expect(log.lines).toEqual(['error key "x" (a.tmpl:2) does not exist']);
  });

  test('a source that does not answer leaves every file, and is reported once, also over several rounds', async () => {
    source.set(prefixOf(''), new SourceError('no answer'));
    const resources = ['a', 'b'].map((name) => resource(name, 'P=/k', { keyPrefixes: [prefixOf('').prefix] }));
    expect(await once(resources)).toBe(false);
    expect(await once(resources)).toBe(false);
    expect(log.lines).toEqual(['error no answer']);
    expect(readdirSync(directory).sort()).toEqual(['a.tmpl', 'b.tmpl']);
    source.set(prefixOf(''), [kvEntry('k', 'v')]);
    expect(await once(resources)).toBe(true);
  });

  test('nothing new is begun when the process is to end', async () => {
    expect(await once([resource('a', 'text')], AbortSignal.abort())).toBe(false);
    expect(readdirSync(directory)).toEqual(['a.tmpl']);
  });

  test('an end while the data are being fetched leaves the file as it is, without a word', async () => {
    const ending = new AbortController();
    source.fetch = async (_dependency, signal) => {
      ending.abort();
      throw signal.reason;
    };
    expect(await once([resource('a', 'K=x')], ending.signal)).toBe(false);
    expect([readdirSync(directory), log.lines]).toEqual([['a.tmpl'], []]);
  });
});
