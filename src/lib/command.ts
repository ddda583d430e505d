/**
 * The door to child processes: checks, watch handlers, check_cmd and reload_cmd all run through `runCommand`. (Programs that are to stay
 * go through ./program.ts, those that only read what we write through ./fed-program.ts.)
 *
 * Every command is the leader of a process group of its own, so that the time limit and `signal` end it with everything it started
 * (killing a shell alone leaves its children running, holding our pipe). Both outputs go through one pipe, so they are kept in the order
 * written; since Node can give a child two pipes but not one pipe twice, /bin/sh puts them together and then becomes the program (`exec`).
 * A command has ended when its process has gone and nobody holds its output any more, unless `heldOutputMs` says that it may leave
 * programs behind.
 *
 * Plain node:child_process: execa starts 290 processes a second where this starts 500, and its time limit spares grandchildren.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { longestTimerMs } from './clock.js';
import { KeptBytes } from './kept-bytes.js';
import { isSystemError } from './system-error.js';

export interface Command {
  /** The program and its arguments, as they are; `shellCommand` makes such a list of a shell line. */
  readonly args: readonly string[];
  /** What the command reads; nothing by default. */
  readonly stdin?: string | Uint8Array;
  /** Set besides the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** `env` is all of its environment. */
  readonly isWholeEnv?: boolean;
  readonly cwd?: string;
  /** Numeric user and group; only root may change them. */
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds until the whole group gets SIGKILL; 0 means no limit. */
  readonly timeLimitMs: number;
  /** Bytes of output that are kept; the rest is read and counted. */
  readonly outputBytesMax: number;
  /** Which end is kept when there is more. */
  readonly keep: 'head' | 'tail';
  /** So long after its end others may hold its output; then they are left running, and what they say is read and forgotten. */
  readonly heldOutputMs?: number;
  /** Output goes where this program's own goes, standard error apart, and nothing is kept. */
  readonly inheritOutput?: boolean;
  /** Standard error is no part of the output; the last so many bytes of it are kept apart. */
  readonly errorBytesMax?: number;
  /** Ends the group; the promise then rejects with its reason. */
  readonly signal: AbortSignal;
  /** What `signal` does: asks the group to end, and makes it when it does not. Without it the group ends at once. */
  readonly gentleEnd?: GentleEnd;
}

export interface GentleEnd {
  readonly signal: NodeJS.Signals;
  /** SIGKILL follows after so many milliseconds. */
  readonly withinMs: number;
}

export interface CommandResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** Standard output and standard error, at most `outputBytesMax` bytes; what is no UTF-8 becomes U+FFFD. */
  readonly output: string;
  /** How much there was. */
  readonly outputBytes: number;
  /** What was kept apart as `errorBytesMax` says. */
  readonly errors: string;
}

/** The program could not be started. The text is Go's: `fork/exec /no/such: no such file or directory`. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** For settings that are documented to be a shell line. */
export function shellCommand(line: string): readonly string[] {
  return ['/bin/sh', '-c', line];
}

/**
 * Runs a command to its end.
 *
 * @throws CommandError when it cannot be started; `command.signal.reason` when aborted
 */
export async function runCommand(command: Command): Promise<CommandResult> {
  command.signal.throwIfAborted();
  const child = start(command);
  const output = new KeptBytes(command.outputBytesMax, command.keep);
  const errors = new KeptBytes(command.errorBytesMax ?? 0, 'tail');
  child.stdout?.on('data', (chunk: Buffer) => output.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => errors.add(chunk));
  // A program that does not read its input is no fault (EPIPE).
  child.stdin?.on('error', () => {}).end(command.stdin ?? '');
  let timedOut = false;
  const kill = () => killGroup(child);
  let grace: NodeJS.Timeout | undefined;
  const { gentleEnd } = command;
  const end = () => {
    if (gentleEnd === undefined) return kill();
    signalGroup(child, gentleEnd.signal);
    grace = setTimeout(kill, Math.min(gentleEnd.withinMs, longestTimerMs));
  };
  const onTimeLimit = () => {
    timedOut = true;
    kill();
  };
  const timer = command.timeLimitMs > 0 ? setTimeout(onTimeLimit, Math.min(command.timeLimitMs, longestTimerMs)) : undefined;
  command.signal.addEventListener('abort', end, { once: true });
  try {
    child.once('exit', () => command.heldOutputMs !== undefined && clearTimeout(timer));
    const { exitCode, signal } = await ended(child, command.heldOutputMs);
    command.signal.throwIfAborted();
    return { exitCode, signal, timedOut, output: output.text(), outputBytes: output.bytes, errors: errors.text() };
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    command.signal.removeEventListener('abort', end);
  }
}

/** A process that left the group may still hold the pipe after a kill; this long it is waited for. */
const afterKillMs = 1000;

function start({ args: [program = '', ...args], cwd, env, isWholeEnv, uid, gid, ...command }: Command): ChildProcess {
  const path = findProgram(program, cwd);
  const options = {
    detached: true,
    ...(env && { env: isWholeEnv ? env : { ...process.env, ...env } }),
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
  if (command.inheritOutput) return spawn(path, args, { ...options, stdio: ['pipe', 'inherit', 'inherit'] });
  if (command.errorBytesMax !== undefined) return spawn(path, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  return spawn('/bin/sh', ['-c', 'exec "$0" "$@" 2>&1', path, ...args], { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
}

/**
 * Found before the start, because the shell in between would turn "not found" into an exit status of 127.
 * @throws CommandError
 */
export function findProgram(program: string, cwd: string | undefined): string {
  if (program.includes('/')) {
    const fault = whyNotExecutable(cwd === undefined ? program : join(program.startsWith('/') ? '/' : cwd, program));
    if (fault !== '') throw new CommandError(`fork/exec ${program}: ${fault}`);
    return program;
  }
  const folders = (process.env.PATH ?? '').split(':');
  const found = folders.map((folder) => join(folder || '.', program)).find((path) => program !== '' && whyNotExecutable(path) === '');
  if (found === undefined) throw new CommandError(`exec: ${JSON.stringify(program)}: executable file not found in $PATH`);
  return found;
}

function whyNotExecutable(path: string): string {
  try {
    if (!statSync(path).isFile()) return 'permission denied';
    accessSync(path, constants.X_OK);
    return '';
  } catch (error) {
    return isSystemError(error, 'EACCES') ? 'permission denied' : 'no such file or directory';
  }
}

function ended(child: ChildProcess, heldOutputMs: number | undefined): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    let held: NodeJS.Timeout | undefined;
    child.once('error', (error) => reject(new CommandError(error.message, { cause: error })));
    child.once('exit', (exitCode, signal) => {
      if (heldOutputMs === undefined) return;
      held = setTimeout(() => {
        // Still read, so that nobody is stopped by a pipe that is full or closed, but not what this process lives for.
        for (const pipe of [child.stdout, child.stderr]) if (pipe instanceof Socket) pipe.unref();
        resolve({ exitCode, signal });
      }, heldOutputMs);
    });
    child.once('close', (exitCode, signal) => {
      clearTimeout(held);
      resolve({ exitCode, signal });
    });
  });
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has just gone by itself.
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}

function killGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGKILL');
  const letGo = () => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  setTimeout(letGo, afterKillMs).unref();
}
