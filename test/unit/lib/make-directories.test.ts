import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectories } from '../../../src/lib/make-directories.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'make-directories-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('all that is missing is made, and the first of it told', () => {
  const deep = join(directory, 'a/b/c');
  expect(makeDirectories(deep, 0o700)).toBe(join(directory, 'a'));
  expect(statSync(deep).mode & 0o777).toBe(0o700);
  expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o700);
  expect(makeDirectories(deep, 0o755)).toBe(undefined);
  expect(makeDirectories(join(deep, '../d'), 0o755)).toBe(join(deep, '../d'));
});

test('a file in the way is an error', () => {
  writeFileSync(join(directory, 'file'), '');
  expect(() => makeDirectories(join(directory, 'file'), 0o755)).toThrow('EEXIST');
  expect(() => makeDirectories(join(directory, 'file/x/y'), 0o755)).toThrow('ENOTDIR');
});

test.skipIf(!existsSync('/proc/self'))('a file system in which nothing can be made is an error, and not the end of everything', () => {
  expect(() => makeDirectories('/proc/nothing/of/this', 0o755)).toThrow('ENOENT');
});
