/** Commands that run until they are told to stop: SIGINT and SIGTERM end them in good order, with the exit status they choose. */

/** Longest timer there is; only there to keep the process alive while everything that waits is a timer that does not. */
const foreverMs = 2 ** 31 - 1;

/** @param work ends soon after `signal` has fired; `stop` makes it fire */
export async function untilStopped(work: (stop: () => void, signal: AbortSignal) => Promise<number>): Promise<number> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  const hold = setInterval(() => {}, foreverMs);
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(stop, abort.signal);
  } catch (error) {
    if (abort.signal.aborted && error === abort.signal.reason) return 0;
    throw error;
  } finally {
    clearInterval(hold);
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
