import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Command, CommandError, runCommand, shellCommand } from '../../../src/lib/command.js';
import { isRunning } from '../../support/process-figures.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mesh-command-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], more: Partial<Command> = {}) =>
  runCommand({ args, timeLimitMs: 10_000, outputBytesMax: 4096, keep: 'tail', signal: new AbortController().signal, ...more });
const sh = (line: string, more: Partial<Command> = {}) => run(shellCommand(line), more);

describe('a command', () => {
  test('keeps both outputs in the order written', async () => {
    expect(await sh('echo a; echo b >&2; echo c')).toMatchObject({ exitCode: 0, output: 'a\nb\nc\n', outputBytes: 6, timedOut: false });
  });

  test('keeps the end of standard error apart when told so', async () => {
    const result = await sh('echo out; echo 0123456789 >&2', { errorBytesMax: 4 });
    expect(result).toMatchObject({ exitCode: 0, output: 'out\n', errors: '789\n' });
  });

  test('gets its arguments as they are', async () => {
    expect(await run(['echo', '$HOME', 'a  b', '*', ';'])).toMatchObject({ output: '$HOME a  b * ;\n' });
  });

  test('tells its exit code or signal', async () => {
    expect(await sh('exit 77')).toMatchObject({ exitCode: 77, signal: null });
    expect(await sh('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  test('reads what it is given and nothing else', async () => {
    expect(await run(['cat'], { stdin: 'hello' })).toMatchObject({ output: 'hello' });
    expect(await run(['cat'])).toMatchObject({ output: '' });
    expect(await run(['true'], { stdin: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 0 });
  });

  test('runs with more environment and elsewhere when told so', async () => {
    expect(await sh('echo $ONE; pwd; test -n "$PATH"', { env: { ONE: '1' }, cwd: folder })).toMatchObject({
      exitCode: 0,
      output: `1\n${folder}\n`,
    });
  });

  test.each([
    { keep: 'tail', output: '89\n', bytes: 11 },
    { keep: 'head', output: '012', bytes: 11 },
  ] as const)('keeps the $keep of a long output and counts the rest', async ({ keep, output, bytes }) => {
    expect(await sh('echo 0123456789', { keep, outputBytesMax: 3 })).toMatchObject({ output: output.slice(0, 3), outputBytes: bytes });
  });

  test('that writes without end in small pieces keeps only its tail', async () => {
    const result = await sh('i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done', { outputBytesMax: 10 });
    expect(result).toMatchObject({ output: '1998\n1999\n', outputBytes: 8890 });
  });

  test('is ended with everything it started when its time is up', async () => {
    const started = performance.now();
    const result = await sh(`sleep 60 & echo $! > ${folder}/pid; echo before; sleep 60`, { timeLimitMs: 1_000 });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, signal: 'SIGKILL', output: 'before\n' });
    expect(performance.now() - started).toBeLessThan(30_000);
    await expect.poll(() => isRunning(Number(readFileSync(`${folder}/pid`, 'utf8')))).toBe(false);
  });

  test('whose child holds the output counts as running', async () => {
    expect(await sh('sleep 20 & echo done', { timeLimitMs: 1_000 })).toMatchObject({ timedOut: true, output: 'done\n' });
  });

  test('may leave a program behind that holds its output and goes on', async () => {
    const staying = `(while test ! -e ${folder}/go; do sleep 0.02; done; echo late; touch ${folder}/stays)`;
    const left = await sh(`${staying} & echo done; exit 3`, { timeLimitMs: 1_000, heldOutputMs: 200 });
    expect(left).toMatchObject({ timedOut: false, exitCode: 3, output: 'done\n' });
    // The time limit was the command's.
    await run(['sleep', '1.1']);
    writeFileSync(`${folder}/go`, '');
    await expect.poll(() => existsSync(`${folder}/stays`)).toBe(true);
  });

  test('is ended by the signal and rejects with its reason', async () => {
    const aborter = new AbortController();
    const running = sh('sleep 20', { signal: aborter.signal });
    aborter.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    await expect(sh('true', { signal: aborter.signal })).rejects.toThrow('enough');
  });

  test('is asked to end by the signal, and made to when it does not', async () => {
    const end = async (line: string, withinMs: number) => {
      const aborter = new AbortController();
      const running = sh(`${line}; echo > ${folder}/ready; while :; do sleep 0.02; done`, {
        signal: aborter.signal,
        gentleEnd: { signal: 'SIGTERM', withinMs },
      });
      await expect.poll(() => existsSync(`${folder}/ready`)).toBe(true);
      rmSync(`${folder}/ready`);
      aborter.abort(new Error('enough'));
      await expect(running).rejects.toThrow('enough');
    };
    await end(`trap 'echo > ${folder}/asked; exit 0' TERM`, 10_000);
    expect(existsSync(`${folder}/asked`)).toBe(true);
    await end("trap '' TERM", 50);
  });

  test("that cannot be started is told in Go's words", async () => {
    const plain = join(folder, 'plain');
    writeFileSync(plain, 'x', { mode: 0o644 });
    await expect(run(['/no/such/program'])).rejects.toThrow(new CommandError('fork/exec /no/such/program: no such file or directory'));
    await expect(run([plain])).rejects.toThrow(new CommandError(`fork/exec ${plain}: permission denied`));
    await expect(run([folder])).rejects.toThrow(new CommandError(`fork/exec ${folder}: permission denied`));
    await expect(run(['no-such-program'])).rejects.toThrow(new CommandError('exec: "no-such-program": executable file not found in $PATH'));
    await expect(run([])).rejects.toThrow(CommandError);
    await expect(run(['true'], { cwd: '/no/such/folder' })).rejects.toThrow(CommandError);
  });
});
