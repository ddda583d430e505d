/**
 * The transactions that share one commit. A row is touched once per revision, and a transaction rests on the store as it was before the
 * group: one that touches or expects what an earlier one of the group changes does not fit and waits for the next.
 *
 * Plain puts (nothing expected, one row) fit over each other: the last one is the one that is committed, and all of them happened, one right
 * after the other. So a key that many write at once does not hold them up.
 */
import type { Change, Expectation, TableName, Transaction } from '../model/storage.js';

export class CommitGroup {
  readonly transactions: Transaction[] = [];
  /** Row -> position of the transaction that changes it. */
  private readonly changed = new Map<string, number>();
  private readonly put = new Set<string>();
  private readonly prefixes: string[] = [];

  /** @returns the position in the group; undefined when the transaction does not fit */
  add(transaction: Transaction): number | undefined {
    const over = this.putOver(transaction);
    if (over !== undefined) return over;
    if (!transaction.expect.every((expectation) => this.isUntouched(expectation))) return undefined;
    if (!transaction.changes.every((change) => this.isFree(change))) return undefined;
    const position = this.transactions.push(transaction) - 1;
    for (const { kind, table, key } of transaction.changes) {
      const row = rowName(table, key);
      if (kind === 'deletePrefix') this.prefixes.push(row);
      else this.changed.set(row, position);
      if (kind === 'put') this.put.add(row);
    }
    return position;
  }

  private putOver(transaction: Transaction): number | undefined {
    const [change] = transaction.changes;
    if (!change || !isPlainPut(transaction)) return undefined;
    const position = this.changed.get(rowName(change.table, change.key));
    const earlier = position === undefined ? undefined : this.transactions[position];
    if (position === undefined || !earlier || !isPlainPut(earlier)) return undefined;
    this.transactions[position] = transaction;
    return position;
  }

  private isUntouched(expectation: Expectation): boolean {
    if ('prefix' in expectation) {
      const { table, prefix, ignoresDeletions } = expectation;
      return ignoresDeletions ? !startsAny(this.put, rowName(table, prefix)) : !this.touchesBelow(table, prefix);
    }
    return this.isFree({ kind: 'delete', table: expectation.table, key: expectation.key });
  }

  private isFree({ kind, table, key }: Pick<Change, 'kind' | 'table' | 'key'>): boolean {
    if (kind === 'deletePrefix') return !this.touchesBelow(table, key);
    const row = rowName(table, key);
    return !this.changed.has(row) && !this.prefixes.some((prefix) => row.startsWith(prefix));
  }

  private touchesBelow(table: TableName, prefix: string): boolean {
    const start = rowName(table, prefix);
    if (startsAny(this.changed.keys(), start)) return true;
    return this.prefixes.some((other) => other.startsWith(start) || start.startsWith(other));
  }
}

function startsAny(rows: Iterable<string>, start: string): boolean {
  for (const row of rows) if (row.startsWith(start)) return true;
  return false;
}

function isPlainPut({ expect, changes }: Transaction): boolean {
  return expect.length === 0 && changes.length === 1 && changes[0]?.kind === 'put';
}

function rowName(table: TableName, key: string): string {
  return `${table} ${key}`;
}
