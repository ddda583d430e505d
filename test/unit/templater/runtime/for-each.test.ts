import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ForEach, noCommands, type Resource } from '../../../../templater/resource.js';
import { destinationOf, itemsOf } from '../../../../templater/runtime/for-each.js';
import { WatchedSet } from '../../../../templater/runtime/watch-all.js';
import { eventually } from '../../../support/agent.js';
import { aDeployment, aResource } from '../support.js';
import { FakeClock, FakeLog, FakeSource, fakeTemplate, kvEntry, prefixOf } from './fakes.js';

const tree = (destination: string): ForEach => ({ dependency: prefixOf('app/vhosts/'), root: '/etc/nginx/conf.d', destination });
const items = (...keys: string[]) =>
  itemsOf(
    tree(''),
    keys.map((key) => kvEntry(key, `value of ${key}`)),
  );

describe('items', () => {
  test('of a tree are what lies directly below it: keys, folders, or both', () => {
    expect(items('app/vhosts/', 'app/vhosts/a', 'app/vhosts/b/port', 'app/vhosts/b/tls/cert', 'app/vhosts/b', 'app/vhosts/c/')).toEqual([
      { key: 'a', value: 'value of app/vhosts/a', keys: {} },
      {
        key: 'b',
        value: 'value of app/vhosts/b',
        keys: { port: 'value of app/vhosts/b/port', 'tls/cert': 'value of app/vhosts/b/tls/cert' },
      },
      { key: 'c', value: '', keys: {} },
    ]);
  });

  test('never reach the prototype of anything', () => {
    const [item] = items('app/vhosts/__proto__/__proto__');
    expect([item?.key, Object.getPrototypeOf(item?.keys), Object.keys(item?.keys ?? {})]).toEqual([
      '__proto__',
      Object.prototype,
      ['__proto__'],
    ]);
    expect(() => destinationOf(tree('/etc/nginx/conf.d/{{item.constructor}}'), { key: 'a' })).toThrow('there is no "item.constructor"');
  });
});

describe('the path of an item', () => {
  test.each([
    { destination: '/etc/nginx/conf.d/{{item.key}}.conf', path: '/etc/nginx/conf.d/a.example.conf' },
    { destination: '/etc/nginx/conf.d/{{ .item.key }}', path: '/etc/nginx/conf.d/a.example' },
    { destination: '/etc/nginx/conf.d/{{item.keys.port}}/{{item.key}}', path: '/etc/nginx/conf.d/80/a.example' },
    { destination: '/etc/nginx/conf.d/x-{{item.Port}}', path: '/etc/nginx/conf.d/x-8080' },
  ])('$destination', ({ destination, path }) => {
    expect(destinationOf(tree(destination), { key: 'a.example', Port: 8080, keys: { port: '80' } })).toBe(path);
  });

  test.each([
    { key: '..', says: '".." below /etc/nginx/conf.d' },
    { key: '.', says: 'empty part, "." or ".."' },
    { key: '../../../etc/passwd', says: '".." below' },
    { key: 'a/../b', says: '".." below' },
    { key: '/etc/passwd', says: 'empty part' },
    { key: 'a\0b', says: 'NUL' },
    { key: '', says: 'there is no "item.key" with a text in it' },
    { key: '{{item.key}}', says: 'nothing else in braces' },
  ])('refuses $key', ({ key, says }) => {
    expect(() => destinationOf(tree('/etc/nginx/conf.d/{{item.key}}'), { key })).toThrow(says);
  });

  test('stays below its root, whatever the data say', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '.', '..', '/', '\0', '{{', '}}', 'item.key', ' ', '\\')), (parts) => {
        const forEach = tree('/etc/nginx/conf.d/x/{{item.key}}/{{item.key}}.conf');
        try {
          const path = destinationOf(forEach, { key: parts.join('') });
          expect(join(path)).toBe(path);
          expect(path.startsWith('/etc/nginx/conf.d/x/')).toBe(true);
        } catch (error) {
          expect(String(error)).toContain('makes no file');
        }
      }),
    );
  });
});

