/** Log lines as consul-template writes them: `2026-01-31T12:00:00.000Z [INFO] (runner) text key=value`. */
import type { Logger, LogLevel } from '../../src/lib/log.js';
import { oneLine, printFields } from '../log.js';

const ranks = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 } as const satisfies Record<LogLevel, number>;
const words = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERR' } as const satisfies Record<LogLevel, string>;
export type LogThreshold = keyof typeof ranks;

/** @returns undefined when there is no such threshold; `err` and `warning` are names too */
export function thresholdNamed(name: string): LogThreshold | undefined {
  const aliases: Readonly<Record<string, LogThreshold>> = { err: 'error', warning: 'warn' };
  const wanted = name.toLowerCase();
  const threshold = Object.hasOwn(aliases, wanted) ? aliases[wanted] : wanted;
  return (Object.keys(ranks) as LogThreshold[]).find((known) => known === threshold);
}

/** A line without its time and its level. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly text: string;
}

export interface LogOptions {
  readonly threshold: LogThreshold;
  readonly now: () => number;
  readonly write: (line: string, entry: LogEntry) => void;
}

export function createLog({ threshold, now, write }: LogOptions): Logger {
  const named = (area: string): Logger => ({
    named,
    log: (level, text, fields = {}) => {
      if (ranks[level] < ranks[threshold]) return;
      const entry = { level, text: `(${area}) ${oneLine(text)}${printFields(fields)}` };
      write(`${new Date(now()).toISOString()} [${words[level]}] ${entry.text}\n`, entry);
    },
  });
  return named('runner');
}
