/** Running the commands of a resource, and how their end is told. */

export interface CommandOptions {
  /** Set besides our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Ends the command's whole process group at once. */
  readonly signal: AbortSignal;
}

export interface CommandEnd {
  /** null when it did not end by itself, or could not be started. */
  readonly exitCode: number | null;
  /** "exit status 2", "signal: SIGKILL", "time limit of 30s exceeded". */
  readonly text: string;
  /** The last part of both outputs, in the order they came. */
  readonly output: string;
}

/** Runs a command line by `/bin/sh -c`, as confd does. Never rejects: a command that cannot be started has ended badly. */
export type RunShell = (commandLine: string, options: CommandOptions) => Promise<CommandEnd>;
