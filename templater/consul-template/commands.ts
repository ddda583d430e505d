/** Commands of templates. A single word and a list need no shell; everything else is a line for /bin/sh, as in consul-template since 0.28. */
import { CommandError, type CommandResult, type GentleEnd, runCommand, shellCommand } from '../../src/lib/command.js';
import { formatDuration } from '../../src/lib/duration.js';
import { startProgram } from '../../src/lib/program.js';
import type { CommandText } from './exec-settings.js';

export interface CommandRun {
  readonly command: CommandText;
  /** 0 leaves it running: nobody waits for it, or asks how it ends. */
  readonly timeoutMs: number;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** What `signal` does; undefined ends it at once. */
  readonly end: GentleEnd | undefined;
}

export function commandWords(command: CommandText): readonly string[] {
  if (typeof command !== 'string') return command;
  return /^[\w./@%+-]+$/.test(command.trim()) ? [command.trim()] : shellCommand(command);
}

/** @returns '' when it went well, else what is wrong */
export async function runTemplateCommand({ command, timeoutMs, env, signal, end: gentleEnd }: CommandRun): Promise<string> {
  const args = commandWords(command);
  try {
    if (timeoutMs === 0) {
      (await startProgram({ args, env, signalsGroup: false })).leave();
      return '';
    }
    const end = await runCommand({
      args,
      timeLimitMs: timeoutMs,
      outputBytesMax: 0,
      keep: 'tail',
      inheritOutput: true,
      env,
      isWholeEnv: true,
      signal,
      ...(gentleEnd && { gentleEnd }),
    });
    return faultOf(end, timeoutMs);
  } catch (error) {
    if (error instanceof CommandError) return `child: ${error.message}`;
    if (signal.aborted) return 'child: ended with mesh-template';
    throw error;
  }
}

function faultOf({ exitCode, signal, timedOut }: CommandResult, timeoutMs: number): string {
  if (timedOut) return `child: command did not exit within "${formatDuration(timeoutMs)}"`;
  if (exitCode === 0) return '';
  return `child: command ended with ${signal === null ? `exit status ${exitCode}` : `signal ${signal}`}`;
}
