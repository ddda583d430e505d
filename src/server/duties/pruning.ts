/** Every half minute: deletions older than 15 minutes are forgotten, and what is left of locks whose delay is over goes. */
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/log.js';
import type { State } from '../../state/state.js';
import type { Transact } from '../transact.js';

const everyMs = 30_000;
const rememberedMs = 15 * 60_000;

export interface PruningOptions {
  readonly state: State;
  readonly transact: Transact;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Pruning {
  /** Which revision was the newest when. */
  private marks: { readonly at: number; readonly revision: number }[] = [];
  private cancel: () => void = () => {};
  private readonly options: PruningOptions;

  constructor(options: PruningOptions) {
    this.options = options;
  }

  start(): void {
    this.cancel = this.options.clock.after(everyMs, () => {
      this.run();
      this.start();
    });
  }

  stop(): void {
    this.cancel();
  }

  private run(): void {
    const { state, clock, transact, logger } = this.options;
    const now = clock.now();
    this.marks.push({ at: now, revision: state.revision });
    const old = this.marks.filter((mark) => mark.at <= now - rememberedMs);
    this.marks = this.marks.slice(old.length);
    const newestOld = old.at(-1);
    if (newestOld) state.pruneTombstones(newestOld.revision);
    if (state.kv.locksWithoutKey().length === 0) return;
    transact
      .submit((draft) => {
        draft.kv.dropIdleLocks();
        return () => undefined;
      })
      .catch((error: unknown) => {
        logger.log('warn', 'cannot drop idle locks', { error: error instanceof Error ? error.message : error });
      });
  }
}
