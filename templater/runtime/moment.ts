/** Answers that are asked for anew in every rendering (programs, the resolver): one rendering's worth of them. */
import type { Dependency, DependencyKind, DependencyValue } from '../data-source.js';
import { type Source, SourceError } from '../source/source.js';

interface Listeners {
  /** Everything asked for so far has been answered: rendering again makes sense. */
  readonly onSettled: () => void;
  readonly onFailure: (reason: string) => void;
}

export class Moment {
  readonly #source: Source;
  readonly #listeners: Listeners;
  readonly #answers = new Map<string, DependencyValue<DependencyKind> | undefined>();
  /** There is one when something was asked for: few templates do, and all are rendered often. */
  #ending: AbortController | undefined;
  #open = 0;

  constructor(source: Source, listeners: Listeners) {
    this.#source = source;
    this.#listeners = listeners;
  }

  /** The answer, or undefined while it is being fetched. */
  lookup<K extends DependencyKind>(id: string, dependency: Dependency<K>): DependencyValue<K> | undefined {
    if (!this.#answers.has(id)) {
      this.#answers.set(id, undefined);
      this.#open += 1;
      this.#ending ??= new AbortController();
      void this.#fetch(id, dependency, this.#ending.signal);
    }
    return this.#answers.get(id) as DependencyValue<K> | undefined;
  }

  /** Nothing is under way. */
  get isSettled(): boolean {
    return this.#open === 0;
  }

  /** Answers that are under way are dropped, programs ended. */
  end(): void {
    this.#ending?.abort();
  }

  async #fetch<K extends DependencyKind>(id: string, dependency: Dependency<K>, signal: AbortSignal): Promise<void> {
    try {
      this.#answers.set(id, await this.#source.fetch(dependency, signal));
      this.#open -= 1;
      if (this.#open === 0 && !signal.aborted) this.#listeners.onSettled();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      this.#listeners.onFailure(error.message);
    }
  }
}
