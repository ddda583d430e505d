/** Time as an argument: the real one below, a fake one in tests. */
export interface Clock {
  /** Wall-clock milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `delayMs` (0 = next turn); the function returned cancels it. Never keeps the process alive by itself. */
  after(delayMs: number, task: () => void): () => void;
}

/** What setTimeout can count (31 bits, almost 25 days); a longer delay would fire at once. */
export const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    let timer: NodeJS.Timeout;
    const wait = (restMs: number) => {
      timer = restMs > longestTimerMs ? setTimeout(() => wait(restMs - longestTimerMs), longestTimerMs) : setTimeout(task, restMs);
      timer.unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once with `signal.reason` as rejection when `signal` fires. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
