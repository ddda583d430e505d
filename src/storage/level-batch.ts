/**
 * From a staged group to the operations of one batch (without its head), and to what changes in memory once it is on disk. Two steps, because a
 * batch may fail: `prepareBatch` changes nothing, `settleBatch` cannot fail.
 */
import { each, type Steps } from '../lib/steps.js';
import type { Deletion, Deletions } from './deletions.js';
import type { StagedGroup, StagedRow } from './group.js';
import { Digest, deletionKey, type Head, headBody, headKey, rowBody, rowKey, seal } from './level-row.js';
import type { RowIndex } from './row-index.js';

/** What is known in memory of what is on disk. Rows and deletions are kept with their checksums, which `digest` is the sum of. */
export interface LevelState {
  readonly index: RowIndex<number>;
  readonly deletions: Deletions;
  readonly digest: Digest;
}

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string };

export interface Batch {
  readonly operations: Operation[];
  readonly digest: Digest;
  readonly rows: { readonly row: StagedRow<number>; readonly crc: number }[];
  readonly remembered: Map<string, Deletion>;
  readonly forgotten: string[];
  /** About how long all records are together. */
  characters: number;
}

export function* prepareBatch(state: LevelState, group: StagedGroup<number>, revision: number, nowMs: number): Steps<Batch> {
  const digest = new Digest(state.digest);
  const batch: Batch = { operations: [], digest, rows: [], remembered: new Map(), forgotten: [], characters: 0 };
  yield* each(group.rows, (row) => addRow(batch, row, revision));
  yield* addDeletions(batch, state.deletions, group, revision, nowMs);
  return batch;
}

/** Ends every batch. */
export function headOperation(head: Head): Operation {
  return { type: 'put', key: headKey, value: seal(headKey, headBody(head)).text };
}

export function* settleBatch(state: LevelState, batch: Batch, revision: number): Steps<LevelState> {
  yield* each(batch.rows, ({ row, crc }) => {
    if (row.record) state.index.set(row.table, row.key, { created: row.created, revision, kept: crc });
    else state.index.delete(row.table, row.key);
  });
  for (const key of batch.forgotten) state.deletions.delete(key);
  for (const [key, deletion] of batch.remembered) state.deletions.set(key, deletion);
  return { ...state, digest: batch.digest };
}

function addRow(batch: Batch, row: StagedRow<number>, revision: number): void {
  const key = rowKey(row.table, row.key);
  if (row.before) batch.digest.remove(row.before.kept);
  if (!row.record) {
    if (row.before) batch.operations.push({ type: 'del', key });
    batch.rows.push({ row, crc: 0 });
    return;
  }
  const { text, crc } = seal(key, rowBody(row.created, revision, row.record));
  batch.digest.add(crc);
  batch.operations.push({ type: 'put', key, value: text });
  batch.rows.push({ row, crc });
  batch.characters += text.length;
}

/** A row that was put again needs its deletion remembered no longer: its own revision is the higher one. */
function* addDeletions(batch: Batch, deletions: Deletions, group: StagedGroup<number>, revision: number, nowMs: number): Steps<void> {
  yield* each(group.changes, (change) => {
    if (change.kind === 'put') return;
    const key = deletionKey(change.kind, change.table, change.key);
    batch.remembered.set(key, { crc: 0, timeMs: nowMs });
  });
  const forgotten = new Set<string>();
  if (deletions.size + batch.remembered.size > 0) {
    yield* each(batch.rows, ({ row }) => {
      if (!row.record) return;
      const key = deletionKey('delete', row.table, row.key);
      batch.remembered.delete(key);
      if (deletions.get(key)) forgotten.add(key);
    });
    for (const key of deletions.expired(nowMs, batch.remembered.size)) if (!batch.remembered.has(key)) forgotten.add(key);
  }
  for (const key of forgotten) {
    batch.digest.remove(deletions.get(key)?.crc ?? 0);
    batch.operations.push({ type: 'del', key });
    batch.forgotten.push(key);
  }
  yield* each(batch.remembered.keys(), (key) => {
    const before = deletions.get(key);
    if (before) batch.digest.remove(before.crc);
    const { text, crc } = seal(key, `${revision} ${nowMs}`);
    batch.digest.add(crc);
    batch.operations.push({ type: 'put', key, value: text });
    batch.remembered.set(key, { crc, timeMs: nowMs });
  });
}
