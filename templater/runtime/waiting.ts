/** Nothing waits in silence: what a resource waits for is said after a while, again when it waits for something else, and has a limit. */
import type { Clock } from '../../src/lib/clock.js';
import { formatDuration } from '../../src/lib/duration.js';
import type { Logger } from '../../src/lib/log.js';
import type { MissingData } from '../data-source.js';
import type { Resource } from '../resource.js';
import { LongWait } from './long-wait.js';
import type { Observed, Observer } from './observer.js';
import { describeAll } from './rendering.js';

export interface WaitingOptions {
  readonly clock: Clock;
  /** undefined: no limit. */
  readonly timeoutMs: number | undefined;
  /** After 5 seconds: what it waits for, in words and as data. */
  readonly onLong: (text: string, missing: readonly MissingData[]) => void;
  /** It waits no more, and `onLong` had been told that it did. */
  readonly onOver: () => void;
  /** The limit has passed; it goes on waiting all the same. */
  readonly onTimeout: (message: string) => void;
}

/** So long a template may wait for something before that is said. */
export const quietWaitMs = 5000;

export interface ResourceWaitingParts extends Pick<WaitingOptions, 'clock' | 'onTimeout'> {
  readonly log: Logger;
  readonly observer: Observer;
}

/** Of a resource: what it waits for is in the log, and the observer knows it. */
export function waitingOf(
  resource: Observed & Pick<Resource, 'waitTimeoutMs'>,
  { clock, log, observer, onTimeout }: ResourceWaitingParts,
): Waiting {
  return new Waiting({
    clock,
    timeoutMs: resource.waitTimeoutMs,
    onLong: (text, missing) => {
      log.log('warn', text, { resource: resource.name });
      observer.waiting(resource, missing);
    },
    onOver: () => observer.waiting(resource, []),
    onTimeout,
  });
}

export class Waiting {
  readonly #options: WaitingOptions;
  readonly #long: LongWait;
  #missing: readonly MissingData[] = [];
  #isWaiting = false;
  #cancelTimeout = () => {};

  constructor(options: WaitingOptions) {
    this.#options = options;
    const { clock, onLong, onOver } = options;
    this.#long = new LongWait({
      clock,
      afterMs: quietWaitMs,
      text: () => this.text,
      onLong: (text) => onLong(`waiting for ${text}`, this.#missing),
      onOver,
    });
  }

  /** It waits for these; to be called again when they change. */
  for(missing: readonly MissingData[]): void {
    this.#missing = missing;
    if (!this.#isWaiting) this.#beginTimeout();
    this.#isWaiting = true;
    this.#long.goesOn();
  }

  over(): void {
    this.#cancelTimeout();
    this.#isWaiting = false;
    this.#long.over();
  }

  /** `key "app/x" (web.tmpl:12), service "web" (web.tmpl:13)` */
  get text(): string {
    return describeAll(this.#missing);
  }

  #beginTimeout(): void {
    const { clock, timeoutMs, onTimeout } = this.#options;
    if (timeoutMs === undefined) return;
    this.#cancelTimeout = clock.after(timeoutMs, () => onTimeout(`waited ${formatDuration(timeoutMs)} for ${this.text}`));
  }
}
