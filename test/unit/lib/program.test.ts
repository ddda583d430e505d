import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CommandError } from '../../../src/lib/command.js';
import { startProgram } from '../../../src/lib/program.js';
import { eventually } from '../../support/agent.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mesh-program-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const shell = (line: string) => ({
  args: ['/bin/sh', '-c', line],
  env: { DIR: directory, PATH: process.env.PATH ?? '' },
  signalsGroup: false,
});
const lines = () => readFileSync(join(directory, 'log'), 'utf8');

describe('a program that stays', () => {
  test('tells how it ended', async () => {
    const program = await startProgram(shell('exit 7'));
    expect(await program.ended).toEqual({ exitCode: 7, signal: null });
    program.send('SIGTERM'); // nothing to send it to any more
  });

  test('has the environment it was given, and no more', async () => {
    const program = await startProgram(shell('echo "$DIR $HOME" > "$DIR/log"'));
    await program.ended;
    expect(lines()).toBe(`${directory} \n`);
  });

  test('gets signals', async () => {
    const program = await startProgram(
      shell('trap "echo usr1 >> $DIR/log; exit 3" USR1; echo ready > $DIR/log; while :; do sleep 0.05; done'),
    );
    await eventually(() => expect(lines()).toBe('ready\n'), { withinMs: 5000 });
    program.send('SIGUSR1');
    expect(await program.ended).toEqual({ exitCode: 3, signal: null });
    expect(lines()).toBe('ready\nusr1\n');
  });

  test('is killed with what it started', async () => {
    const program = await startProgram(shell('trap "" INT; sleep 60 & echo $! > $DIR/log; wait'));
    await eventually(() => expect(lines()).toMatch(/^\d+\n$/), { withinMs: 5000 });
    program.kill();
    expect(await program.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
    await eventually(() => expect(isRunning(Number(lines()))).toBe(false), { withinMs: 5000 });
  });

  test('that does not exist is an error', async () => {
    await expect(startProgram({ args: ['/no/such'], env: {}, signalsGroup: false })).rejects.toThrow(CommandError);
  });
});

/** A zombie that nobody waits for counts as gone. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
