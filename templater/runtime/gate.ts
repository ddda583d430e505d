/** Machines taking turns: a gate is held around putting the files of a group in place and its reload. */
import type { Group } from '../resource.js';

/** It is not this machine's turn and will not be by itself; the message says why. The files stay as they are, as after a failed check. */
export class GateError extends Error {
  override readonly name = 'GateError';
}

/** What became of the change: in place and healthy, taken back, or in place although its reload failed (`keep_failed`). */
export type TurnOutcome = 'done' | 'rolled-back' | 'failed';

export interface Turn {
  /**
   * After the reload: waits until this machine is healthy again.
   * @returns '' when it is, else why not; the group is taken back then
   */
  verify(signal: AbortSignal): Promise<string>;
  /**
   * Always called, once, as the last thing. Must not reject.
   *
   * @param reason why it is not `done`: what the other machines' operators read; '' when it is, or when nothing was put in place after all
   */
  leave(outcome: TurnOutcome, reason: string): Promise<void>;
}

/** What is to be put in place. */
export interface Version {
  /** Names the contents: in hex digits, over the contents of all files of the group. */
  readonly sha256: string;
  /** The highest modify index of what it was made from; 0 when nothing of that has one. */
  readonly index: number;
}

export interface Gate {
  /**
   * Waits for this machine's turn to take a version of a group, for days if need be. Called when all checks have passed, before anything
   * is put in place. The caller fires the signal as well when a newer version takes this one's place, and enters with that.
   *
   * @throws GateError, and the signal's reason when it fires
   */
  enter(group: Group, version: Version, signal: AbortSignal): Promise<Turn>;
  /** A check of this version failed here, before any turn: other machines are told not to try. Must not reject. */
  refused(group: Group, version: Version, reason: string): Promise<void>;
  /** `task` is called when a version that failed or was refused on this machine may be tried again although no data changed. */
  onRelease(task: (group: Group) => void): void;
}

const openTurn: Turn = { verify: async () => '', leave: async () => {} };

/** Always open: for groups without a rollout. */
export const openGate: Gate = { enter: async () => openTurn, refused: async () => {}, onRelease: () => {} };
