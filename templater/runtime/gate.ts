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
  /** Always called, once, as the last thing. Must not reject. */
  leave(outcome: TurnOutcome): Promise<void>;
}

export interface Gate {
  /**
   * Waits for this machine's turn to take a version of a group. Called when all checks have passed, before anything is put in place.
   *
   * @param version names the contents: sha256 in hex digits over destinations and contents of the whole change
   * @throws GateError, and the signal's reason when it fires
   */
  enter(group: Group, version: { readonly sha256: string }, signal: AbortSignal): Promise<Turn>;
}

const openTurn: Turn = { verify: async () => '', leave: async () => {} };

/** Always open: for groups without a rollout. */
export const openGate: Gate = { enter: async () => openTurn };
