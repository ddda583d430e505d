/** What commands that ask an agent have in common: flags, help, a client, and failures as one line on standard error. */
import { type Client, openClient } from '../src/client/client.js';
import { ClientOptionError } from '../src/client/errors.js';
import { FlagError, type FlagTable, HelpRequested, type ParsedArguments, parseArguments } from '../src/lib/argv.js';
import { answerStatus } from './answer-status.js';
import { connectionFlags, connectionOptions } from './connection-flags.js';
import type { ProcessParts } from './process.js';
import { failureText, isClientFailure } from './source/client-failure.js';

const answerMsMax = 30_000;

export interface AgentCommand<T extends FlagTable> {
  /** "mesh-template rollout status [options] LOCK" */
  readonly usage: string;
  readonly about: string;
  readonly flags: T;
  /** @returns the exit status. @throws FlagError, CommandRefusal, what the client throws */
  run(parsed: ParsedArguments<T & typeof connectionFlags>, context: CommandContext): Promise<number>;
}

export interface CommandContext {
  readonly client: Client;
  readonly parts: ProcessParts;
  readonly signal: AbortSignal;
}

/** What was asked for cannot be done; the message says why. */
export class CommandRefusal extends Error {
  override readonly name = 'CommandRefusal';
}

export async function runAgentCommand<T extends FlagTable>(
  command: AgentCommand<T>,
  argv: readonly string[],
  parts: ProcessParts,
): Promise<number> {
  const flags = { ...command.flags, ...connectionFlags };
  const limit = AbortSignal.timeout(answerMsMax);
  try {
    const parsed = parseArguments(flags, argv);
    const client = await openClient(connectionOptions(parsed.flags, parts.environment));
    try {
      return await command.run(parsed, { client, parts, signal: limit });
    } finally {
      client.close();
    }
  } catch (error) {
    if (error instanceof HelpRequested) {
      const { commandHelp } = await import('../src/lib/argv-help.js');
      parts.print(commandHelp({ usage: command.usage, about: command.about, flags }));
      return answerStatus.well;
    }
    if (error instanceof FlagError) {
      parts.printError(`${error.message}\nUsage: ${command.usage}\n`);
      return answerStatus.badFlags;
    }
    if (error === limit.reason && limit.aborted) {
      parts.printError(`the agent did not answer within ${answerMsMax / 1000} s\n`);
      return answerStatus.unknown;
    }
    const text = refusalText(error);
    if (text === undefined) throw error;
    parts.printError(`${text}\n`);
    return answerStatus.unknown;
  }
}

function refusalText(error: unknown): string | undefined {
  if (isClientFailure(error)) return failureText(error);
  return error instanceof CommandRefusal || error instanceof ClientOptionError ? error.message : undefined;
}
