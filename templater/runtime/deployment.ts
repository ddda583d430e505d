/** What putting files in place needs of the world, the same for all groups of a run. */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import type { Resource } from '../resource.js';
import type { Output } from './change-set.js';
import type { RunShell } from './command-run.js';
import type { RefusedItem } from './for-each.js';
import type { Gate } from './gate.js';
import type { Observer } from './observer.js';
import type { Leftovers } from './staged-name.js';

/**
 * `unchanged`: everything was as wanted. `failed`: something is not as it should be, one item maybe. `withheld`: it would have been changed (noop). `held`: `max_rate` holds it
 * back, for a later round. `pinned`: an older version has been put back, and
 * what is rendered waits for `mesh-template resume`.
 */
export type Deployed = 'unchanged' | 'updated' | 'withheld' | 'held' | 'pinned' | 'failed';

export interface Deployment {
  readonly run: RunShell;
  /** Renders `check_cmd`; loaded when the first one is needed. @throws TemplateError */
  readonly renderCommand: (command: string, data: { readonly src: string; readonly dest: string }) => Promise<string>;
  readonly log: Logger;
  readonly observer: Observer;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
  readonly own: { readonly uid: number; readonly gid: number };
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
  readonly leftovers: Leftovers;
  /** Where versions, pins and the lists of files made are kept; made when something has to be kept. */
  readonly stateDirectory: string;
  /** For what checks of groups look at. */
  readonly temporaryDirectory: string;
  readonly noop: boolean;
  readonly syncOnly: boolean;
  readonly keepStageFile: boolean;
  /** Destination -> the contents whose reload failed last; kept over the life of the process. */
  readonly unloadable: Map<string, Uint8Array>;
  /** The process is to end: what has not begun to be put in place is left. */
  readonly ending: AbortSignal;
  /** Ends a running command. */
  readonly signal: AbortSignal;
}

/** What a resource is to be, and where that came from. */
export interface RenderedResource {
  readonly resource: Resource;
  /** One, or one per item. */
  readonly outputs: readonly Output[];
  /** Destinations where no file is to be: of an older version that is put back. */
  readonly gone?: readonly string[];
  /** Items without one: nothing of them is touched. */
  readonly refused: readonly RefusedItem[];
  /** There is no item at all, and what there was stays: nothing of it is deployed. */
  readonly isEmptied?: true;
  /** `key "app/x"` …: what changed since it was rendered before. Asked for when something is said about it. */
  readonly causes: () => readonly string[];
  /** The highest modify index of what it was made from. */
  readonly index: () => number;
}

/** It takes the place of one that did not get in place: what led to that one has led to it as well. */
export function withCausesOf(earlier: RenderedResource | undefined, rendered: RenderedResource): RenderedResource {
  if (earlier === undefined || earlier === rendered) return rendered;
  // Asked now: many may follow one another, and each would keep the data of those before it.
  const causes = earlier.causes();
  return { ...rendered, causes: () => [...new Set([...causes, ...rendered.causes()])] };
}
