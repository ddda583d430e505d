/** Log lines as confd writes them: `2026-01-31T12:00:00Z host mesh-template[4711]: INFO text key=value`. */
import type { Logger, LogLevel } from '../src/lib/log.js';
import type { ProcessParts } from './process.js';

/** Quietest last. `fatal` and `panic` print nothing but the last words of a process that ends. */
export const logThresholds = ['debug', 'info', 'warn', 'error', 'fatal', 'panic'] as const;
export type LogThreshold = (typeof logThresholds)[number];

/** What is printed for a level, and from which threshold on it is held back. */
const levels: Record<LogLevel | 'fatal', { readonly word: string; readonly rank: number }> = {
  trace: { word: 'DEBUG', rank: 0 },
  debug: { word: 'DEBUG', rank: 0 },
  info: { word: 'INFO', rank: 1 },
  warn: { word: 'WARNING', rank: 2 },
  error: { word: 'ERROR', rank: 3 },
  fatal: { word: 'FATAL', rank: 4 },
};

export interface TemplaterLog extends Logger {
  /** The last words before the process ends with a failure. */
  fatal(text: string): void;
}

export interface LogOptions {
  readonly threshold: LogThreshold;
  /** "host mesh-template[4711]". */
  readonly origin: string;
  readonly now: () => number;
  readonly write: (line: string) => void;
}

/** @returns undefined when there is no such threshold */
export function thresholdNamed(name: string): LogThreshold | undefined {
  const wanted = name.toLowerCase() === 'warning' ? 'warn' : name.toLowerCase();
  return logThresholds.find((threshold) => threshold === wanted);
}

export function createLog({ threshold, origin, now, write }: LogOptions): TemplaterLog {
  const lowest = logThresholds.indexOf(threshold);
  const print = (level: LogLevel | 'fatal', text: string, fields: Readonly<Record<string, unknown>> = {}) => {
    const { word, rank } = levels[level];
    if (rank < lowest) return;
    const time = new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');
    write(`${time} ${origin}: ${word} ${oneLine(text)}${printFields(fields)}\n`);
  };
  const log: TemplaterLog = { log: print, fatal: (text) => print('fatal', text), named: () => log };
  return log;
}

/** On standard error, as the process is called there. */
export function logOf(parts: Pick<ProcessParts, 'hostName' | 'pid' | 'now' | 'printError'>, threshold: LogThreshold): TemplaterLog {
  const { hostName, pid, now, printError } = parts;
  return createLog({ threshold, now, write: printError, origin: `${hostName} mesh-template[${pid}]` });
}

/** A line of the log is one line, whatever an error text or a program's output held. */
export function oneLine(text: string): string {
  return text.replace(/[\n\r]/g, (character) => (character === '\n' ? '\\n' : '\\r'));
}

export function printFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' && !/^[\w./:-]+$/.test(value) ? JSON.stringify(value) : String(value)}`)
    .join('');
}
