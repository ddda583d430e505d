/** The logger of the programs: levels that can be changed while it runs, text or JSON, one or more sinks. */
import type { Clock } from './clock.js';
import type { Logger, LogLevel } from './log.js';
import { jsonLine, type LogEntry, textLine } from './log-format.js';

export interface LogOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Each gets whole lines with their line feed. */
  readonly sinks: readonly ((line: string) => void)[];
}

export interface LogOutput {
  readonly logger: Logger;
  setLevel(level: LogLevel): void;
}

const rank: Readonly<Record<LogLevel, number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 };

export function createLog({ clock, level, format, sinks }: LogOptions): LogOutput {
  let quietest = rank[level];
  const write = (entry: LogEntry) => {
    const line = `${format === 'json' ? jsonLine(entry) : textLine(entry)}\n`;
    for (const sink of sinks) sink(line);
  };
  const named = (name: string): Logger => ({
    log(entryLevel, text, fields = {}) {
      if (rank[entryLevel] >= quietest) write({ now: clock.now(), level: entryLevel, name, text, fields });
    },
    named,
  });
  return {
    logger: named(''),
    setLevel: (next) => {
      quietest = rank[next];
    },
  };
}

/** "WARN", "err" -> the level; null when there is none of that name. */
export function logLevelOf(text: string): LogLevel | null {
  const levels: Readonly<Record<string, LogLevel>> = {
    trace: 'trace',
    debug: 'debug',
    info: 'info',
    warn: 'warn',
    err: 'error',
    error: 'error',
  };
  const lower = text.trim().toLowerCase();
  return Object.hasOwn(levels, lower) ? (levels[lower] ?? null) : null;
}
