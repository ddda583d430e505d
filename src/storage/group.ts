/**
 * What a group of transactions comes to: which of them are refused, the changes as committed, and the rows as they will be. Pure: the
 * index is read, never written, so that a batch that fails on its way to the disk leaves nothing behind.
 */
import { each, type Steps } from '../lib/steps.js';
import type { Change, CommittedChange, Expectation, StoredValue, TableName, Transaction } from '../model/storage.js';
import type { Row, RowIndex } from './row-index.js';

/** A row after the group: `record` is null when it is gone. */
export interface StagedRow<T> {
  readonly table: TableName;
  readonly key: string;
  readonly record: StoredValue | null;
  readonly created: number;
  /** The row before the group. */
  readonly before: Row<T> | undefined;
}

export interface StagedGroup<T> {
  readonly refused: readonly number[];
  readonly changes: readonly CommittedChange[];
  readonly rows: readonly StagedRow<T>[];
}

/** More changes than this are worked off in turns: some 20 ms. */
const changesAtOnceMax = 4096;

export function isLarge(group: readonly Transaction[]): boolean {
  let changes = 0;
  for (const transaction of group) changes += transaction.changes.length;
  return changes > changesAtOnceMax;
}

/** @param revision the one the group will be committed under */
export function* stageGroup<T>(index: RowIndex<T>, group: readonly Transaction[], revision: number): Steps<StagedGroup<T>> {
  const stage = new Stage(index, revision);
  const refused: number[] = [];
  for (const [position, { expect, changes }] of group.entries()) {
    if (expect.every((expectation) => stage.holds(expectation))) yield* each(changes, (change) => stage.add(change));
    else refused.push(position);
  }
  return { refused, changes: stage.changes, rows: [...stage.rows.values()] };
}

class Stage<T> {
  readonly changes: CommittedChange[] = [];
  /** By table and key. */
  readonly rows = new Map<string, StagedRow<T>>();
  private readonly index: RowIndex<T>;
  private readonly revision: number;

  constructor(index: RowIndex<T>, revision: number) {
    this.index = index;
    this.revision = revision;
  }

  holds(expectation: Expectation): boolean {
    if ('key' in expectation) return this.revisionOf(expectation.table, expectation.key) === expectation.revision;
    const { table, prefix, notAfter } = expectation;
    for (const row of this.rows.values()) if (row.record && row.table === table && row.key.startsWith(prefix)) return false;
    if (this.index.newestPut(table) <= notAfter) return true;
    for (const [key, row] of this.index.below(table, prefix)) {
      if (row.revision > notAfter && !this.rows.has(rowName(table, key))) return false;
    }
    return true;
  }

  add(change: Change): void {
    if (change.kind === 'put') this.put(change.table, change.key, change.record);
    else if (change.kind === 'delete') this.delete(change.table, change.key);
    else this.deletePrefix(change.table, change.key);
  }

  private put(table: TableName, key: string, record: StoredValue): void {
    const name = rowName(table, key);
    const staged = this.rows.get(name);
    const before = this.index.get(table, key);
    const created = staged ? (staged.record ? staged.created : this.revision) : (before?.created ?? this.revision);
    this.rows.set(name, { table, key, record, created, before });
    this.changes.push({ kind: 'put', table, key, record, created });
  }

  private delete(table: TableName, key: string): void {
    if (this.revisionOf(table, key) === 0) return;
    this.remove(table, key);
    this.changes.push({ kind: 'delete', table, key });
  }

  private deletePrefix(table: TableName, prefix: string): void {
    const keys = new Set<string>();
    for (const row of this.rows.values()) if (row.record && row.table === table && row.key.startsWith(prefix)) keys.add(row.key);
    for (const [key] of this.index.below(table, prefix)) if (!this.rows.has(rowName(table, key))) keys.add(key);
    if (keys.size === 0) return;
    for (const key of keys) this.remove(table, key);
    this.changes.push({ kind: 'deletePrefix', table, key: prefix });
  }

  private remove(table: TableName, key: string): void {
    this.rows.set(rowName(table, key), { table, key, record: null, created: 0, before: this.index.get(table, key) });
  }

  private revisionOf(table: TableName, key: string): number {
    const staged = this.rows.get(rowName(table, key));
    if (staged) return staged.record ? this.revision : 0;
    return this.index.get(table, key)?.revision ?? 0;
  }
}

function rowName(table: TableName, key: string): string {
  return `${table} ${key}`;
}
