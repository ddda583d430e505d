/** A resource of a one-time run that has to wait for keys that do not exist: everything it needs is followed until it is whole. */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { type Dependency, type DependencyKind, type DependencyValue, dependencyId, type MissingData } from '../data-source.js';
import type { Resource } from '../resource.js';
import type { Source } from '../source/source.js';
import type { Observer } from './observer.js';
import { dependenciesOf } from './resource-keys.js';
import { type Waiting, waitingOf } from './waiting.js';

export interface LateParts {
  readonly resource: Resource;
  readonly source: Source;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Observer;
  /** Takes an answer in. */
  readonly onAnswer: (id: string, value: DependencyValue<DependencyKind>) => void;
  /** The process is to end. */
  readonly signal: AbortSignal;
}

export class LateResource {
  readonly #parts: LateParts;
  readonly #waiting: Waiting;
  readonly #ending = new AbortController();
  readonly #followed = new Set<string>();
  readonly #end = () => this.#ending.abort(this.#parts.signal.reason);
  #wake = () => {};
  #isChanged = false;
  #timedOut: string | undefined;
  #lastFailure = '';

  constructor(parts: LateParts) {
    const { resource, clock, log, observer, signal } = parts;
    this.#parts = parts;
    const onTimeout = (message: string) => {
      this.#timedOut = message;
      this.#changed();
    };
    this.#waiting = waitingOf(resource, { clock, log, observer, onTimeout });
    signal.addEventListener('abort', this.#end, { once: true });
    this.#ending.signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /**
   * Resolves when rendering again is of use.
   *
   * @returns '' or, when it has waited long enough, a text that says what for
   */
  async untilChanged(missing: readonly MissingData[]): Promise<string> {
    this.#waiting.for(missing);
    for (const { dependency } of missing) this.#follow(dependency);
    for (const dependency of dependenciesOf(this.#parts.resource)) this.#follow(dependency);
    this.#ending.signal.throwIfAborted();
    if (!this.#isChanged) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#isChanged = false;
    this.#ending.signal.throwIfAborted();
    return this.#timedOut ?? '';
  }

  /** Nothing is followed any more. */
  close(): void {
    this.#waiting.over();
    this.#parts.signal.removeEventListener('abort', this.#end);
    this.#ending.abort();
  }

  #follow(dependency: Dependency): void {
    const id = dependencyId(dependency);
    if (this.#followed.has(id)) return;
    this.#followed.add(id);
    const { source, onAnswer } = this.#parts;
    source.follow(dependency, {
      signal: this.#ending.signal,
      onValue: (value) => {
        this.#lastFailure = '';
        onAnswer(id, value);
        this.#changed();
      },
      onFailure: (reason) => this.#failed(reason),
    });
  }

  #changed(): void {
    this.#isChanged = true;
    this.#wake();
  }

  #failed(reason: string): void {
    const { log, resource } = this.#parts;
    log.log(reason === this.#lastFailure ? 'debug' : 'error', `${reason}; trying again`, { resource: resource.name });
    this.#lastFailure = reason;
  }
}
