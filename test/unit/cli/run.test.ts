import { describe, expect, test } from 'vitest';
import type { Io } from '../../../src/cli/command.js';
import { runCommandLine } from '../../../src/cli/run.js';

async function run(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    readStdin: async () => Buffer.alloc(0),
    isTerminal: false,
    env: {},
  };
  return { status: await runCommandLine(words, io), out, err };
}

describe('what is a command', () => {
  test.each([
    { words: [], status: 127, err: 'Usage: mesh [--version] [--help] <command> [<args>]' },
    { words: ['nosuch'], status: 127, err: 'Usage: mesh [' },
    { words: ['nosuch', '-h'], status: 127, err: 'Usage: mesh [' },
    { words: ['-nosuch'], status: 127, err: 'Usage: mesh [' },
    { words: ['kv'], status: 1, err: 'Usage: mesh kv <subcommand> [options] [args]' },
    { words: ['kv', 'nosuch'], status: 1, err: 'Usage: mesh kv <subcommand>' },
    { words: ['kv', 'get', '-bogus'], status: 1, err: 'flag provided but not defined: -bogus\nUsage: mesh kv get' },
    { words: ['kv', 'get'], status: 1, err: 'Error! Missing KEY argument\n' },
  ])('$words: $status', async ({ words, status, err }) => {
    const ended = await run(...words);
    expect(ended.status).toBe(status);
    expect(ended.err.startsWith(err)).toBe(true);
    expect(ended.out).toBe('');
  });
});

describe('help', () => {
  test.each([
    { words: ['-h'], out: 'Usage: mesh [' },
    { words: ['kv', '--help'], out: 'Usage: mesh kv <subcommand>' },
    { words: ['kv', 'put', '-h'], out: 'Usage: mesh kv put' },
    { words: ['kv', 'put', 'a', 'b', '-help'], out: 'Usage: mesh kv put' },
    { words: ['watch', '-h'], out: 'Usage: mesh watch' },
    { words: ['version'], out: 'Mesh v' },
    { words: ['--version'], out: 'Mesh v' },
  ])('$words', async ({ words, out }) => {
    const ended = await run(...words);
    expect(ended).toMatchObject({ status: 0, err: '' });
    expect(ended.out.startsWith(out)).toBe(true);
  });

  test('lists commands by their last word, and flags with what they do', async () => {
    expect((await run('kv', '-h')).out).toMatch(/^ {2}export {2,}Prints a tree of keys as JSON$/m);
    expect((await run('kv', 'get', '-h')).out).toMatch(/^ {2}-separator=<string> .*\(default: \/\)$/m);
  });

  test('is no business of the words of a watch handler', async () => {
    expect((await run('watch', 'grep', '-h')).err).toContain('Watch type must be specified\n\nUsage: mesh watch');
  });
});
