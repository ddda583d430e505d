/** How this machine stands in its rollouts: said in the log when it becomes something else, and passed on to the status page. */
import type { Logger, LogLevel } from '../../src/lib/log.js';
import type { Group } from '../resource.js';
import type { WaitCause } from './decide.js';

export const rolloutPhases = [
  'idle',
  'turn',
  'stopped',
  'aborted',
  'conflict',
  'unreachable',
  'broken',
  'deploying',
  'verifying',
  'failed',
] as const satisfies readonly (WaitCause | string)[];
/**
 * Waiting for a turn, because the change failed elsewhere, because an operator forbids it, because of another limit, for the agent, for
 * somebody to mend the keys; putting in place; waiting to be healthy; failed here.
 */
export type RolloutPhase = (typeof rolloutPhases)[number];

export interface RolloutNote {
  readonly lock: string;
  readonly phase: RolloutPhase;
  /** What it waits for, or why it failed; '' when there is nothing to say. */
  readonly text: string;
}

/** Must neither throw nor wait. */
export type OnRolloutNote = (group: Group, note: RolloutNote) => void;

const levels: Readonly<Record<RolloutPhase, LogLevel>> = {
  idle: 'debug',
  turn: 'info',
  stopped: 'warn',
  aborted: 'warn',
  conflict: 'error',
  unreachable: 'warn',
  broken: 'error',
  deploying: 'debug',
  verifying: 'info',
  failed: 'debug',
};

/** Who has a turn, how long checks have passed, in which words an agent does not answer: that is news all the time. */
const restless: ReadonlySet<RolloutPhase> = new Set(['turn', 'verifying', 'unreachable']);

export class RolloutNotes {
  readonly #log: Logger;
  readonly #onNote: OnRolloutNote;
  readonly #last = new Map<string, RolloutNote>();

  constructor({ log, onNote }: { readonly log: Logger; readonly onNote: OnRolloutNote }) {
    this.#log = log;
    this.#onNote = onNote;
  }

  say(group: Group, note: RolloutNote): void {
    const before = this.#last.get(group.stateKey);
    if (before?.phase === note.phase && before.text === note.text) return;
    this.#last.set(group.stateKey, note);
    this.#onNote(group, note);
    if (note.text === '') return;
    const isNews = before?.phase !== note.phase || !restless.has(note.phase);
    this.#log.log(isNews ? levels[note.phase] : 'debug', `rollout: ${note.text}`, { group: group.name });
  }
}
