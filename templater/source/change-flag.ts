/** One who waits for a change, and those who know of it: raised any number of times, it is met once. */
import type { Clock } from '../../src/lib/clock.js';
import type { SourceError } from './source.js';

export class ChangeFlag {
  #isRaised = false;
  #lost: SourceError | undefined;
  #wake = () => {};

  readonly onChange = (): void => {
    this.#isRaised = true;
    this.#wake();
  };

  /** Nothing will be told any more. */
  readonly onLost = (reason: SourceError): void => {
    this.#lost = reason;
    this.#wake();
  };

  /** To be called before looking: what changes while one looks is looked at again. */
  clear(): void {
    this.#isRaised = false;
  }

  /**
   * @param mostMs not longer than this, even without a change
   * @throws what `onLost` was given, and the signal's reason
   */
  async raised({ clock, mostMs, signal }: { readonly clock: Clock; readonly mostMs: number | undefined; readonly signal: AbortSignal }) {
    const cancel = mostMs === undefined ? () => {} : clock.after(mostMs, () => this.#wake());
    const onAbort = () => this.#wake();
    signal.addEventListener('abort', onAbort, { once: true });
    if (!this.#isRaised && this.#lost === undefined && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = () => {};
    cancel();
    signal.removeEventListener('abort', onAbort);
    signal.throwIfAborted();
    if (this.#lost !== undefined) throw this.#lost;
  }
}
