/** Commands of resources: a shell line, in a process group of its own, with a time limit. Loaded when the first command is to run. */
import { CommandError, type CommandResult, runCommand, shellCommand } from '../../src/lib/command.js';
import { formatDuration } from '../../src/lib/duration.js';
import type { CommandEnd, CommandOptions } from './command-run.js';

/** Enough to see what a program complained of. */
const outputBytesMax = 4096;

/** A reload may start a program that stays and has our pipe for its output; what the command itself said has come by then. */
const heldOutputMs = 250;

export async function runShell(commandLine: string, { timeoutMs, signal, env = {} }: CommandOptions): Promise<CommandEnd> {
  try {
    const end = await runCommand({
      args: shellCommand(commandLine),
      timeLimitMs: timeoutMs,
      outputBytesMax,
      keep: 'tail',
      heldOutputMs,
      env,
      signal,
    });
    return { exitCode: end.timedOut ? null : end.exitCode, text: endText(end, timeoutMs), output: end.output };
  } catch (error) {
    if (error instanceof CommandError) return { exitCode: null, text: error.message, output: '' };
    if (signal.aborted) return { exitCode: null, text: 'ended with mesh-template', output: '' };
    throw error;
  }
}

function endText({ timedOut, exitCode, signal }: CommandResult, timeoutMs: number): string {
  if (timedOut) return `time limit of ${formatDuration(timeoutMs)} exceeded`;
  return signal === null ? `exit status ${exitCode}` : `signal: ${signal}`;
}
