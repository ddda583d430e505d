/**
 * What a command is. Each lives in a file of its own under `commands/`, exports `command`, and is read only when it is used
 * (the table: commands.ts). It gets its words and an `Io`, prints through it and answers with the exit status.
 * Expected failures are thrown as `CommandFailure`; anything else that is thrown is printed by its message, exit status 1.
 */
import { type FlagTable, type ParsedArguments, parseArguments } from '../lib/argv.js';

/** The world of a command. Output is written before the call returns. */
export interface Io {
  out(text: string | Uint8Array): void;
  /** Standard error. */
  err(text: string): void;
  /** Everything on standard input, up to `bytesMax`; more is refused. */
  readStdin(bytesMax: number): Promise<Buffer>;
  /** Somebody reads standard error on a screen. */
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Command {
  /** "mesh kv get [options] KEY": the first line of the help. */
  readonly usage: string;
  /** What it does, in a sentence or a paragraph. */
  readonly about: string;
  readonly flags: FlagTable;
  /** Exit status. @throws FlagError, HelpRequested, CommandFailure */
  run(argv: readonly string[], io: Io): Promise<number>;
}

/** What the modules in `commands/` export. */
export interface CommandModule {
  readonly command: Command;
}

/** An expected end of a command: `text` goes to standard error with a line feed, the process ends with `exitStatus`. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitStatus: number;

  constructor(text: string, options: ErrorOptions & { readonly exitStatus?: number } = {}) {
    super(text, options);
    this.exitStatus = options.exitStatus ?? 1;
  }
}

interface Description<T extends FlagTable> {
  readonly usage: string;
  readonly about: string;
  readonly flags: T;
  /** Exit status; nothing means 0. */
  run(parsed: ParsedArguments<T>, io: Io): Promise<number | undefined>;
}

/** A command whose words have been read by its table of flags. */
export function defineCommand<const T extends FlagTable>({ usage, about, flags, run }: Description<T>): Command {
  return { usage, about, flags, run: async (argv, io) => (await run(parseArguments(flags, argv), io)) ?? 0 };
}