describe('one template, many files', () => {
  let directory: string;
  let source: FakeSource;
  let log: FakeLog;
  let set: WatchedSet;
  let ran: string[];
  const at = (name: string) => join(directory, name);
  const prefix = prefixOf('v/');
  const opened = () =>
    new WatchedSet({
      source,
      log,
      clock: new FakeClock(),
      environment: () => undefined,
      compile: async ({ text }) => ({
        render: (view, data) => {
          if (!JSON.stringify(data).includes('"key"')) throw new TypeError('there must be an item');
          const { item } = data as { item: { key: string; value: string } };
          const rendering = fakeTemplate(Buffer.from(text).toString()).render(view);
          return { ...rendering, bytes: Buffer.concat([rendering.bytes, Buffer.from(`${item.key}: ${item.value}`)]) };
        },
      }),
      deployment: aDeployment({
        log,
        stateDirectory: at('state'),
        run: async (command) => {
          ran.push(`${command}: ${files()}`);
          return { exitCode: ran.length === failsAt ? 1 : 0, text: 'exit status 1', output: '' };
        },
      }),
    });
  let failsAt = 0;
  const files = () =>
    readdirSync(at('out'), { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name).slice(at('out/').length))
      .sort()
      .join(' ');
  const vhosts = (more: Partial<Resource> = {}): Resource =>
    aResource({
      name: 'vhosts',
      source: at('a.tmpl'),
      destination: at('out/{{item.key}}.conf'),
      forEach: { dependency: prefix, root: at('out'), destination: at('out/{{item.key}}.conf') },
      ...more,
      commands: { ...noCommands, reload: 'reload' },
    });
  const put = (...keys: string[]) =>
    source.set(
      prefix,
      keys.map((key) => kvEntry(`v/${key}`, '1')),
    );
  const shows = (text: string) => eventually(() => expect(files()).toBe(text), { withinMs: 2000 });
  const become = (resource = vhosts()) => set.become([resource], new Set());

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mesh-for-each-'));
    mkdirSync(at('out'));
    writeFileSync(at('a.tmpl'), '');
    [source, log, ran, failsAt] = [new FakeSource(), new FakeLog(), [], 0];
    set = opened();
  });
  afterEach(async () => {
    await set.stop();
    rmSync(directory, { recursive: true });
  });

  test('files come and go with their items, with one reload for each change; others are left alone', async () => {
    writeFileSync(at('out/mine.conf'), 'by hand');
    put('a', 'b');
    await become();
    await shows('a.conf b.conf mine.conf');
    put('b', 'c');
    await shows('b.conf c.conf mine.conf');
    await eventually(() => expect(ran).toEqual(['reload: a.conf b.conf mine.conf', 'reload: b.conf c.conf mine.conf']), { withinMs: 2000 });
    expect(readFileSync(at('out/c.conf'), 'utf8')).toBe('c: 1');
  });

  test('files of items that went while nobody looked go at the next start', async () => {
    put('a', 'b');
    await become();
    await shows('a.conf b.conf');
    await set.stop();
    put('b');
    set = opened();
    await become();
    await shows('b.conf');
  });

  test('a file that somebody has changed since is not removed', async () => {
    put('a', 'b');
    await become();
    await shows('a.conf b.conf');
    await eventually(() => expect(ran).toHaveLength(1), { withinMs: 2000 });
    await set.stop();
    writeFileSync(at('out/a.conf'), 'by hand');
    put('b');
    set = opened();
    await become();
    await eventually(() => expect(log.lines.at(-1)).toContain('a.conf is not as it was made; it stays'), { withinMs: 2000 });
    expect(files()).toBe('a.conf b.conf');
  });

  test('a failed reload takes new files away and brings removed ones back', async () => {
    put('a', 'b');
    await become();
    await shows('a.conf b.conf');
    await eventually(() => expect(ran).toHaveLength(1), { withinMs: 2000 });
    failsAt = 2;
    put('b', 'c');
    await eventually(() => expect(ran).toEqual([ran[0], 'reload: b.conf c.conf', 'reload: a.conf b.conf']), { withinMs: 2000 });
    put('b');
    await shows('b.conf');
  });

  test('no item at all leaves the files, unless that is allowed, also after a restart', async () => {
    put('a');
    await become();
    await shows('a.conf');
    put();
    await eventually(() => expect(log.lines.at(-1)).toContain('there was something and now there is nothing'), { withinMs: 2000 });
    await set.stop();
    set = opened();
    await become();
    await eventually(() => expect(log.lines.at(-1)).toContain('there is no item any more; 1 files stay'), { withinMs: 2000 });
    expect(files()).toBe('a.conf');
    await become(vhosts({ allowEmpty: true }));
    await shows('');
  });

  test('directories below the root are made, and go when they are empty', async () => {
    const destination = at('out/{{item.key}}/site/x.conf');
    put('a', 'b');
    await become(vhosts({ destination, forEach: { dependency: prefix, root: at('out'), destination } }));
    await shows('a a/site a/site/x.conf b b/site b/site/x.conf');
    writeFileSync(at('out/a/mine'), '');
    put('b');
    await shows('a a/mine b b/site b/site/x.conf');
  });

  test('links below the root are refused: the directory on the way, and the file itself', async () => {
    mkdirSync(at('elsewhere'));
    symlinkSync(at('elsewhere'), at('out/a'));
    const destination = at('out/{{item.key}}/x.conf');
    put('a');
    await become(vhosts({ destination, forEach: { dependency: prefix, root: at('out'), destination } }));
    await eventually(() => expect(log.lines.at(-1)).toMatch(/out\/a is a symbolic link/), { withinMs: 2000 });
    expect(existsSync(at('elsewhere/x.conf'))).toBe(false);
    writeFileSync(at('elsewhere/target'), 'target');
    symlinkSync(at('elsewhere/target'), at('out/b.conf'));
    put('b');
    await become();
    await eventually(() => expect(log.lines.at(-1)).toMatch(/b\.conf is a symbolic link/), { withinMs: 2000 });
    expect(readFileSync(at('elsewhere/target'), 'utf8')).toBe('target');
  });

  test('an item whose file is a link is refused, and the others are made', async () => {
    writeFileSync(at('target'), 'target');
    symlinkSync(at('target'), at('out/a.conf'));
    put('a', 'b');
    await become();
    await shows('a.conf b.conf');
    await eventually(() => expect(log.lines.at(-1)).toMatch(/error the item "a" makes no file: .*a\.conf is a symbolic link/), {
      withinMs: 2000,
    });
    expect([readFileSync(at('target'), 'utf8'), readFileSync(at('out/b.conf'), 'utf8')]).toEqual(['target', 'b: 1']);
  });

  test('two items for one file are an error of each of them, said once; the file stays that of who had it', async () => {
    const destination = at('out/{{item.value}}.conf');
    const values = (items: Readonly<Record<string, string>>) =>
      source.set(
        prefix,
        Object.entries(items).map(([key, value]) => kvEntry(`v/${key}`, value)),
      );
    values({ a: '1', b: '2' });
    await become(vhosts({ destination, forEach: { dependency: prefix, root: at('out'), destination } }));
    await shows('1.conf 2.conf');
    values({ a: '1', b: '1', c: '3' });
    await shows('1.conf 2.conf 3.conf');
    const path = at('out/1.conf');
    const told = [
      `error the item "a" makes no file: ${path} is that of "b" as well`,
      `error the item "b" makes no file: ${path} is that of "a" as well`,
    ];
    await eventually(() => expect(log.lines.filter((line) => line.startsWith('error'))).toEqual(told), { withinMs: 2000 });
    values({ a: '1', b: '1', d: '4' });
    await shows('1.conf 2.conf 4.conf');
    expect(readFileSync(path, 'utf8')).toBe('a: 1');
    values({ a: '1', d: '4' });
    await shows('1.conf 4.conf');
    expect(log.lines.filter((line) => line.startsWith('error'))).toEqual(told);
  });
});
