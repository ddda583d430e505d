/**
 * The JavaScript heap of this process. `collect` makes V8 collect everything at once, compact what is left and give the pages that came free
 * back to the system; the only way to it without a flag at the start of the process is the inspector of the process itself.
 */
import { performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';

export interface HeapSize {
  /**
   * What lives long, in the heap and held by it outside: live data, the garbage among it, and free room. The space for new objects,
   * which every burst fills, is left out.
   */
  readonly oldBytes: number;
  /** Of `oldBytes`, what is not free room. */
  readonly usedBytes: number;
}

export interface Heap {
  size(): HeapSize;
  /** Part of the time since the last call in which the event loop had something to do, 0 to 1. */
  busyShare(): number;
  /** Resolves when it is done; the process does nothing else meanwhile. About 1 ms for each MB that is alive. */
  collect(): Promise<void>;
}

export function systemHeap(): Heap {
  let before = performance.eventLoopUtilization();
  return {
    size: heapSize,
    busyShare: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    collect: collectAll,
  };
}

function heapSize(): HeapSize {
  const old = getHeapSpaceStatistics().filter(({ space_name }) => !space_name.startsWith('new_'));
  const sum = (bytesOf: (space: (typeof old)[number]) => number) => old.reduce((bytes, space) => bytes + bytesOf(space), 0);
  const outside = getHeapStatistics().external_memory;
  return { oldBytes: sum((space) => space.space_size) + outside, usedBytes: sum((space) => space.space_used_size) };
}

/**
 * Collecting leaves the smallest space for new objects there is, and requests that leave nothing behind would not make it grow for a long
 * time: each would cost 3 us more of collecting. In one step it is back at its full size after some hundreds of them.
 */
const newSpaceGrowth = '--semi-space-growth-factor=16';

async function collectAll(): Promise<void> {
  setFlagsFromString(newSpaceGrowth);
  const { Session } = await import('node:inspector');
  const session = new Session();
  session.connect();
  try {
    await new Promise<void>((resolve, reject) => {
      // Leaving from inside the answer would wait for the task that gives it: a turn later.
      session.post('HeapProfiler.collectGarbage', (error) => setImmediate(() => (error ? reject(error) : resolve())));
    });
  } finally {
    session.disconnect();
  }
}
