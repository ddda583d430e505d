/** Time that passes only when a test says so. */
import type { Clock } from '../../src/lib/clock.js';

interface Task {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class FakeClock implements Clock {
  private time: number;
  private order = 0;
  private readonly tasks = new Set<Task>();

  constructor(startMs = 1_700_000_000_000) {
    this.time = startMs;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.tasks.size;
  }

  /** Milliseconds until each of them, soonest first. */
  get delays(): number[] {
    return [...this.tasks].map(({ at }) => at - this.time).sort((a, b) => a - b);
  }

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): () => void {
    const task = { at: this.time + Math.max(0, delayMs), order: this.order++, run };
    this.tasks.add(task);
    return () => this.tasks.delete(task);
  }

  /** Fires what becomes due, in order of time, and lets promises settle after each. */
  async advance(byMs: number): Promise<void> {
    const end = this.time + byMs;
    for (let task = this.next(end); task; task = this.next(end)) {
      this.tasks.delete(task);
      this.time = Math.max(this.time, task.at);
      task.run();
      await settle();
    }
    this.time = end;
    await settle();
  }

  private next(end: number): Task | undefined {
    return [...this.tasks].filter((task) => task.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
  }
}

/** Lets everything that waits for promises alone go on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
