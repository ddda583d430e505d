/** What a storage engine comes to, as simply as it can be said: a map of rows, and the rules of src/model/storage.ts as written. */
import type { Change, Committed, Expectation, StoredValue, TableName, Transaction } from '../../../src/model/storage.js';

export interface ModelRow {
  readonly table: TableName;
  readonly key: string;
  readonly record: StoredValue;
  readonly created: number;
  readonly revision: number;
}

export class Model {
  rows = new Map<string, ModelRow>();

  /** What `commit` must answer; `revision` is what a group that changes something gets. */
  commit(group: readonly Transaction[], revision: number): { refused: number[]; changed: boolean } {
    const refused: number[] = [];
    let changed = false;
    group.forEach((transaction, position) => {
      if (!transaction.expect.every((e) => this.holds(e))) refused.push(position);
      else for (const change of transaction.changes) changed = this.change(change, revision) || changed;
    });
    return { refused, changed };
  }

  /** As `change`, for what came out of `load` or `changes`: created revisions are checked by comparing rows. */
  fold(committed: Committed): void {
    for (const change of committed.changes) {
      if (change.kind !== 'put') this.change(change, committed.revision);
      else this.rows.set(name(change.table, change.key), { ...rowOf(change), created: change.created, revision: committed.revision });
    }
  }

  private holds(e: Expectation): boolean {
    if ('key' in e) return (this.rows.get(name(e.table, e.key))?.revision ?? 0) === e.revision;
    return [...this.rows.values()].every((row) => row.table !== e.table || !row.key.startsWith(e.prefix) || row.revision <= e.notAfter);
  }

  private change(change: Change, revision: number): boolean {
    const { table, key } = change;
    if (change.kind === 'put') {
      const created = this.rows.get(name(table, key))?.created ?? revision;
      this.rows.set(name(table, key), { ...rowOf(change), created, revision });
      return true;
    }
    if (change.kind === 'delete') return this.rows.delete(name(table, key));
    const below = [...this.rows.values()].filter((row) => row.table === table && row.key.startsWith(key));
    for (const row of below) this.rows.delete(name(table, row.key));
    return below.length > 0;
  }
}

function rowOf({ table, key, record }: { table: TableName; key: string; record: StoredValue }) {
  return { table, key, record };
}

function name(table: TableName, key: string): string {
  return `${table} ${key}`;
}
