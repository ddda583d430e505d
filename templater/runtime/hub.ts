/**
 * One watch per distinct dependency, shared by all resources that need it. A watch begins with its first subscriber and ends with the
 * last. Subscribers are told only when the answer is another one than before.
 */
import type { Logger } from '../../src/lib/log.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue, describeDependency } from '../data-source.js';
import type { Source } from '../source/source.js';
import { Outages } from './outages.js';
import { reconcile } from './reconcile.js';

export interface Subscriber {
  /** The answer has arrived or changed. `id` is the dependency's. Called synchronously; must not throw. */
  dataChanged(id: string): void;
}

interface Watch {
  /** For the log. */
  readonly name: string;
  readonly subscribers: Set<Subscriber>;
  readonly ending: AbortController;
  /** undefined until the first answer. */
  value: DependencyValue<DependencyKind> | undefined;
}

/** One for all: making one for each takes longer than ending what it ends. */
const noLongerNeeded = new DOMException('no longer needed', 'AbortError');

export class WatchHub {
  readonly #source: Source;
  readonly #log: Logger;
  readonly #watches = new Map<string, Watch>();
  readonly #outages = new Outages();

  constructor({ source, log }: { readonly source: Source; readonly log: Logger }) {
    this.#source = source;
    this.#log = log;
  }

  get size(): number {
    return this.#watches.size;
  }

  /** The present answer, or undefined when there has been none yet. Subscribes, which may start the watch. */
  use<K extends DependencyKind>(dependency: Dependency<K>, { id, subscriber }: { readonly id: string; readonly subscriber: Subscriber }) {
    const watch = this.#watches.get(id) ?? this.#begin(id, dependency);
    watch.subscribers.add(subscriber);
    return watch.value as DependencyValue<K> | undefined;
  }

  release(id: string, subscriber: Subscriber): void {
    const watch = this.#watches.get(id);
    if (watch === undefined || !watch.subscribers.delete(subscriber) || watch.subscribers.size > 0) return;
    watch.ending.abort(noLongerNeeded);
    this.#watches.delete(id);
    this.#outages.over(id);
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.ending.abort(noLongerNeeded);
    this.#watches.clear();
  }

  #begin<K extends DependencyKind>(id: string, dependency: Dependency<K>): Watch {
    const watch: Watch = {
      name: describeDependency(anyDependency(dependency)),
      subscribers: new Set(),
      ending: new AbortController(),
      value: undefined,
    };
    this.#watches.set(id, watch);
    this.#log.log('debug', `watching ${watch.name}`);
    // In a turn of its own: the caller is in the middle of a rendering.
    queueMicrotask(() => {
      if (watch.ending.signal.aborted) return;
      this.#source.follow(dependency, {
        signal: watch.ending.signal,
        onValue: (value) => this.#arrived(id, watch, value),
        onFailure: (reason) => this.#failed(id, watch, reason),
      });
    });
    return watch;
  }

  #arrived(id: string, watch: Watch, answer: DependencyValue<DependencyKind>): void {
    if (watch.ending.signal.aborted) return;
    this.#answeredAgain(id);
    const before = watch.value;
    watch.value = reconcile(before, answer);
    if (before !== undefined && watch.value === before) return;
    for (const subscriber of [...watch.subscribers]) subscriber.dataChanged(id);
  }

  #failed(id: string, watch: Watch, reason: string): void {
    if (watch.ending.signal.aborted) return;
    const level = this.#outages.failed(id, reason) ? 'error' : 'debug';
    this.#log.log(level, `${reason}; files stay as they are, trying again`, { needed: watch.name });
  }

  #answeredAgain(id: string): void {
    const reason = this.#outages.over(id);
    if (reason !== '') this.#log.log('info', `answered again, after: ${reason}`);
  }
}
