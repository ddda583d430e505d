/** How a run ends: the first signal lets what is being put in place get there, the second ends its command. */
import { setMaxListeners } from 'node:events';
import type { TemplaterLog } from '../log.js';
import type { ProcessParts } from '../process.js';

export interface Endings {
  /** What is being put in place gets there, then it is over. */
  readonly ending: AbortSignal;
  /** Its command is ended too. */
  readonly killing: AbortSignal;
}

/** @param logNow the log of the session that runs when the signal comes */
export function endingsOf(parts: ProcessParts, logNow: () => TemplaterLog): Endings {
  const ending = new AbortController();
  const killing = new AbortController();
  // Every question and every command under way listens; how many there are is for the configuration to say.
  setMaxListeners(0, ending.signal, killing.signal);
  parts.onEnd((signal) => {
    if (ending.signal.aborted) return killing.abort();
    logNow().log('info', `Captured ${signal === 'SIGTERM' ? 'terminated' : 'interrupt'}. Exiting...`);
    ending.abort();
  });
  return { ending: ending.signal, killing: killing.signal };
}
