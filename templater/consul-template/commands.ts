/** Commands of templates. A single word and a list need no shell; everything else is a line for /bin/sh, as in consul-template since 0.28. */
import { CommandError, type CommandResult, runCommand, shellCommand } from '../../src/lib/command.js';
import { formatDuration } from '../../src/lib/duration.js';
import type { CommandText } from './exec-settings.js';

export interface CommandRun {
  readonly command: CommandText;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
  /** `env` is all there is; otherwise it is set besides our own environment. */
  readonly isWholeEnv: boolean;
  readonly signal: AbortSignal;
}

export function commandWords(command: CommandText): readonly string[] {
  if (typeof command !== 'string') return command;
  return /^[\w./@%+-]+$/.test(command.trim()) ? [command.trim()] : shellCommand(command);
}

/** @returns '' when it went well, else what is wrong */
export async function runTemplateCommand({ command, timeoutMs, env, isWholeEnv, signal }: CommandRun): Promise<string> {
  try {
    const end = await runCommand({
      args: commandWords(command),
      timeLimitMs: timeoutMs,
      outputBytesMax: 0,
      keep: 'tail',
      inheritOutput: true,
      env,
      isWholeEnv,
      signal,
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
