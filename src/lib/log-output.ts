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

export interface LogFollowing {
  /** Of its own: it may be lower than that of the sinks. */
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
}

export interface LogOutput {
  readonly logger: Logger;
  setLevel(level: LogLevel): void;
  /** `take` gets every line from now on, with its line feed, until what is returned is called. Must not throw. */
  follow(following: LogFollowing, take: (line: string) => void): () => void;
}

interface Follower {
  readonly rank: number;
  take(entry: LogEntry): void;
}

const rank: Readonly<Record<LogLevel, number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 };

export function createLog({ clock, level, format, sinks }: LogOptions): LogOutput {
  let own = rank[level];
  // Of the sinks and all followers: most entries are too quiet for anybody, and must cost nothing.
  let quietest = own;
  const followers = new Set<Follower>();
  const settle = () => {
    quietest = Math.min(own, ...[...followers].map((follower) => follower.rank));
  };
  const write = (entry: LogEntry) => {
    if (rank[entry.level] >= own) {
      const line = formatted(entry, format);
      for (const sink of sinks) sink(line);
    }
    for (const follower of followers) if (rank[entry.level] >= follower.rank) follower.take(entry);
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
      own = rank[next];
      settle();
    },
    follow: (following, take) => {
      const follower = { rank: rank[following.level], take: (entry: LogEntry) => take(formatted(entry, following.format)) };
      followers.add(follower);
      settle();
      return () => {
        followers.delete(follower);
        settle();
      };
    },
  };
}

function formatted(entry: LogEntry, format: LogOptions['format']): string {
  return `${format === 'json' ? jsonLine(entry) : textLine(entry)}\n`;
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
