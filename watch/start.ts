/** Watches of an agent's configuration: each runs until it is stopped; what a handler prints, and its failures, are logged. */
import { HandlerError } from './handler-error.js';
import { handlerOf } from './handlers.js';
import type { WatchDefinition } from './plan.js';
import { type ChangeHandler, runWatch, type WatchParts } from './watch.js';

export interface RunningWatch {
  /** Lets the query and the handler go; resolves when nothing of the watch is left. May be called twice. */
  stop(): Promise<void>;
}

/** A failing handler ends nothing: the next change runs it again. */
export function startWatch({ plan, handler }: WatchDefinition, parts: WatchParts): RunningWatch {
  const { logger } = parts;
  const abort = new AbortController();
  const logged: ChangeHandler = async (change, signal) => {
    try {
      await handlerOf(handler, { onOutput: (output) => logger.log('debug', 'watch handler output', { type: plan.kind, output }) })(
        change,
        signal,
      );
    } catch (error) {
      if (!(error instanceof HandlerError)) throw error;
      logger.log('error', 'Failed to run watch handler', { type: plan.kind, error });
    }
  };
  const ended = runWatch(plan, logged, parts, abort.signal).catch((error: unknown) => {
    if (!abort.signal.aborted) logger.log('error', 'watch ended', { type: plan.kind, error });
  });
  return {
    stop: () => {
      abort.abort();
      return ended;
    },
  };
}
