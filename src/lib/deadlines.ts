/**
 * Thousands of waits on few timers: deadlines are rounded up to a grain that grows with the wait (at most 1/64 of it), and all that fall
 * on the same moment share a timer. Ten thousand five-minute waits need some tens of timers.
 */
import type { Clock } from './clock.js';

export interface Deadline {
  /** Called once, when the time has come. Must not throw. */
  expire(): void;
}

interface Moment {
  readonly at: number;
  readonly waiting: Set<Deadline>;
  cancel: () => void;
}

const grainsMs = [1, 10, 100, 1000] as const;
const grainsPerWait = 64;

export class Deadlines {
  private readonly moments = new Map<number, Moment>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @returns the moment, to be given to `remove` */
  add(deadline: Deadline, waitMs: number): number {
    const grainMs = grainsMs.findLast((grain) => grain * grainsPerWait <= waitMs) ?? grainsMs[0];
    const at = Math.ceil((this.clock.now() + waitMs) / grainMs) * grainMs;
    const moment = this.moments.get(at) ?? this.create(at);
    moment.waiting.add(deadline);
    return at;
  }

  remove(deadline: Deadline, at: number): void {
    const moment = this.moments.get(at);
    if (!moment?.waiting.delete(deadline) || moment.waiting.size > 0) return;
    moment.cancel();
    this.moments.delete(at);
  }

  private create(at: number): Moment {
    const moment = { at, waiting: new Set<Deadline>(), cancel: () => {} };
    this.moments.set(at, moment);
    this.arm(moment);
    return moment;
  }

  /** Timers may fire a little early, and wall clocks are set: who is early waits for the rest. */
  private arm(moment: Moment): void {
    moment.cancel = this.clock.after(Math.max(0, moment.at - this.clock.now()), () => {
      if (this.clock.now() < moment.at) return this.arm(moment);
      this.moments.delete(moment.at);
      for (const deadline of [...moment.waiting]) deadline.expire();
    });
  }
}
