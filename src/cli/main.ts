/** The program `mesh`: finds the command, lets it run, ends with its exit status. */
import { isatty } from 'node:tty';
import { readStandardInput, standardError, standardOutput, writeFully } from '../lib/stdio.js';
import { isSystemError } from '../lib/system-error.js';
import type { Io } from './command.js';
import { runCommandLine } from './run.js';

/** What a shell shows for a program that the kernel ended because nobody read its output (128 + SIGPIPE). */
const brokenPipeStatus = 141;

const io: Io = {
  out: (text) => writeFully(standardOutput, text),
  err: (text) => writeFully(standardError, text),
  readStdin: async (bytesMax) => readStandardInput(bytesMax),
  isTerminal: isatty(standardError),
  env: process.env,
};

runCommandLine(process.argv.slice(2), io).then(
  (exitStatus) => process.exit(exitStatus),
  (error: unknown) => {
    if (isSystemError(error, 'EPIPE')) process.exit(brokenPipeStatus);
    // A disk that is full, most likely; a mistake of ours shows its stack.
    if (!(error instanceof Error) || error instanceof TypeError) throw error;
    writeFully(standardError, `${error.message}\n`);
    process.exit(1);
  },
);
