/** Checks by a name that they share (their state, their service), each set in order of node and check id. */
import { SortedMap } from '../lib/sorted-map.js';
import type { CheckRecord } from '../model/records.js';
import type { CheckRow } from './node-row.js';

class CheckSet {
  /** Newest change of a check that is or was in the set. */
  index = 0;
  readonly checks = new SortedMap<CheckRow>((row) => row.key);
}

export class CheckSets {
  private readonly sets = new Map<string, CheckSet>();

  /** Sets that became empty are dropped: their index is answered by the newest change of any check. */
  move(before: string | undefined, after: string | undefined, rows: { before?: CheckRow; after?: CheckRow }, index: number): void {
    if (before !== undefined && before !== after && rows.before) this.remove(before, rows.before, index);
    if (after === undefined || !rows.after) return;
    const set = this.sets.get(after) ?? new CheckSet();
    this.sets.set(after, set);
    set.checks.set(rows.after);
    set.index = index;
  }

  list(name: string): readonly CheckRecord[] {
    return Object.freeze(Array.from(this.sets.get(name)?.checks.below('') ?? [], (row) => row.record));
  }

  /** -1 when the set is empty. */
  index(name: string): number {
    return this.sets.get(name)?.index ?? -1;
  }

  private remove(name: string, { key }: CheckRow, index: number): void {
    const set = this.sets.get(name);
    if (!set) return;
    set.checks.delete(key);
    set.index = index;
    if (set.checks.size === 0) this.sets.delete(name);
  }
}
