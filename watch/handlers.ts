/** Running the handler that a definition names: a program, a shell line, or an HTTP request. */
import { type Command, CommandError, type CommandResult, runCommand, shellCommand } from '../src/lib/command.js';
import { unreachable } from '../src/lib/unreachable.js';
import { encodeChange } from './encode.js';
import { HandlerError } from './handler-error.js';
import { sendChange } from './http-handler.js';
import type { WatchHandler } from './plan.js';
import type { ChangeHandler, WatchChange } from './watch.js';

/** How much of a handler's output is kept for the log. */
const outputBytesMax = 4096;

export interface HandlerOptions {
  /** Told of what a handler prints, when it ends; without it the handler prints where this program prints. */
  readonly onOutput?: (output: string) => void;
}

/** @returns a handler that throws HandlerError */
export function handlerOf(handler: WatchHandler, options: HandlerOptions = {}): ChangeHandler {
  switch (handler.kind) {
    case 'command':
      return (change, signal) => runHandler(handler.args, change, { signal, ...options });
    case 'shell':
      return (change, signal) => runHandler(shellCommand(handler.line), change, { signal, ...options });
    case 'http':
      return (change, signal) => sendChange(handler, change, signal);
    default:
      return unreachable(handler);
  }
}

/** A program gets the data as one line of JSON on standard input and its index in the environment. It may take as long as it likes. */
async function runHandler(
  args: readonly string[],
  change: WatchChange,
  { signal, onOutput }: HandlerOptions & { signal: AbortSignal },
): Promise<void> {
  const result = await started({
    args,
    stdin: `${encodeChange(change.data)}\n`,
    env: { CONSUL_INDEX: change.index, MESH_INDEX: change.index },
    timeLimitMs: 0,
    outputBytesMax,
    keep: 'head',
    inheritOutput: onOutput === undefined,
    signal,
  });
  if (result.outputBytes > 0) onOutput?.(result.output);
  if (result.exitCode === null) throw new HandlerError(`Error executing handler: signal: ${result.signal ?? 'unknown'}`);
  if (result.exitCode !== 0) throw new HandlerError(`Error executing handler: exit status ${result.exitCode}`);
}

async function started(command: Command): Promise<CommandResult> {
  try {
    return await runCommand(command);
  } catch (error) {
    if (error instanceof CommandError) throw new HandlerError(`Error starting handler: ${error.message}`, { cause: error });
    throw error;
  }
}
