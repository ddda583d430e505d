/**
 * A program that is to stay as long as this one: it shares our input and output, and is told things by signals. It leads a process group
 * of its own, so that a Ctrl-C at the terminal reaches us alone, and the program only what we pass on.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { CommandError, findProgram } from './command.js';
import { isSystemError } from './system-error.js';

export interface ProgramOptions {
  /** The program and its arguments, as they are. */
  readonly args: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Signals go to the whole group: for a shell, which passes none on. */
  readonly signalsGroup: boolean;
}

export interface ProgramEnd {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProgram {
  /** Nothing happens when it has ended. */
  send(signal: NodeJS.Signals): void;
  /** SIGKILL to it and to everything it started. */
  kill(): void;
  /** It may outlive this process, which does not wait for it. */
  leave(): void;
  readonly ended: Promise<ProgramEnd>;
}

/** @throws CommandError when it cannot be started */
export async function startProgram({ args: [program = '', ...args], env, signalsGroup }: ProgramOptions): Promise<RunningProgram> {
  const child = spawn(findProgram(program, undefined), args, { detached: true, stdio: 'inherit', env });
  const ended = new Promise<ProgramEnd>((resolve) => child.once('exit', (exitCode, signal) => resolve({ exitCode, signal })));
  await started(child);
  const pid = child.pid ?? 0;
  return {
    send: (signal) => sendSignal(child, { to: signalsGroup ? -pid : pid, signal }),
    kill: () => sendSignal(child, { to: -pid, signal: 'SIGKILL' }),
    leave: () => child.unref(),
    ended,
  };
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new CommandError(error.message, { cause: error })));
  });
}

/** Once it has ended, its number may be another program's. */
function sendSignal(child: ChildProcess, { to, signal }: { readonly to: number; readonly signal: NodeJS.Signals }): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(to, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}
