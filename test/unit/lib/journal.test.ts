import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../../../src/lib/journal.js';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-journal-'));
  path = join(folder, 'below', 'journal');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Keeps the newest value of each key. */
function open(): { journal: Journal; entries: Map<string, string>; put(key: string, value: string): Promise<void> } {
  const entries = new Map<string, string>();
  const journal = new Journal(path, () => Array.from(entries, ([key, value]) => `${key}=${value}`));
  for (const line of journal.read().lines) {
    const [key = '', value = ''] = line.split('=');
    entries.set(key, value);
  }
  const put = (key: string, value: string) => {
    entries.set(key, value);
    return journal.append(`${key}=${value}`);
  };
  return { journal, entries, put };
}

const found = () => Object.fromEntries(open().entries);

test('what was appended is there again, the last of each', async () => {
  const first = open();
  await first.put('a', '1');
  await Promise.all([first.put('b', '2'), first.put('a', 'ü\u2028'), first.put('c', '')]);
  await first.journal.settle();
  const second = open();
  expect(Object.fromEntries(second.entries)).toEqual({ a: 'ü\u2028', b: '2', c: '' });
  await second.put('d', '4');
  await second.journal.settle();
  expect(found()).toEqual({ a: 'ü\u2028', b: '2', c: '', d: '4' });
  expect(readdirSync(join(folder, 'below'))).toEqual(['journal']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a last line that is torn was promised to nobody, and what follows does not stick to it', async () => {
  const { put, journal } = open();
  await put('a', '1');
  await put('b', '2');
  await journal.settle();
  truncateSync(path, statSync(path).size - 2);
  expect(new Journal(path, () => []).read()).toEqual({ lines: ['a=1'], damaged: [] });
  const again = open();
  await again.put('c', '3');
  await again.journal.settle();
  expect(found()).toEqual({ a: '1', c: '3' });
});

test('damaged lines are told apart', async () => {
  const { put, journal } = open();
  for (const key of ['a', 'b', 'c']) await put(key, '1');
  await journal.settle();
  writeFileSync(path, readFileSync(path, 'utf8').replace('b=1', 'b=2'));
  appendFileSync(path, 'foreign\n');
  expect(new Journal(path, () => []).read()).toEqual({ lines: ['a=1', 'c=1'], damaged: ['b=2', ''] });
});

test('after a failure everything is written anew', async () => {
  const { put, journal } = open();
  mkdirSync(path, { recursive: true });
  await expect(Promise.all([put('a', '1'), put('b', '2')])).rejects.toThrow();
  rmdirSync(path);
  await put('c', '3');
  await journal.settle();
  expect(found()).toEqual({ a: '1', b: '2', c: '3' });
});

test('the file does not grow without end', async () => {
  const { put, journal } = open();
  const value = 'x'.repeat(100_000);
  for (let i = 0; i < 40; i++) await put(`key${i % 2}`, `${i}${value}`);
  await journal.settle();
  expect(statSync(path).size).toBeLessThan(1_600_000);
  expect(Object.keys(found())).toEqual(['key0', 'key1']);
});

test('changes at the same time are written together', async () => {
  const { put, journal } = open();
  await put('first', '');
  let written = 0;
  const settled = Array.from({ length: 1000 }, (_, i) => put(`key${i}`, '').then(() => written++));
  await settled[1];
  // The first of them went alone: it was under way when the others came.
  expect(written).toBe(1000);
  await journal.settle();
});
