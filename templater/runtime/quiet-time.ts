/** `wait` and `settle`: a change is held back until there were no more for `minMs`, at most `maxMs` after the first one. */
import type { Clock } from '../../src/lib/clock.js';

export interface QuietLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

export class QuietTime {
  readonly #wait: QuietLimits;
  readonly #clock: Clock;
  readonly #onQuiet: () => void;
  #cancel = () => {};
  /** When the changes being held back must go at the latest; undefined while there are none. */
  #deadline: number | undefined;

  constructor({ wait, clock, onQuiet }: { readonly wait: QuietLimits; readonly clock: Clock; readonly onQuiet: () => void }) {
    this.#wait = wait;
    this.#clock = clock;
    this.#onQuiet = onQuiet;
  }

  changed(): void {
    const { minMs, maxMs } = this.#wait;
    const now = this.#clock.now();
    this.#deadline ??= now + maxMs;
    this.#cancel();
    this.#cancel = this.#clock.after(Math.max(0, Math.min(minMs, this.#deadline - now)), () => {
      this.#deadline = undefined;
      this.#onQuiet();
    });
  }

  get isHolding(): boolean {
    return this.#deadline !== undefined;
  }

  /** Nothing is held back any more, and nothing will be told. */
  stop(): void {
    this.#cancel();
    this.#deadline = undefined;
  }
}
