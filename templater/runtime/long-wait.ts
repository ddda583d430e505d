/** Something that takes long is said: after a while, and again when it is for another reason. */
import type { Clock } from '../../src/lib/clock.js';

export interface LongWaitOptions {
  readonly clock: Clock;
  readonly afterMs: number;
  /** What is waited for now, in words. */
  readonly text: () => string;
  readonly onLong: (text: string) => void;
  /** It is over, and `onLong` had been told of it. */
  readonly onOver?: () => void;
}

export class LongWait {
  readonly #options: LongWaitOptions;
  #cancel: (() => void) | undefined;
  #said = '';

  constructor(options: LongWaitOptions) {
    this.#options = options;
  }

  /** To be called when it begins, and when the text may have changed. */
  goesOn(): void {
    const { clock, afterMs, text } = this.#options;
    if (this.#cancel !== undefined || text() === this.#said) return;
    this.#cancel = clock.after(afterMs, () => this.#say());
  }

  over(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#said === '') return;
    this.#said = '';
    this.#options.onOver?.();
  }

  #say(): void {
    this.#cancel = undefined;
    const text = this.#options.text();
    if (text === this.#said) return;
    this.#said = text;
    this.#options.onLong(text);
  }
}
