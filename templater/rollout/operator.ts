/** What operators may do to a rollout: pure functions of what lies in the KV store. */
import type { RolloutRecord, RolloutView, SemaphoreLock } from './documents.js';

/** What is to be written; a text says why nothing is. */
export type OperatorStep =
  | { readonly kind: 'write'; readonly lock: SemaphoreLock | undefined; readonly record: RolloutRecord | undefined; readonly text: string }
  | { readonly kind: 'refused'; readonly text: string };

export interface OperatorMoment {
  /** ISO 8601. */
  readonly now: string;
  /** Who does it, for those who look later. */
  readonly operator: string;
}

/** Lets a change go on that has failed or was aborted: one machine tries it alone, then the others follow. `limit` becomes the lock's. */
export function resumeStep(
  view: RolloutView,
  { now, operator, limit }: OperatorMoment & { readonly limit: number | undefined },
): OperatorStep {
  const { lock, record } = view;
  const isHeld = record?.State === 'stopped' || record?.State === 'aborted';
  const isOtherLimit = limit !== undefined && lock !== undefined && lock.Limit !== limit;
  if (!isHeld && !isOtherLimit) return { kind: 'refused', text: nothingHeld(view) };
  return {
    kind: 'write',
    lock: isOtherLimit ? { ...lock, Limit: limit } : undefined,
    record: isHeld
      ? { ...record, State: 'resumed', Since: now, Session: '', Reason: `resumed on ${operator}; before: ${record.Reason}` }
      : undefined,
    text: [
      isHeld ? 'the change goes on: one machine tries it alone, then the others follow' : '',
      isOtherLimit ? `the limit is ${limit}` : '',
    ]
      .filter((part) => part !== '')
      .join('; '),
  };
}

/** Nobody takes the change of the moment any more; those that have it keep it. The next change goes on by itself. */
export function abortStep({ record }: RolloutView, { now, operator }: OperatorMoment): OperatorStep {
  if (record === undefined) return { kind: 'refused', text: 'there is no change to abort' };
  if (record.State === 'aborted') return { kind: 'refused', text: `the change was aborted already, at ${record.Since}` };
  const Reason = record.Reason === '' ? `aborted on ${operator}` : `aborted on ${operator}; before: ${record.Reason}`;
  return {
    kind: 'write',
    lock: undefined,
    record: { ...record, State: 'aborted', Since: now, Session: '', Reason },
    text: 'the change is aborted: machines that wait for it keep their files until there is another one',
  };
}

function nothingHeld({ record }: RolloutView): string {
  if (record === undefined) return 'there is nothing to resume: no change has gone through this lock yet';
  return `there is nothing to resume: the rollout is not stopped, it is ${record.State}`;
}
