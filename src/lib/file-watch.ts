/**
 * Being told that something below some directories changed; the one door to chokidar. What changed is not said: a Kubernetes volume swaps
 * a link and no event names the files one sees, so the one who listens reads all files again that matter to it.
 */
import { statSync } from 'node:fs';
import { type FSWatcher, watch } from 'chokidar';
import type { Clock } from './clock.js';

export interface DirectoryWatchOptions {
  readonly clock: Clock;
  /** Something changed, and then nothing for `quietMs`; also now and then without an event, for file systems that send none. */
  readonly onChange: () => void;
  /** Leaves out what is below the directories' own entries, and the entries that are not wanted; for directories that hold much else. */
  readonly entries?: { readonly isWanted: (path: string) => boolean };
}

/** Editors and deployments write several files, and each in several steps. */
const quietMs = 100;
const unaskedEveryMs = 60_000;
/**
 * No event says that a directory's path leads to another one now: it was replaced, or a link on the way was swapped, as deployments do it.
 */
const lookEveryMs = 2_000;

/** What is at the path of a directory. */
interface Found {
  /** '' is nothing, or no directory. */
  readonly directory: string;
  /** When an entry came or went last. */
  readonly mtimeMs: number;
}

export class DirectoryWatch {
  readonly #options: DirectoryWatchOptions;
  #watcher: FSWatcher;
  /** As they were when they were looked at last. */
  readonly #directories = new Map<string, Found>();
  #cancelQuiet = () => {};
  #cancelUnasked = () => {};
  #cancelLook = () => {};
  #closing: Promise<unknown> = Promise.resolve();

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
    this.#watcher = this.#begin();
    this.#planUnasked();
    this.#planLook();
  }

  /** Also what is in their sub-directories. Directories that are watched already stay so. */
  add(directories: readonly string[]): void {
    const added = directories.filter((directory) => !this.#directories.has(directory));
    if (added.length === 0) return;
    for (const directory of added) this.#directories.set(directory, foundAt(directory));
    this.#watcher.add(added);
    // What changes while they are looked through for the first time may be taken for what they were.
    this.#changed();
  }

  async stop(): Promise<void> {
    this.#cancelQuiet();
    this.#cancelUnasked();
    this.#cancelLook();
    await Promise.all([this.#closing, this.#watcher.close()]);
  }

  #begin(): FSWatcher {
    const { entries } = this.#options;
    const only = entries && { depth: 0, ignored: (path: string) => !this.#directories.has(path) && !entries.isWanted(path) };
    const watcher = watch([...this.#directories.keys()], { ignoreInitial: true, persistent: false, ...only });
    watcher.on('all', () => this.#changed());
    // A directory that cannot be watched (too many watches, no permission) is still looked at now and then.
    watcher.on('error', () => {});
    watcher.on('ready', () => this.#changed());
    return watcher;
  }

  #changed(): void {
    this.#cancelQuiet();
    this.#cancelQuiet = this.#options.clock.after(quietMs, () => {
      this.#look();
      this.#options.onChange();
    });
  }

  /** @returns whether a directory is not what it was; one that is another one is watched anew */
  #look(): boolean {
    let [isChanged, isOther] = [false, false];
    for (const [path, before] of this.#directories) {
      const now = foundAt(path);
      isOther ||= now.directory !== before.directory;
      isChanged ||= isOther || now.mtimeMs !== before.mtimeMs;
      this.#directories.set(path, now);
    }
    if (isOther) {
      this.#closing = Promise.all([this.#closing, this.#watcher.close()]);
      this.#watcher = this.#begin();
    }
    return isChanged;
  }

  #planLook(): void {
    this.#cancelLook = this.#options.clock.after(lookEveryMs, () => {
      this.#planLook();
      if (this.#look()) this.#changed();
    });
  }

  #planUnasked(): void {
    this.#cancelUnasked = this.#options.clock.after(unaskedEveryMs, () => {
      this.#planUnasked();
      this.#options.onChange();
    });
  }
}

function foundAt(path: string): Found {
  try {
    const { dev, ino, mtimeMs } = statSync(path);
    return { directory: `${dev}:${ino}`, mtimeMs };
  } catch {
    // Gone, or not ours to look at: who reads it says so.
    return { directory: '', mtimeMs: 0 };
  }
}
