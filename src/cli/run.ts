/**
 * From words to an exit status: the longest name of the table that the words begin with is the command. Nothing or nothing known is
 * 127 with the list of commands; a group without one of its commands, a refused flag, or a failure is 1; help on request is 0.
 */
import { FlagError, HelpRequested } from '../lib/argv.js';
import { isSystemError } from '../lib/system-error.js';
import { type Command, CommandFailure, type Io } from './command.js';
import { type CommandRow, commandTable } from './commands.js';

const helpWords = new Set(['-h', '-help', '--help']);
const versionWords = new Set(['-v', '-version', '--version']);
const noSuchCommand = 127;

export async function runCommandLine(words: readonly string[], io: Io): Promise<number> {
  const [first] = words;
  if (first !== undefined && versionWords.has(first)) return runCommandLine(['version'], io);
  const row = longestMatch(words);
  if (!row) {
    const wantsHelp = first !== undefined && helpWords.has(first);
    (wantsHelp ? io.out : io.err)(await listHelp('', 'mesh [--version] [--help] <command> [<args>]', ''));
    return wantsHelp ? 0 : noSuchCommand;
  }
  const argv = words.slice(row.name.split(' ').length);
  const wantsHelp = asksForHelp(argv, row);
  if (!row.load) {
    (wantsHelp ? io.out : io.err)(await listHelp(`${row.name} `, `mesh ${row.name} <subcommand> [options] [args]`, row.about));
    return wantsHelp ? 0 : 1;
  }
  const { command } = await row.load();
  if (wantsHelp) return showHelp(command, io);
  return runOne(command, argv, io);
}

function longestMatch(words: readonly string[]): CommandRow | undefined {
  const fits = (row: CommandRow) => row.name.split(' ').every((part, position) => part === words[position]);
  return commandTable
    .filter(fits)
    .reduce<CommandRow | undefined>((best, row) => (row.name.length > (best?.name.length ?? 0) ? row : best), undefined);
}

/** Anywhere before `--`, as Consul has it; commands that start a program look for it among their own flags only. */
function asksForHelp(argv: readonly string[], row: CommandRow): boolean {
  if (row.startsProgram) return false;
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end).some((word) => helpWords.has(word));
}

async function runOne(command: Command, argv: readonly string[], io: Io): Promise<number> {
  try {
    return await command.run(argv, io);
  } catch (error) {
    if (error instanceof HelpRequested) return showHelp(command, io);
    if (error instanceof FlagError) {
      io.err(`${error.message}\n${await helpOf(command)}`);
      return 1;
    }
    if (error instanceof CommandFailure) {
      if (error.message !== '') io.err(`${error.message}\n`);
      return error.exitStatus;
    }
    // A mistake of ours: its stack says more than its text.
    if (error instanceof TypeError || isSystemError(error, 'EPIPE')) throw error;
    io.err(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function showHelp(command: Command, io: Io): Promise<number> {
  io.out(await helpOf(command));
  return 0;
}

async function helpOf(command: Command): Promise<string> {
  const { commandHelp } = await import('../lib/argv-help.js');
  return commandHelp(command);
}

/** The commands one word below `prefix` ('' or "kv "). */
async function listHelp(prefix: string, usage: string, about: string): Promise<string> {
  const { commandListHelp } = await import('../lib/argv-help.js');
  const below = commandTable.filter((row) => row.name.startsWith(prefix) && !row.name.slice(prefix.length).includes(' '));
  return commandListHelp({ usage, about, commands: below.map((row) => ({ name: row.name.slice(prefix.length), about: row.about })) });
}
