/**
 * What a decision has read and what it wants changed. Each row is put or deleted at most once in a transaction, so a later change
 * of a row replaces an earlier one; a row that the decision itself has changed is no longer expected to be anything.
 */
import type { Change, Expectation, StoredValue, TableName, Transaction } from '../../model/storage.js';

export class Ledger {
  private readonly expectations = new Map<string, Expectation>();
  private readonly changes = new Map<string, Change>();

  /** @param revision of the row's last put as the view has it; 0 when it is absent */
  expect(table: TableName, key: string, revision: number): void {
    const row = rowName(table, key);
    if (!this.changes.has(row) && !this.expectations.has(row)) this.expectations.set(row, { table, key, revision });
  }

  /** Nothing was put below the prefix since the view's revision. */
  expectBelow(table: TableName, prefix: string, notAfter: number): void {
    this.expectations.set(`* ${rowName(table, prefix)}`, { table, prefix, notAfter });
  }

  /** The same where it does not matter what else is deleted there. */
  expectNoneNewBelow(table: TableName, prefix: string, notAfter: number): void {
    const name = `* ${rowName(table, prefix)}`;
    if (!this.expectations.has(name)) this.expectations.set(name, { table, prefix, notAfter, ignoresDeletions: true });
  }

  put(table: TableName, key: string, record: StoredValue): void {
    this.changes.set(rowName(table, key), { kind: 'put', table, key, record });
  }

  delete(table: TableName, key: string): void {
    this.changes.set(rowName(table, key), { kind: 'delete', table, key });
  }

  /** Only for prefixes below which the transaction changes nothing else. */
  deleteBelow(table: TableName, prefix: string): void {
    this.changes.set(`* ${rowName(table, prefix)}`, { kind: 'deletePrefix', table, key: prefix });
  }

  /** The decision is a refusal: it rests on what it has read, and changes nothing. */
  keepNothing(): void {
    this.changes.clear();
  }

  transaction(): Transaction {
    return { expect: [...this.expectations.values()], changes: [...this.changes.values()] };
  }
}

function rowName(table: TableName, key: string): string {
  return `${table} ${key}`;
}
