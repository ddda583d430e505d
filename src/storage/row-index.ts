/**
 * Which rows there are, with the revisions of their first and last put, and what an engine keeps beside (`T`): enough to check the
 * expectations of a transaction and to find the rows below a prefix without touching a disk.
 *
 * Rows stand in columns, and a row is put together when it is asked for: an object for each would take as much memory as its key.
 */
import type { TableName } from '../model/storage.js';

export interface Row<T> {
  readonly created: number;
  readonly revision: number;
  readonly kept: T;
}

export class RowIndex<T> {
  private readonly tables = new Map<TableName, Columns<T>>();
  private readonly newest = new Map<TableName, number>();
  private readonly nothing: T;

  /** @param nothing stands where something was kept for a row that is gone */
  constructor(nothing: T) {
    this.nothing = nothing;
  }

  get(table: TableName, key: string): Row<T> | undefined {
    return this.tables.get(table)?.get(key);
  }

  /** No row of the table was put after this revision; 0 when there never was one. */
  newestPut(table: TableName): number {
    return this.newest.get(table) ?? 0;
  }

  set(table: TableName, key: string, row: Row<T>): void {
    if (row.revision > this.newestPut(table)) this.newest.set(table, row.revision);
    let rows = this.tables.get(table);
    if (!rows) {
      rows = new Columns(this.nothing);
      this.tables.set(table, rows);
    }
    rows.set(key, row);
  }

  delete(table: TableName, key: string): void {
    const rows = this.tables.get(table);
    rows?.delete(key);
    if (rows?.size === 0) this.tables.delete(table);
  }

  /** A scan of the table: prefixes are deleted and expected rarely, and a scan of 100,000 keys takes 3 ms. */
  *below(table: TableName, prefix: string): Generator<readonly [string, Row<T>]> {
    const rows = this.tables.get(table);
    for (const key of rows?.keys() ?? []) {
      const row = key.startsWith(prefix) ? rows?.get(key) : undefined;
      if (row) yield [key, row];
    }
  }

  *all(): Generator<readonly [TableName, string, Row<T>]> {
    for (const [table, rows] of this.tables) {
      for (const key of rows.keys()) {
        const row = rows.get(key);
        if (row) yield [table, key, row];
      }
    }
  }
}

class Columns<T> {
  private readonly positions = new Map<string, number>();
  private readonly created: number[] = [];
  private readonly revisions: number[] = [];
  private readonly kept: T[] = [];
  private readonly free: number[] = [];
  private readonly nothing: T;

  constructor(nothing: T) {
    this.nothing = nothing;
  }

  get size(): number {
    return this.positions.size;
  }

  keys(): Iterable<string> {
    return this.positions.keys();
  }

  get(key: string): Row<T> | undefined {
    const position = this.positions.get(key);
    if (position === undefined) return undefined;
    // Every position in the map is in all columns.
    return { created: this.created[position] ?? 0, revision: this.revisions[position] ?? 0, kept: this.kept[position] ?? this.nothing };
  }

  set(key: string, { created, revision, kept }: Row<T>): void {
    let position = this.positions.get(key);
    if (position === undefined) {
      position = this.free.pop() ?? this.created.length;
      this.positions.set(key, position);
    }
    this.created[position] = created;
    this.revisions[position] = revision;
    this.kept[position] = kept;
  }

  delete(key: string): void {
    const position = this.positions.get(key);
    if (position === undefined) return;
    this.positions.delete(key);
    this.kept[position] = this.nothing;
    this.free.push(position);
  }
}
