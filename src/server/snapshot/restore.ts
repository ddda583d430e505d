/**
 * What turns the store into what an archive shows. Rows that are as they were are left alone and keep their indexes; the others are put
 * or deleted in one transaction. It rests on nothing having been put since it was decided.
 *
 * A key and its lock are judged together: whether a lock's LockIndex counts depends on which of both was put last (src/state/kv.ts), and
 * all rows of a restore are put at once.
 */
import { sameJson } from '../../lib/same-json.js';
import type { ArchiveRow } from '../../model/snapshot/archive.js';
import type { Change, StoredValue, TableName, Transaction } from '../../model/storage.js';
import { restoredKey } from '../../state/meta.js';
import { lockFromStored } from '../../state/stored.js';

export type RestoredRow = ArchiveRow & { readonly table: TableName };

interface Row {
  readonly revision: number;
  readonly record: StoredValue;
}

type Rows = ReadonlyMap<TableName, ReadonlyMap<string, Row>>;

/** @param time RFC 3339, of the restore itself: the mark in the store that ends every wait */
export function restoration(current: Iterable<RestoredRow>, wanted: Iterable<RestoredRow>, revision: number, time: string): Transaction {
  const [before, after] = [byTable(current), byTable(wanted)];
  const changes: Change[] = [{ kind: 'put', table: 'meta', key: restoredKey, record: { Time: time } }];
  const tables = new Set([...before.keys(), ...after.keys()]);
  for (const table of tables) addChanges(changes, table, before, after);
  return { expect: [...tables].map((table) => ({ table, prefix: '', notAfter: revision })), changes };
}

function addChanges(changes: Change[], table: TableName, before: Rows, after: Rows): void {
  for (const key of before.get(table)?.keys() ?? []) {
    if (!isRestoreMark(table, key) && !after.get(table)?.has(key)) changes.push({ kind: 'delete', table, key });
  }
  for (const [key, row] of after.get(table) ?? []) {
    if (isRestoreMark(table, key) || isUnchanged(table, key, before, after)) continue;
    changes.push({ kind: 'put', table, key, record: asShown(table, key, row, after) });
  }
}

function isUnchanged(table: TableName, key: string, before: Rows, after: Rows): boolean {
  if (table !== 'kv' && table !== 'locks') return sameRow(table, key, before, after);
  return sameRow('kv', key, before, after) && sameRow('locks', key, before, after) && lockCounts(key, before) === lockCounts(key, after);
}

function sameRow(table: TableName, key: string, before: Rows, after: Rows): boolean {
  return sameJson(before.get(table)?.get(key)?.record, after.get(table)?.get(key)?.record);
}

function lockCounts(key: string, rows: Rows): boolean {
  return (rows.get('locks')?.get(key)?.revision ?? 0) >= (rows.get('kv')?.get(key)?.revision ?? 0);
}

/** A lock that was put before its key showed LockIndex 0: put together with it, it has to say so itself. */
function asShown(table: TableName, key: string, row: Row, rows: Rows): StoredValue {
  if (table !== 'locks' || lockCounts(key, rows)) return row.record;
  return { ...lockFromStored(row.record), LockIndex: 0 };
}

/** The mark of an earlier restore is no part of what is restored. */
function isRestoreMark(table: TableName, key: string): boolean {
  return table === 'meta' && key === restoredKey;
}

function byTable(rows: Iterable<RestoredRow>): Rows {
  const tables = new Map<TableName, Map<string, Row>>();
  for (const { table, key, revision, record } of rows) {
    const ofTable = tables.get(table);
    if (ofTable) ofTable.set(key, { revision, record });
    else tables.set(table, new Map([[key, { revision, record }]]));
  }
  return tables;
}
