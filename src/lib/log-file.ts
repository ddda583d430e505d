/**
 * A log file that starts anew when it is too old or too big: `agent.log` becomes `agent-1767366245678000000.log` (nanoseconds, as Consul
 * names them); of a path that ends in a slash the base name is `mesh`. Writes are synchronous: a line that was logged is in the file.
 */
import { closeSync, fstatSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Clock } from './clock.js';
import { makeDirectories } from './make-directories.js';

export interface LogFileOptions {
  readonly path: string;
  readonly clock: Pick<Clock, 'now'>;
  /** 0: no limit. */
  readonly rotateBytes: number;
  /** 0: no limit. */
  readonly rotateMs: number;
  /** Older files kept; 0: all, -1: none. */
  readonly filesKept: number;
}

export interface LogFile {
  write(line: string): void;
  close(): void;
}

/** @throws the system's error when the directory or the file cannot be made */
export function openLogFile(options: LogFileOptions): LogFile {
  const { clock, rotateBytes, rotateMs } = options;
  const name = nameParts(options.path);
  makeDirectories(name.directory, 0o777);
  let current = start(name, clock.now());
  return {
    write(line) {
      const isOld = rotateMs > 0 && clock.now() - current.startedAt >= rotateMs;
      const isFull = rotateBytes > 0 && current.bytes + Buffer.byteLength(line) > rotateBytes && current.bytes > 0;
      if (isOld || isFull) {
        closeSync(current.descriptor);
        prune(name, options.filesKept);
        current = start(name, clock.now());
      }
      current.bytes += writeSync(current.descriptor, line);
    },
    close: () => closeSync(current.descriptor),
  };
}

interface NameParts {
  readonly directory: string;
  readonly base: string;
  readonly extension: string;
}

function nameParts(path: string): NameParts {
  if (path.endsWith('/')) return { directory: path, base: 'mesh', extension: '.log' };
  const extension = extname(path);
  return { directory: dirname(path), base: basename(path, extension), extension: extension || '.log' };
}

function start({ directory, base, extension }: NameParts, now: number): { descriptor: number; startedAt: number; bytes: number } {
  const descriptor = openSync(join(directory, `${base}-${Math.trunc(now)}000000${extension}`), 'a', 0o640);
  return { descriptor, startedAt: now, bytes: fstatSync(descriptor).size };
}

/** The names sort by age: their numbers have the same length for the next two centuries. */
function prune({ directory, base, extension }: NameParts, filesKept: number): void {
  if (filesKept === 0) return;
  const own = readdirSync(directory)
    .filter(
      (name) => name.startsWith(`${base}-`) && name.endsWith(extension) && /^\d+$/.test(name.slice(base.length + 1, -extension.length)),
    )
    .sort();
  for (const name of own.slice(0, Math.max(0, own.length - Math.max(filesKept, 0)))) rmSync(join(directory, name), { force: true });
}
