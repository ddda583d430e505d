/**
 * Being told that something below some directories changed; the one door to chokidar. What changed is not said: a Kubernetes volume swaps
 * a link and no event names the files one sees, so the one who listens reads all files again that matter to it.
 */
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

export class DirectoryWatch {
  readonly #options: DirectoryWatchOptions;
  readonly #watcher: FSWatcher;
  readonly #directories = new Set<string>();
  #cancelQuiet = () => {};
  #cancelUnasked = () => {};

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
    const { entries } = options;
    const only = entries && { depth: 0, ignored: (path: string) => !this.#directories.has(path) && !entries.isWanted(path) };
    this.#watcher = watch([], { ignoreInitial: true, persistent: false, ...only });
    this.#watcher.on('all', () => this.#changed());
    // A directory that cannot be watched (too many watches, no permission) is still looked at now and then.
    this.#watcher.on('error', () => {});
    this.#watcher.on('ready', () => this.#changed());
    this.#planUnasked();
  }

  /** Also what is in their sub-directories. Directories that are watched already stay so. */
  add(directories: readonly string[]): void {
    const added = directories.filter((directory) => !this.#directories.has(directory));
    if (added.length === 0) return;
    for (const directory of added) this.#directories.add(directory);
    this.#watcher.add(added);
    // What changes while they are looked through for the first time may be taken for what they were.
    this.#changed();
  }

  async stop(): Promise<void> {
    this.#cancelQuiet();
    this.#cancelUnasked();
    await this.#watcher.close();
  }

  #changed(): void {
    this.#cancelQuiet();
    this.#cancelQuiet = this.#options.clock.after(quietMs, this.#options.onChange);
  }

  #planUnasked(): void {
    this.#cancelUnasked = this.#options.clock.after(unaskedEveryMs, () => {
      this.#planUnasked();
      this.#options.onChange();
    });
  }
}
