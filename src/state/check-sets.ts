/** Checks by a name that they share (their state, their service), each set in order of node and check id. */
import { SortedMap } from '../lib/sorted-map.js';
import type { CheckRecord } from '../model/records.js';
import { pairKey } from './stored.js';

class CheckSet {
  /** Newest change of a check that is or was in the set. */
  index = 0;
  readonly checks = new SortedMap<KeyedCheck>((keyed) => keyed.key);
}

/** The key is kept beside: it is compared far more often than made. */
interface KeyedCheck {
  readonly key: string;
  readonly check: CheckRecord;
}

export class CheckSets {
  private readonly sets = new Map<string, CheckSet>();

  /** Sets that became empty are dropped: their index is answered by the newest change of any check. */
  move(before: string | undefined, after: string | undefined, checks: { before?: CheckRecord; after?: CheckRecord }, index: number): void {
    if (before !== undefined && before !== after && checks.before) this.remove(before, checks.before, index);
    if (after === undefined || !checks.after) return;
    const set = this.sets.get(after) ?? new CheckSet();
    this.sets.set(after, set);
    set.checks.set({ key: pairKey(checks.after.Node, checks.after.CheckID), check: checks.after });
    set.index = index;
  }

  list(name: string): readonly CheckRecord[] {
    return Object.freeze(Array.from(this.sets.get(name)?.checks.below('') ?? [], (keyed) => keyed.check));
  }

  /** -1 when the set is empty. */
  index(name: string): number {
    return this.sets.get(name)?.index ?? -1;
  }

  private remove(name: string, check: CheckRecord, index: number): void {
    const set = this.sets.get(name);
    if (!set) return;
    set.checks.delete(pairKey(check.Node, check.CheckID));
    set.index = index;
    if (set.checks.size === 0) this.sets.delete(name);
  }
}
