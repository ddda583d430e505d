import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutsideError, withConfinedFile, withConfinedPath } from '../../../src/lib/confined-file.js';

let directory: string;
let root: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-confined-'));
  root = join(directory, 'root');
  mkdirSync(join(root, 'a/b'), { recursive: true });
  mkdirSync(join(directory, 'outside'));
  writeFileSync(join(directory, 'outside/secret'), 'secret');
  writeFileSync(join(root, 'a/b/file'), 'inside');
});
afterEach(() => rmSync(directory, { recursive: true }));

function read(path: string): string {
  return withConfinedFile(root, path, (file) => readFileSync(file, 'utf8'));
}

describe('a file is found', () => {
  test.each(['a/b/file', './a//b/./file', 'a/b/../b/file', 'x/../a/b/file'])('by %s', (path) => {
    expect(read(path)).toBe('inside');
    expect(read(join(root, path))).toBe('inside');
  });

  test('through links that stay inside, absolute and relative, of files and directories', () => {
    symlinkSync('b/file', join(root, 'a/relative'));
    symlinkSync(join(root, 'a/b'), join(root, 'absolute'));
    symlinkSync('../a/../a/relative', join(root, 'a/chain'));
    for (const path of ['a/relative', 'absolute/file', 'a/chain']) expect(read(path)).toBe('inside');
  });

  test('when the root itself is reached by a link', () => {
    symlinkSync(root, join(directory, 'link'));
    const text = withConfinedFile(join(directory, 'link'), join(directory, 'link/a/b/file'), (file) => readFileSync(file, 'utf8'));
    expect(text).toBe('inside');
  });
});

describe('nothing leads out', () => {
  test.each(['../outside/secret', 'a/../../outside/secret', '/etc/passwd', ''])('by %j', (path) => {
    expect(() => read(path)).toThrow(OutsideError);
  });

  test('by links of files and directories, absolute and relative, nor by one link after another', () => {
    symlinkSync('../outside/secret', join(root, 'relative'));
    symlinkSync(join(directory, 'outside'), join(root, 'absolute'));
    symlinkSync('/etc', join(root, 'a/etc'));
    symlinkSync('a/etc', join(root, 'chain'));
    symlinkSync('../../../..', join(root, 'a/b/up'));
    for (const path of ['relative', 'absolute/secret', 'a/etc/passwd', 'chain/passwd', 'a/b/up/etc/passwd'])
      expect(() => read(path)).toThrow(OutsideError);
  });

  test('links that go round are an error', () => {
    symlinkSync('loop', join(root, 'loop'));
    expect(() => read('loop')).toThrow(OutsideError);
  });

  test('directories, pipes and devices are no files', () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    for (const path of ['a', 'pipe']) expect(() => read(path)).toThrow(OutsideError);
  });

  test('where directories are made', () => {
    symlinkSync(join(directory, 'outside'), join(root, 'out'));
    const create = (path: string) =>
      withConfinedPath(root, path, (at) => writeFileSync(at, 'x', { flag: 'wx' }), { makesDirectories: true });
    create('new/deep/file');
    expect(read('new/deep/file')).toBe('x');
    expect(() => create('out/new/file')).toThrow(OutsideError);
  });

  test('a directory that becomes a link and back, again and again, shows what is inside or fails, but nothing outside', async () => {
    mkdirSync(join(root, 'swap'));
    writeFileSync(join(root, 'swap/secret'), 'inside');
    const swapping = `const fs = require('fs'); process.chdir(${JSON.stringify(root)}); fs.symlinkSync('../outside', 'link');
      process.stdout.write('ready');
      for (;;) { fs.renameSync('swap', 'aside'); fs.renameSync('link', 'swap'); fs.renameSync('swap', 'link'); fs.renameSync('aside', 'swap'); }`;
    const child = spawn(process.execPath, ['-e', swapping], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => child.stdout.once('data', resolve));
      const seen = { inside: 0, failed: 0 };
      const isEnough = () => seen.inside > 0 && seen.failed > 0;
      // On a busy machine the other process may not have come to its turn by then.
      for (const begun = Date.now(); Date.now() < begun + (isEnough() ? 1_500 : 60_000); ) {
        try {
          expect(read('swap/secret')).toBe('inside');
          seen.inside++;
        } catch (error) {
          if (!(error instanceof OutsideError) && !(error instanceof Error && 'syscall' in error)) throw error;
          seen.failed++;
        }
      }
      expect(seen.inside).toBeGreaterThan(0);
      expect(seen.failed).toBeGreaterThan(0);
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  });
});
