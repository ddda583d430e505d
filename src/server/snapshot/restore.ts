/**
 * What turns the store into what an archive shows. Rows that are as they were are left alone and keep their indexes; the others are put
 * or deleted in one transaction. It rests on nothing having been put since it was decided.
 *
 * The rows of the store go by once and are compared as they come: of each only its revision is kept, because a second copy of everything
 * would keep the garbage collector busy for seconds.
 *
 * All of it is done in turns: reads are answered meanwhile.
 *
 * A key and its lock are judged together: whether a lock's LockIndex counts depends on which of both was put last (src/state/kv.ts), and
 * all rows of a restore are put at once.
 */

import { sameJson } from '../../lib/same-json.js';
import { each, type Steps } from '../../lib/steps.js';
import type { ArchiveRow } from '../../model/snapshot/archive.js';
import type { Change, StoredValue, TableName, Transaction } from '../../model/storage.js';
import { restoredKey } from '../../state/meta.js';
import { lockFromStored } from '../../state/stored.js';

export type RestoredRow = ArchiveRow & { readonly table: TableName };

interface CurrentRows {
  readonly revisions: Map<string, number>;
  /** Keys whose records are not what the archive has. */
  readonly differing: Set<string>;
}

export type Wanted = ReadonlyMap<TableName, ReadonlyMap<string, RestoredRow>>;

export class Restoration {
  private readonly wanted: Wanted;
  private readonly current = new Map<TableName, CurrentRows>();

  constructor(wanted: Wanted) {
    this.wanted = wanted;
  }

  /** Each row of the store, once. */
  see({ table, key, revision, record }: RestoredRow): void {
    const rows = this.current.get(table) ?? { revisions: new Map<string, number>(), differing: new Set<string>() };
    this.current.set(table, rows);
    rows.revisions.set(key, revision);
    if (!sameJson(record, this.wanted.get(table)?.get(key)?.record)) rows.differing.add(key);
  }

  /**
   * @param revision of the store that was seen
   * @param time RFC 3339, of the restore itself: the mark in the store that ends every wait
   */
  *transaction(revision: number, time: string): Steps<Transaction> {
    const changes: Change[] = [{ kind: 'put', table: 'meta', key: restoredKey, record: { Time: time } }];
    for (const [table, { revisions }] of this.current) {
      yield* each(revisions.keys(), (key) => {
        if (!isRestoreMark(table, key) && !this.wanted.get(table)?.has(key)) changes.push({ kind: 'delete', table, key });
      });
    }
    for (const [table, rows] of this.wanted) {
      yield* each(rows, ([key, row]) => {
        if (!isRestoreMark(table, key) && !this.isUnchanged(table, key))
          changes.push({ kind: 'put', table, key, record: this.asShown(row) });
      });
    }
    const tables = new Set([...this.current.keys(), ...this.wanted.keys()]);
    return { expect: [...tables].map((table) => ({ table, prefix: '', notAfter: revision })), changes };
  }

  private isUnchanged(table: TableName, key: string): boolean {
    if (table !== 'kv' && table !== 'locks') return this.isSame(table, key);
    return this.isSame('kv', key) && this.isSame('locks', key) && this.countedBefore(key) === this.countsAfter(key);
  }

  private isSame(table: TableName, key: string): boolean {
    const rows = this.current.get(table);
    if (!rows?.revisions.has(key)) return !this.wanted.get(table)?.has(key);
    return !rows.differing.has(key);
  }

  private countedBefore(key: string): boolean {
    return (this.current.get('locks')?.revisions.get(key) ?? 0) >= (this.current.get('kv')?.revisions.get(key) ?? 0);
  }

  private countsAfter(key: string): boolean {
    return (this.wanted.get('locks')?.get(key)?.revision ?? 0) >= (this.wanted.get('kv')?.get(key)?.revision ?? 0);
  }

  /** A lock that was put before its key showed LockIndex 0: put together with it, it has to say so itself. */
  private asShown({ table, key, record }: RestoredRow): StoredValue {
    if (table !== 'locks' || this.countsAfter(key)) return record;
    return { ...lockFromStored(record), LockIndex: 0 };
  }
}

/** The mark of an earlier restore is no part of what is restored. */
function isRestoreMark(table: TableName, key: string): boolean {
  return table === 'meta' && key === restoredKey;
}

export function* wantedRows(rows: Iterable<RestoredRow>): Steps<Wanted> {
  const tables = new Map<TableName, Map<string, RestoredRow>>();
  yield* each(rows, (row) => {
    const ofTable = tables.get(row.table);
    if (ofTable) ofTable.set(row.key, row);
    else tables.set(row.table, new Map([[row.key, row]]));
  });
  return tables;
}
