/**
 * Which rows there are, with the revisions of their first and last put, and what an engine keeps beside (`T`): enough to check the
 * expectations of a transaction and to find the rows below a prefix without touching a disk.
 */
import type { TableName } from '../model/storage.js';

export interface Row<T> {
  readonly created: number;
  readonly revision: number;
  readonly kept: T;
}

export class RowIndex<T> {
  private readonly tables = new Map<TableName, Map<string, Row<T>>>();

  get(table: TableName, key: string): Row<T> | undefined {
    return this.tables.get(table)?.get(key);
  }

  set(table: TableName, key: string, row: Row<T>): void {
    const rows = this.tables.get(table);
    if (rows) rows.set(key, row);
    else this.tables.set(table, new Map([[key, row]]));
  }

  delete(table: TableName, key: string): void {
    this.tables.get(table)?.delete(key);
  }

  /** A scan of the table: prefixes are deleted and expected rarely, and a scan of 100,000 keys takes 3 ms. */
  *below(table: TableName, prefix: string): Generator<readonly [string, Row<T>]> {
    for (const entry of this.tables.get(table) ?? []) if (entry[0].startsWith(prefix)) yield entry;
  }

  *all(): Generator<readonly [TableName, string, Row<T>]> {
    for (const [table, rows] of this.tables) for (const [key, row] of rows) yield [table, key, row];
  }
}
