/**
 * Log lines to the system log of this machine. Node has no datagram sockets of the file system, so the program `logger` (bsdutils,
 * util-linux) stands in between: one for all lines, each with its priority before it (`--prio-prefix`).
 */
import { statSync } from 'node:fs';
import type { Clock } from '../../src/lib/clock.js';
import { CommandError } from '../../src/lib/command.js';
import { FedProgram } from '../../src/lib/fed-program.js';
import type { LogLevel } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { oneLine } from '../log.js';
import { ConfigError } from './config-blocks.js';
import type { LogEntry } from './log.js';
import type { SyslogSettings } from './syslog-settings.js';

export interface SyslogParts {
  readonly pid: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onTrouble: (reason: string) => void;
}

/** Severities of RFC 5424, 6.2.1, as consul-template gives them: what it calls info is a notice there, and debug is information. */
const severities = { trace: 7, debug: 6, info: 5, warn: 4, error: 3 } as const satisfies Record<LogLevel, number>;
/** Bytes of a message; rsyslog takes no more by default. */
const messageBytesMax = 8192;
/** Characters of at most 4 bytes, so that `logger` splits no line: the rest would lose its priority. */
const pieces = /.{1,2000}/gsu;
/** UTF-16 units. */
const queuedMax = 1_048_576;
const closeWithinMs = 2000;

export class Syslog {
  readonly #logger: FedProgram;

  /** @throws ConfigError when there is no `logger`, or no system log */
  constructor({ facility, name, socket }: SyslogSettings, { pid, ...parts }: SyslogParts) {
    mustBeSocket(socket);
    const marks = [`--tag=${name}`, `--id=${pid}`, `--priority=${facility.toLowerCase()}.info`, '--prio-prefix'];
    // With errors it ends when the system log goes away, and lines wait until there is one again.
    const place = [`--socket=${socket}`, '--socket-errors=on', `--size=${messageBytesMax}`];
    const droppedLine = (count: number) => `<${severities.warn}>${count} lines were dropped here: the system log is too slow\n`;
    try {
      this.#logger = new FedProgram({ ...parts, args: ['logger', ...marks, ...place], queuedMax, droppedLine });
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw failure(`${error.message}: install bsdutils or util-linux, which it is part of`, error);
    }
  }

  write({ level, text }: LogEntry): void {
    for (const piece of oneLine(text).match(pieces) ?? []) this.#logger.write(`<${severities[level]}>${piece}\n`);
  }

  /** Resolves when everything is written, or the system log takes too long. */
  close(): Promise<void> {
    return this.#logger.close(closeWithinMs);
  }
}

function mustBeSocket(path: string): void {
  let fault = 'not a socket';
  try {
    if (statSync(path).isSocket()) return;
  } catch (error) {
    fault = systemErrorText(error);
  }
  throw failure(`syslog.socket ${path}: ${fault}: start the system log, name its socket, or log to standard error or log_file alone`);
}

function failure(text: string, cause?: unknown): ConfigError {
  return new ConfigError(`error setting up syslog: ${text}`, { cause });
}
