/**
 * Keys from files on this machine, as confd's file backend has them. All who follow share one watch of the files and, after a change, one
 * reading of them.
 */
import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { ClientOptionError } from '../../src/client/errors.js';
import type { Clock } from '../../src/lib/clock.js';
import type { DirectoryWatch } from '../../src/lib/file-watch.js';
import type { KvEntry } from '../../src/model/records.js';
import { GlobPattern, PatternSyntaxError } from '../functions/go-path.js';
import { ChangeFlag } from './change-flag.js';
import { inKeyOrder, type KeyQuery, type KeyStore, type KeyStoreParts } from './key-store.js';
import type { FileSettings } from './settings.js';
import { readTreeFiles, type TreeFilesOptions } from './tree-files.js';

/** @throws ClientOptionError for a filter that is no pattern */
export function fileStore({ paths, filter }: FileSettings, { clock }: KeyStoreParts): KeyStore {
  const reading = new SharedReading({ paths, filter: patternOf(filter) });
  const watch = new FilesWatch(paths, clock);
  const read = async (query: KeyQuery) => inKeyOrder([...(await reading.entries()).values()].filter(({ Key }) => isAskedFor(Key, query)));
  return {
    name: 'file',
    places: 1,
    read,
    async *states(query, signal) {
      const change = new ChangeFlag();
      const listener = () => {
        reading.forget();
        change.onChange();
      };
      await watch.add(listener);
      try {
        for (;;) {
          change.clear();
          yield await read(query);
          await change.raised({ clock, mostMs: undefined, signal });
        }
      } finally {
        watch.delete(listener);
      }
    },
    close: () => void watch.stop(),
  };
}

function patternOf(filter: string): GlobPattern {
  try {
    return new GlobPattern(filter);
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    throw new ClientOptionError(`the filter ${JSON.stringify(filter)} is no pattern of file names: ${error.message}`, { cause: error });
  }
}

/** Prefixes are plain text here, as in confd: "app" is also the beginning of "apple". */
function isAskedFor(key: string, { path, isExact }: KeyQuery): boolean {
  return isExact ? key === path : key.startsWith(path);
}

const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Those who ask while the files are being read get what is being read, unless the files have changed since it began. */
class SharedReading {
  readonly #options: TreeFilesOptions;
  #current: Promise<ReadonlyMap<string, KvEntry>> | undefined;

  constructor(options: TreeFilesOptions) {
    this.#options = options;
  }

  entries(): Promise<ReadonlyMap<string, KvEntry>> {
    if (this.#current !== undefined) return this.#current;
    const begun = readTreeFiles(this.#options).finally(() => {
      if (this.#current === begun) this.#current = undefined;
    });
    this.#current = begun;
    return begun;
  }

  forget(): void {
    this.#current = undefined;
  }
}

/** Begun by the first who listens; it stays then, whoever leaves. */
class FilesWatch {
  readonly #paths: readonly string[];
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #watch: Promise<FilesAndDirectories> | undefined;

  constructor(paths: readonly string[], clock: Clock) {
    this.#paths = paths.map((path) => resolve(path));
    this.#clock = clock;
  }

  async add(listener: () => void): Promise<void> {
    this.#listeners.add(listener);
    this.#watch ??= this.#begin();
    const { files, directories } = await this.#watch;
    // Again each time: what was not there may have come, as the one or the other.
    directories.add(this.#paths.filter(isDirectory));
    files.add([...new Set(this.#paths.filter((path) => !isDirectory(path)).map((path) => dirname(path)))]);
  }

  delete(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    const watch = await this.#watch;
    await Promise.all([watch?.files.stop(), watch?.directories.stop()]);
  }

  async #begin(): Promise<FilesAndDirectories> {
    const { DirectoryWatch } = await import('../../src/lib/file-watch.js');
    const onChange = () => {
      for (const listener of this.#listeners) listener();
    };
    const named = new Set(this.#paths);
    // A file is watched from its directory: it may be replaced, or come only later. "..data" is the link that a Kubernetes volume swaps.
    const isWanted = (path: string) => named.has(path) || basename(path).startsWith('..');
    const options = { clock: this.#clock, onChange };
    return { directories: new DirectoryWatch(options), files: new DirectoryWatch({ ...options, entries: { isWanted } }) };
  }
}

interface FilesAndDirectories {
  readonly files: DirectoryWatch;
  readonly directories: DirectoryWatch;
}
