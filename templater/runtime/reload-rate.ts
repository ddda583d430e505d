/** `max_rate` of a group: at most so many reloads in so long, whoever asks for them. */
import type { Clock } from '../../src/lib/clock.js';
import { formatDuration } from '../../src/lib/duration.js';
import type { Logger } from '../../src/lib/log.js';
import type { Group } from '../resource.js';

export class ReloadRate {
  readonly #group: Pick<Group, 'name' | 'maxRate'>;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** When the last ones were, oldest first. */
  #reloadedAt: readonly number[] = [];
  #isHeldSaid = false;

  constructor(group: Pick<Group, 'name' | 'maxRate'>, { clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#group = group;
    this.#clock = clock;
    this.#log = log;
  }

  /** One has ended now. */
  reloaded(): void {
    const { maxRate } = this.#group;
    if (maxRate !== undefined) this.#reloadedAt = [...this.#reloadedAt, this.#clock.now()].slice(-maxRate.count);
  }

  /** To be asked when something is to be reloaded. @returns milliseconds until that may be, 0 for now; a hold is said once */
  heldForMs(): number {
    const { maxRate } = this.#group;
    const [oldest] = this.#reloadedAt;
    if (maxRate === undefined || oldest === undefined || this.#reloadedAt.length < maxRate.count) return 0;
    const delayMs = Math.max(0, oldest + maxRate.perMs - this.#clock.now());
    if (delayMs > 0 && !this.#isHeldSaid) this.#say(maxRate, delayMs);
    this.#isHeldSaid = delayMs > 0;
    return delayMs;
  }

  #say({ count, perMs }: NonNullable<Group['maxRate']>, delayMs: number): void {
    const { name } = this.#group;
    this.#log.log('info', `${name} was reloaded ${count} times in ${formatDuration(perMs)}; changes wait for ${formatDuration(delayMs)}`);
  }
}
