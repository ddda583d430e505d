/**
 * Gives memory back after a burst. What was loaded or written leaves garbage among what lives long, and V8 looks at it only when much more
 * has been written: an agent that has just read 100,000 keys and then waits would hold 50 MB that nobody needs for as long as it waits.
 * So once the agent has nothing to do, and has grown since the last time, everything is collected. docs/decisions/memory.md has figures.
 */
import type { Clock } from '../lib/clock.js';
import type { Heap } from '../lib/heap.js';
import type { Logger } from '../lib/log.js';

const lookEveryMs = 500;
const idleShareMax = 0.2;
/** Less is not worth the pause. */
const grownBytesMin = 16 * 1024 * 1024;
/** What an agent without data has. */
const emptyBytes = 16 * 1024 * 1024;
/** The pause grows with what is alive: about a quarter of a second for this. */
const usedBytesMax = 256 * 1024 * 1024;
/** Of the time at most: a collection that took 0.1 s is not followed by another for 2 s. */
const pauseShareMax = 0.05;

export interface MemoryParts {
  readonly heap: Heap;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @returns what ends it */
export function giveMemoryBack(parts: MemoryParts): () => void {
  const keeper = new MemoryKeeper(parts);
  keeper.wait(lookEveryMs);
  return () => keeper.stop();
}

class MemoryKeeper {
  private readonly parts: MemoryParts;
  private settledBytes = emptyBytes;
  private cancel = () => {};
  private isStopped = false;

  constructor(parts: MemoryParts) {
    this.parts = parts;
  }

  wait(delayMs: number): void {
    if (this.isStopped) return;
    this.cancel = this.parts.clock.after(delayMs, () => this.look());
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
  }

  private look(): void {
    const { heap } = this.parts;
    const isIdle = heap.busyShare() < idleShareMax;
    const { oldBytes, usedBytes } = heap.size();
    const hasGrown = oldBytes - this.settledBytes > Math.max(grownBytesMin, this.settledBytes / 4);
    if (isIdle && hasGrown && usedBytes <= usedBytesMax) this.collect();
    else this.wait(lookEveryMs);
  }

  private collect(): void {
    const { heap, clock, logger } = this.parts;
    const startMs = clock.now();
    heap.collect().then(
      () => {
        this.settledBytes = heap.size().oldBytes;
        const tookMs = clock.now() - startMs;
        logger.log('debug', 'memory was given back', { heap: this.settledBytes, ms: tookMs });
        this.wait(Math.max(lookEveryMs, tookMs / pauseShareMax));
      },
      (error: unknown) => {
        // A node without an inspector: V8 does as it thinks best.
        logger.log('debug', 'memory cannot be given back', { error });
      },
    );
  }
}
