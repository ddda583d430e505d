/**
 * The first round: templates whose data arrive in the same moments at the start are written, and run their commands, together. It begins
 * when of every template is known whether it can be rendered, and does not wait long for one that nobody can tell of yet.
 */
import type { Clock } from '../../src/lib/clock.js';

/** From the first of them on. Answers of an agent nearby come within a few milliseconds. */
const gatheringMs = 100;

interface GatheringOptions {
  readonly count: number;
  readonly clock: Clock;
  /** Called once; never when there is nothing to wait for. */
  readonly onOver: () => void;
}

export class Gathering {
  readonly #options: GatheringOptions;
  readonly #settled = new Set<object>();
  #cancel: (() => void) | undefined;
  #isOver: boolean;

  constructor(options: GatheringOptions) {
    this.#options = options;
    this.#isOver = options.count === 0;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It is rendered, waits for what does not exist, or failed. */
  settled(template: object): void {
    if (this.#isOver) return;
    this.#settled.add(template);
    if (this.#settled.size === this.#options.count) this.#end();
    else this.#cancel ??= this.#options.clock.after(gatheringMs, () => this.#end());
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  #end(): void {
    this.stop();
    this.#options.onOver();
  }
}
