/**
 * The last commits, in memory, and whoever follows them. An engine publishes each commit once it is durable; every follower reads the
 * same list with a position of its own, so a slow follower costs nothing but is refused when the list has moved on past it.
 *
 * Revisions in the list are consecutive: engines that use this number their commits themselves.
 */
import { MeshError } from '../model/errors.js';
import type { Committed } from '../model/storage.js';

/** Enough for a follower that is some turns of the event loop behind; whoever is further behind loads anew. */
const commitsMax = 1024;
/** About as many bytes of records: it is memory that does nothing else, and what it keeps a while is hard on the garbage collector. */
const charactersMax = 1024 * 1024;

export class RecentCommits {
  private newest: number;
  private commits: Committed[] = [];
  private sizes: number[] = [];
  private characters = 0;
  private closed = false;
  private readonly sleepers = new Set<() => void>();

  constructor(newest: number) {
    this.newest = newest;
  }

  get revision(): number {
    return this.newest;
  }

  /** @param characters about how many the records of the commit have in all */
  publish(committed: Committed, characters: number): void {
    if (committed.revision !== this.newest + 1) throw new TypeError(`commit ${committed.revision} does not follow ${this.newest}`);
    this.newest = committed.revision;
    this.commits.push(committed);
    this.sizes.push(characters);
    this.characters += characters;
    if (this.commits.length >= 2 * commitsMax || this.characters > charactersMax) this.forget();
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.wake();
  }

  follow(after: number, signal: AbortSignal): AsyncIterable<Committed> {
    return { [Symbol.asyncIterator]: () => this.iterate(after, signal) };
  }

  private iterate(after: number, signal: AbortSignal): AsyncIterator<Committed> {
    let position = after;
    let ended = false;
    let pending: (() => void) | undefined;
    const end = () => {
      ended = true;
      signal.removeEventListener('abort', end);
      pending?.();
    };
    if (signal.aborted) ended = true;
    else signal.addEventListener('abort', end, { once: true });
    const next = (): Promise<IteratorResult<Committed>> => {
      if (ended || this.closed) return Promise.resolve({ done: true, value: undefined });
      if (position < this.newest) {
        const committed = this.commits[this.commits.length - (this.newest - position)];
        if (!committed) return Promise.reject(compacted(position, this.newest));
        position = committed.revision;
        return Promise.resolve({ done: false, value: committed });
      }
      return new Promise((resolve) => {
        pending = () => {
          pending = undefined;
          this.sleepers.delete(wake);
          resolve(next());
        };
        const wake = pending;
        this.sleepers.add(wake);
      });
    };
    return {
      next,
      return: () => {
        end();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  private wake(): void {
    for (const sleeper of this.sleepers) sleeper();
  }

  /** Drops the oldest; the newest commit always stays, whatever its size. */
  private forget(): void {
    let drop = Math.max(0, this.commits.length - commitsMax);
    for (let i = 0; i < drop; i++) this.characters -= this.sizes[i] ?? 0;
    while (this.characters > charactersMax && drop < this.commits.length - 1) this.characters -= this.sizes[drop++] ?? 0;
    this.commits = this.commits.slice(drop);
    this.sizes = this.sizes.slice(drop);
  }
}

function compacted(after: number, newest: number): MeshError {
  return new MeshError('storage-compacted', `changes after revision ${after} are remembered no longer (newest: ${newest}); load again`);
}
