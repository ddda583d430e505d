/** A check at work. */
import type { CheckStatus } from '../model/records.js';

/** Where results go; called synchronously, also with a result equal to the last one. */
export type Report = (status: CheckStatus, output: string) => void;

export interface RunningCheck {
  /** Nothing is reported and nothing left running after this; may be called twice. */
  stop(): void;
  /** Only checks with a TTL take updates from outside. */
  readonly update?: (status: CheckStatus, output: string) => void;
}
