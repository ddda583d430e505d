/**
 * All commands: the table of contents of the command line. A row without `load` groups the rows whose names begin with its own.
 * `load` reads the command's code when it is wanted and not before.
 */
import type { CommandModule } from './command.js';

export interface CommandRow {
  /** One or more words. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly about: string;
  readonly load?: () => Promise<CommandModule>;
  /** Words after the flags belong to a program that is started: `-h` among them is no question to us. */
  readonly startsProgram?: boolean;
}

export const commandTable: readonly CommandRow[] = [
  { name: 'agent', about: 'Runs an agent', load: () => import('./commands/agent.js') },
  { name: 'kv', about: 'Reads and writes keys' },
  { name: 'validate', about: 'Checks configuration files', load: () => import('./commands/validate.js') },
  { name: 'version', about: 'Prints the version', load: () => import('./commands/version.js') },
];
