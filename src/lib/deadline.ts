import { setMaxListeners } from 'node:events';
import { longestTimerMs } from './clock.js';

/**
 * A time limit together with a signal from outside. Not AbortSignal.any: on Node 20 each use leaves something at the outer signal, which
 * lives as long as a check or a watch does.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  /** The time ran out before anything else ended it. */
  passed = false;

  constructor(
    timeoutMs: number,
    private readonly outer: AbortSignal,
  ) {
    // One for each of the requests that redirects make of one.
    setMaxListeners(20, this.controller.signal);
    if (outer.aborted) this.controller.abort(outer.reason);
    outer.addEventListener('abort', this.onOuter, { once: true });
    this.timer = setTimeout(
      () => {
        this.passed = true;
        this.controller.abort();
      },
      Math.min(timeoutMs, longestTimerMs),
    );
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** To be called when the work is done. */
  clear(): void {
    clearTimeout(this.timer);
    this.outer.removeEventListener('abort', this.onOuter);
  }

  private readonly onOuter = () => this.controller.abort(this.outer.reason);
}
