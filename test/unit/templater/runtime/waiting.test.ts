import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../../../../templater/engine.js';
import { ownGroup, type Resource } from '../../../../templater/resource.js';
import { silentObserver } from '../../../../templater/runtime/observer.js';
import { renderOnce } from '../../../../templater/runtime/one-time.js';
import { describeMissing } from '../../../../templater/runtime/rendering.js';
import { RoundMemory } from '../../../../templater/runtime/round-memory.js';
import { TemplateFile } from '../../../../templater/runtime/template-file.js';
import { WatchedSet } from '../../../../templater/runtime/watch-all.js';
import { eventually } from '../../../support/agent.js';
import { aDeployment, aResource } from '../support.js';
import { FakeClock, FakeLog, FakeSource, keyOf, kvEntry, prefixOf, settled } from './fakes.js';

let directory: string;
let source: FakeSource;
let clock: FakeClock;
let log: FakeLog;
let told: string[];
const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), 'utf8');
const written = () => readdirSync(directory).filter((name) => !name.endsWith('.tmpl'));
const put = (key: string, value: string) => source.set(keyOf(key), kvEntry(key, value));

const parts = () => ({
  source,
  clock,
  log,
  environment: () => undefined,
  compile,
  deployment: aDeployment({
    log,
    clock,
    observer: {
      ...silentObserver,
      waiting: ({ name }, missing) => void told.push(`${name}: ${missing.map(describeMissing).join()}`),
      failed: ({ name }, { stage, message }) => void told.push(`${name} ${stage}: ${message}`),
    },
  }),
});
const resource = (name: string, template: string, more: Partial<Resource> = {}): Resource => {
  writeFileSync(at(`${name}.tmpl`), template);
  return aResource({ name, source: at(`${name}.tmpl`), destination: at(name), templateDirectory: directory, ...more });
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-waiting-'));
  [source, clock, log, told] = [new FakeSource(), new FakeClock(), new FakeLog(), []];
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('following', () => {
  let set: WatchedSet;
  beforeEach(() => {
    set = new WatchedSet(parts());
  });
  afterEach(() => set.stop());
  const become = (...resources: Resource[]) => set.become(resources, new Set());

  test('what is waited for is said after 5 seconds, although other data change, and once', async () => {
    source.set(keyOf('app/x'), null);
    put('y', '1');
    await become(resource('a', 'line\n{{key "app/x"}}{{key "y"}}'));
    for (let second = 0; second < 20; second++) {
      clock.advance(1000);
      put('y', String(second));
      await settled();
    }
    expect(log.lines).toEqual(['warn waiting for key "app/x" (a.tmpl:2)']);
    expect(told).toEqual(['a: key "app/x" (a.tmpl:2)']);
    put('app/x', 'there');
    await eventually(() => expect(read('a')).toBe('line\nthere19'), { withinMs: 2000 });
    expect(told.at(-1)).toBe('a: ');
  });

  test('a key that getv lacks is named with its place as well, and prefixes that nobody answers', async () => {
    source.set(prefixOf('app'), []);
    await become(
      resource('a', '{{getv "/x"}}', { keyPrefixes: [prefixOf('app').prefix], cutPrefix: '/app' }),
      resource('b', 'b', { keyPrefixes: [prefixOf('silent').prefix] }),
    );
    await settled();
    clock.advance(5000);
    expect(log.lines.filter((line) => line.includes('waiting')).sort()).toEqual([
      'warn waiting for key "app/x" (a.tmpl:1)',
      'warn waiting for keys below "silent"',
    ]);
    // A wait, in the status too; only the log has confd's error as well.
    expect(told.toSorted()).toEqual(['a: key "app/x" (a.tmpl:1)', 'b: keys below "silent"']);
    expect(log.lines[0]).toMatch(/^error .*key does not exist: \/x/);
  });

  test('wait_timeout makes it a failure, and the key is welcome all the same', async () => {
    source.set(keyOf('x'), null);
    await become(resource('a', '{{key "x"}}', { waitTimeoutMs: 120_000 }));
    await settled();
    clock.advance(120_000);
    expect(log.lines.at(-1)).toBe('error waited 2m0s for key "x" (a.tmpl:1)');
    expect(told.at(-1)).toBe('a render: waited 2m0s for key "x" (a.tmpl:1)');
    put('x', '1');
    await eventually(() => expect(read('a')).toBe('1'), { withinMs: 2000 });
  });

  test('fail: the file stays, and that is said at once; empty: an empty text', async () => {
    for (const key of ['x', 'z']) source.set(keyOf(key), null);
    source.set(prefixOf('p'), []);
    await become(
      resource('fails', '{{key "x"}}', { missing: 'fail' }),
      resource('empty', '<{{key "x"}}{{getv "/p/k"}}{{getv "/p/k" "default"}}>', { missing: 'empty', keyPrefixes: [prefixOf('p').prefix] }),
    );
    await eventually(() => expect(read('empty')).toBe('<default>'), { withinMs: 2000 });
    expect(written()).toEqual(['empty']);
    expect(log.lines.filter((line) => line.startsWith('error'))).toEqual(['error key "x" (fails.tmpl:1) does not exist']);
    put('x', '1');
    await eventually(() => expect([read('fails'), read('empty')]).toEqual(['1', '<1default>']), { withinMs: 2000 });
  });

  test('a tree that is empty all of a sudden leaves the file, which is said once; more data end that', async () => {
    const keyPrefixes = [prefixOf('p').prefix];
    source.set(prefixOf('p'), [kvEntry('p/k', '1')]);
    const template = '{{range gets "/p/*"}}{{.Value}}{{end}}.';
    await become(resource('a', template, { keyPrefixes }), resource('b', template, { keyPrefixes, allowEmpty: true }));
    await eventually(() => expect([read('a'), read('b')]).toEqual(['1.', '1.']), { withinMs: 2000 });
    source.set(prefixOf('p'), []);
    await eventually(() => expect(read('b')).toBe('.'), { withinMs: 2000 });
    expect(read('a')).toBe('1.');
    const told = [
      'warn keys below "p": there was something and now there is nothing; files stay as they are (allow_empty = true would empty them)',
      'warn keys below "p": there was something and now there is nothing',
    ];
    // Whose template was read first is told first.
    await eventually(() => expect(log.lines.filter((line) => line.startsWith('warn')).sort()).toEqual(told.sort()), { withinMs: 2000 });
    source.set(prefixOf('p'), [kvEntry('p/k', '2')]);
    await eventually(() => expect(read('a')).toBe('2.'), { withinMs: 2000 });
  });
});

describe('once', () => {
  const once = (resources: readonly Resource[], memory = new RoundMemory(), isLast = true) =>
    renderOnce(resources, {
      ...parts(),
      memory,
      isLast,
      signal: new AbortController().signal,
      templateFileOf: (given) => new TemplateFile(given, compile),
    });

  test('wait: the others are done first, then the missing key is waited for', async () => {
    source.set(keyOf('x'), null);
    source.set(prefixOf('p'), []);
    const keyPrefixes = [prefixOf('p').prefix];
    const end = once([resource('a', '{{key "x"}}'), resource('b', '{{getv "/p/k"}}', { keyPrefixes }), resource('c', 'c')]);
    await eventually(() => expect(written()).toEqual(['c']), { withinMs: 2000 });
    clock.advance(5000);
    expect(log.lines).toContain('warn waiting for key "x" (a.tmpl:1)');
    put('x', '1');
    await eventually(() => expect(read('a')).toBe('1'), { withinMs: 2000 });
    source.set(prefixOf('p'), [kvEntry('p/k', '2')]);
    expect(await end).toBe(true);
    expect(read('b')).toBe('2');
  });

  test('one that waits does not hold its group up', async () => {
    source.set(keyOf('x'), null);
    const group = { ...ownGroup('g', 'g') };
    const end = once([resource('a', '{{key "x"}}', { group }), resource('b', 'b', { group })]);
    await eventually(() => expect(written()).toEqual(['b']), { withinMs: 2000 });
    put('x', '1');
    expect(await end).toBe(true);
    expect(written()).toEqual(['a', 'b']);
  });

  test('wait_timeout ends it', async () => {
    source.set(keyOf('x'), null);
    const end = once([resource('a', '{{key "x"}}', { waitTimeoutMs: 7000 })]);
    await settled();
    await settled();
    clock.advance(7000);
    expect(await end).toBe(false);
    expect(log.lines.at(-1)).toBe('error waited 7s for key "x" (a.tmpl:1)');
    expect(source.followers.size).toBe(0);
  });

  test('a round of many leaves what is missing to the next one', async () => {
    source.set(keyOf('x'), null);
    const memory = new RoundMemory();
    for (let round = 0; round < 2; round++) expect(await once([resource('a', '{{key "x"}}')], memory, false)).toBe(false);
    expect(log.lines).toEqual(['error waiting for key "x" (a.tmpl:1)']);
  });

  test('a tree that an earlier round had is not taken for empty', async () => {
    const keyPrefixes = [prefixOf('p').prefix];
    const memory = new RoundMemory();
    const given = resource('a', '{{range gets "/p/*"}}{{.Value}}{{end}}.', { keyPrefixes });
    source.set(prefixOf('p'), [kvEntry('p/k', '1')]);
    expect(await once([given], memory)).toBe(true);
    source.set(prefixOf('p'), []);
    expect(await once([given], memory)).toBe(false);
    expect(read('a')).toBe('1.');
  });
});
