import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClientOptionError } from '../../../../src/client/errors.js';
import { eventually } from '../../../support/agent.js';
import { SourceUnderTest } from './following.js';

const withinMs = 10_000;
let directory: string;
const opened: SourceUnderTest[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-file-source-'));
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
  rmSync(directory, { recursive: true });
});
const at = (name: string) => join(directory, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const open = async (paths: readonly string[], filter = '*') => {
  const one = await SourceUnderTest.open({ kind: 'file', paths, filter });
  opened.push(one);
  return one;
};

describe('files as a source of keys', () => {
  test.each([
    {
      name: 'a.yaml',
      text: 'app:\n  ports: [80, 0x51]\n  pi: 3.50\n  on: yes\n  none:\n  day: 2020-01-02\n  a/b: c\n  big: 12345678901234567890\n',
    },
    {
      name: 'a.json',
      text: '{"app": {"ports": [80, 81], "pi": 3.50, "true": true, "none": null, "day": "2020-01-02", "a/b": "c", "big": 12345678901234567890}}',
    },
    {
      name: 'a.toml',
      text: '[app]\nports = [80, 81]\npi = 3.50\ntrue = true\nday = 2020-01-02\n"a/b" = "c"\nbig = "12345678901234567890"\n',
    },
  ])('leaves of $name are keys', async ({ name, text }) => {
    write(name, text);
    expect(await (await open([at(name)])).below('')).toEqual({
      '/app/ports/0': '80',
      '/app/ports/1': '81',
      '/app/pi': '3.5',
      '/app/true': 'true',
      '/app/day': '2020-01-02',
      '/app/a/b': 'c',
      '/app/big': '12345678901234567890',
    });
  });

  test('directories are looked through, by the filter; a later file wins; a file that is named needs no filter', async () => {
    mkdirSync(at('d/sub'), { recursive: true });
    write('d/1.yaml', 'a: one\nb: one');
    write('d/sub/2.yaml', 'b: two');
    write('d/3.json', '{"c": "three"}');
    write('named.txt', 'd: four');
    const source = await open([at('d'), at('named.txt')], '*.yaml');
    expect(await source.below('')).toEqual({ '/a': 'one', '/b': 'two', '/d': 'four' });
    expect(await (await open([at('d')], '[1-2]*')).below('')).toEqual({ '/a': 'one', '/b': 'two' });
    expect(await source.value('b')).toBe('two');
    expect(await source.value('none')).toBe(null);
  });

  test('prefixes are plain text, as in confd', async () => {
    write('a.yaml', 'app: 1\napple: 2\nb: 3');
    expect(await (await open([at('a.yaml')])).below('app')).toEqual({ '/app': '1', '/apple': '2' });
  });

  test.each([
    { name: 'a file that is not there', file: 'none.yaml', text: undefined, error: 'no such file or directory' },
    { name: 'YAML that does not parse', file: 'a.yaml', text: 'a: [', error: /cannot read .*a\.yaml: .* \(line 1, column \d+\)/ },
    { name: 'JSON that does not parse', file: 'a.json', text: '{"a": }', error: /cannot read .*a\.json: .*\(line 1, column 7\)/ },
    { name: 'TOML that does not parse', file: 'a.toml', text: 'a = ', error: /cannot read .*a\.toml: .*line 1/ },
    { name: 'a list at the top', file: 'a.yaml', text: '- a', error: 'the top of the tree must be a map' },
  ])('$name is a failure, not an empty tree', async ({ file, text, error }) => {
    if (text !== undefined) write(file, text);
    await expect((await open([at(file)])).below('')).rejects.toThrow(error);
  });

  test('of a directory, the file that cannot be read is named', async () => {
    mkdirSync(at('d'));
    write('d/a.yaml', 'k: 1');
    symlinkSync('nowhere', at('d/b.yaml'));
    await expect((await open([at('d')])).below('')).rejects.toThrow(`cannot read ${at('d/b.yaml')}: no such file or directory`);
  });

  test('a filter that is no pattern is refused', async () => {
    await expect(open([directory], '[a')).rejects.toThrow(ClientOptionError);
  });

  test('changes are followed: writing, replacing, breaking and mending, going and coming', async () => {
    write('a.yaml', 'k: 1');
    const seen = (await open([at('a.yaml')])).follow('');
    const shows = (last: unknown) => eventually(() => expect(seen.at(-1)).toEqual(last), { withinMs });
    await shows({ '/k': '1' });
    write('a.yaml', 'k: 2');
    await shows({ '/k': '2' });
    write('new', 'k: 3');
    renameSync(at('new'), at('a.yaml'));
    await shows({ '/k': '3' });
    write('a.yaml', 'k: [');
    await shows(expect.stringContaining('a.yaml'));
    write('a.yaml', 'k: 4');
    await shows({ '/k': '4' });
    rmSync(at('a.yaml'));
    await shows(`cannot read ${at('a.yaml')}: no such file or directory`);
    write('a.yaml', 'k: 5');
    await shows({ '/k': '5' });
  });

  test('a directory is followed with all below it, and a volume of Kubernetes', async () => {
    mkdirSync(at('d/sub'), { recursive: true });
    const seen = (await open([at('d')])).follow('');
    const shows = (last: unknown) => eventually(() => expect(seen.at(-1)).toEqual(last), { withinMs });
    await shows({});
    write('d/sub/a.yaml', 'k: 1');
    await shows({ '/k': '1' });

    for (const version of ['v1', 'v2']) {
      mkdirSync(at(`m/..${version}`), { recursive: true });
      write(`m/..${version}/a.yaml`, `v: ${version}`);
    }
    symlinkSync('..v1', at('m/..data'));
    symlinkSync('..data/a.yaml', at('m/a.yaml'));
    const mounted = (await open([at('m/a.yaml')])).follow('');
    await eventually(() => expect(mounted.at(-1)).toEqual({ '/v': 'v1' }), { withinMs });
    symlinkSync('..v2', at('m/..data_tmp'));
    renameSync(at('m/..data_tmp'), at('m/..data'));
    await eventually(() => expect(mounted.at(-1)).toEqual({ '/v': 'v2' }), { withinMs });
  });

  test('what takes the place of a directory is followed: another directory, and what a link on the way leads to now', async () => {
    const versions = ['v1', 'v2', 'v3'];
    for (const version of versions) {
      mkdirSync(at(`${version}/sub`), { recursive: true });
      write(`${version}/sub/a.yaml`, `v: ${version}`);
    }
    const leadTo = (version: string) => {
      symlinkSync(version, at('next'));
      renameSync(at('next'), at('current'));
    };
    leadTo('v1');
    mkdirSync(at('own'));
    write('own/a.yaml', 'v: v1');
    const all = await Promise.all([[at('current')], [at('current/sub/a.yaml')], [at('own')]].map((paths) => open(paths)));
    const seen = all.map((one) => one.follow(''));
    const show = (value: string) =>
      eventually(() => expect(seen.map((one) => one.at(-1))).toEqual(Array.from(all, () => ({ '/v': value }))), { withinMs });
    await show('v1');
    for (const version of ['v2', 'v3']) {
      leadTo(version);
      renameSync(at('own'), at(`own-${version}`));
      mkdirSync(at('own'));
      write('own/a.yaml', `v: ${version}`);
      await show(version);
    }
    // What was put in place is watched, too.
    for (const name of ['v3/sub/a.yaml', 'own/a.yaml']) write(name, 'v: last');
    await show('last');
  });
});
