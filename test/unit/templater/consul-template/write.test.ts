import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TemplateSettings } from '../../../../templater/consul-template/template-settings.js';
import { type Version, type WriteOptions, writeDestinations } from '../../../../templater/consul-template/write.js';
import { Leftovers } from '../../../../templater/runtime/staged-name.js';
import { templateSettings } from './template-settings.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-write-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
const at = (name: string) => join(directory, name);
const version = (name: string, text: string, given: Partial<TemplateSettings> = {}) => ({
  content: Buffer.from(text),
  template: templateSettings({ destination: at(name), ...given }),
});
const writeAll = (versions: readonly Version[], onStaging: WriteOptions['onStaging'] = async () => {}) => {
  let random = 0;
  return writeDestinations(versions, {
    random: () => ++random / 100_000,
    pid: 1,
    leftovers: new Leftovers({ pid: 1, isRunning: () => false }),
    own,
    owners: { userId: () => undefined, groupId: (name) => (name === 'staff' ? own.gid : undefined) },
    onStaging,
  });
};
const write = async (...given: Parameters<typeof version>): Promise<boolean | undefined> => {
  const { changes, failure } = await writeAll([version(...given)]);
  if (failure !== undefined) throw failure;
  return changes[0];
};
const modeOf = (name: string) => (statSync(at(name)).mode & 0o7777).toString(8);

test('a new file is 0644, in directories made for it', async () => {
  expect(await write('x/y/a', 'one')).toBe(true);
  expect(readFileSync(at('x/y/a'), 'utf8')).toBe('one');
  expect([modeOf('x/y/a'), modeOf('x')]).toEqual(['644', '755']);
});

test('the same contents are no change, whatever the mode', async () => {
  writeFileSync(at('a'), 'one');
  chmodSync(at('a'), 0o600);
  const { ino } = statSync(at('a'));
  expect(await write('a', 'one', { mode: 0o640 })).toBe(false);
  expect([statSync(at('a')).ino, modeOf('a')]).toEqual([ino, '600']);
});

test('the mode of the file is kept unless one is given', async () => {
  writeFileSync(at('a'), 'one');
  chmodSync(at('a'), 0o604);
  await write('a', 'two');
  expect(modeOf('a')).toBe('604');
  await write('a', 'three', { mode: 0o400, group: 'staff' });
  expect(modeOf('a')).toBe('400');
});

test('the version before is kept beside it when wanted', async () => {
  await write('a', 'one', { keepsBackup: true });
  expect(existsSync(at('a.bak'))).toBe(false);
  await write('a', 'two', { keepsBackup: true });
  expect([readFileSync(at('a'), 'utf8'), readFileSync(at('a.bak'), 'utf8')]).toEqual(['two', 'one']);
});

test('a symbolic link is replaced, what it points to is left alone', async () => {
  writeFileSync(at('real'), 'one');
  symlinkSync(at('real'), at('a'));
  await write('a', 'two');
  expect([lstatSync(at('a')).isSymbolicLink(), readFileSync(at('real'), 'utf8')]).toEqual([false, 'one']);
});

test.each([
  { name: 'a destination', file: '', given: { destination: '' }, says: 'missing destination' },
  { name: 'the directory', file: 'x/a', given: { makesDirectories: false }, says: 'no such file or directory' },
  { name: 'the owner', file: 'a', given: { user: 'nobody-here' }, says: 'there is no user "nobody-here"' },
])('without $name nothing is left behind', async ({ file, given, says }) => {
  await expect(write(file, 'x', given)).rejects.toThrow(says);
  expect(readdirSync(directory)).toEqual([]);
});

test('of many versions each file gets its own, and what is there already is no change', async () => {
  writeFileSync(at('5'), 'text 5');
  const names = Array.from({ length: 300 }, (_, number) => `${number}`);
  const { changes, failure } = await writeAll(names.map((name) => version(name, `text ${name}`, { keepsBackup: true })));
  expect([changes.length, changes.indexOf(false), failure]).toEqual([300, 5, undefined]);
  expect(names.filter((name) => readFileSync(at(name), 'utf8') !== `text ${name}`)).toEqual([]);
  expect(readdirSync(directory)).toHaveLength(300);
});

test.each([
  { name: 'a file', second: { name: 'a' } },
  { name: 'the backup of a file', second: { name: 'a.bak' } },
])('versions of $name are written one after the other', async ({ second }) => {
  await write('a', 'zero');
  const given = [version('a', 'one', { keepsBackup: true }), version(second.name, 'two'), version(second.name, 'two')];
  expect((await writeAll(given)).changes).toEqual([true, true, false]);
  expect(readFileSync(at(second.name), 'utf8')).toBe('two');
});

test('what comes before a version that cannot be written is in place, what comes after it is as it was', async () => {
  writeFileSync(at('d'), 'as it was');
  for (const given of [version('missing/b', 'x', { makesDirectories: false }), version('c', 'x', { user: 'nobody-here' })]) {
    const { changes, failure } = await writeAll([version('a', 'one'), given, version('d', 'new', { keepsBackup: true })]);
    expect([changes.length, failure?.message]).toEqual([1, expect.stringMatching('no such file|there is no user')]);
    expect([readFileSync(at('a'), 'utf8'), readFileSync(at('d'), 'utf8'), readdirSync(directory)]).toEqual([
      'one',
      'as it was',
      ['a', 'd'],
    ]);
  }
});

test('a file that cannot take its place leaves nothing behind', async () => {
  mkdirSync(at('b/full'), { recursive: true });
  const { changes, failure } = await writeAll([version('a', 'one'), version('b', 'x'), version('c', 'x')]);
  expect([changes, failure?.message]).toEqual([[true], `${at('b')} is a directory`]);
  expect(readdirSync(directory)).toEqual(['a', 'b']);
});

test('what is to change is told while it is staged, and nothing gets in place before that is done with', async () => {
  await write('same', 'a');
  const told: unknown[] = [];
  const end = await writeAll([version('same', 'a'), version('other', 'b'), version('new', 'c')], async (versions) => {
    told.push(versions.map(({ template }) => template.destination));
    await new Promise((resolve) => setTimeout(resolve, 20));
    told.push(existsSync(at('other')), readdirSync(directory).filter((name) => name.startsWith('.')).length);
  });
  expect([end.changes, told]).toEqual([
    [false, true, true],
    [[at('other'), at('new')], false, 2],
  ]);
  await writeAll([version('same', 'a')], async () => void told.push('again'));
  expect(told).toHaveLength(3);
});
