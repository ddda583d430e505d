/**
 * What the commit log holds beyond what LevelDB is known to have, at open. level-log.ts says why all records of the run are replayed
 * and not only those above LevelDB's head.
 */
import type { Operation } from './level-batch.js';
import { findRecord, type RecordHeader, readHeader, readOperations } from './level-log-record.js';

export interface Replay {
  /** Of the last record; that of the head when there is none. */
  readonly revision: number;
  /** What all records come to: the last operation on each key. */
  readonly operations: readonly Operation[];
}

/**
 * @param after the revision that the run of the log begins after
 * @param headRevision how far LevelDB got
 * @returns what is wrong, as text, when the log cannot be trusted
 */
export function readLog(segments: readonly Buffer[], after: number, headRevision: number): Replay | string {
  const runs = segments.map((bytes) => ({ bytes, records: readRun(bytes, after) })).filter(({ records }) => records.length > 0);
  runs.sort((a, b) => firstOf(a.records) - firstOf(b.records));
  const records = runs.flatMap((run) => run.records);
  const gap = records.findIndex(({ revision }, position) => position > 0 && revision !== (records[position - 1]?.revision ?? 0) + 1);
  if (gap >= 0) return `revision ${(records[gap - 1]?.revision ?? 0) + 1} is missing in its commit log`;
  const revision = records.at(-1)?.revision ?? after;
  for (const bytes of segments) if (hasBeyond(bytes, after, revision)) return `revision ${revision + 1} is damaged in its commit log`;
  if (revision < headRevision) return `its commit log ends at revision ${revision}, but revision ${headRevision} was written`;
  const last = new Map<string, Operation>();
  for (const run of runs) {
    for (const record of run.records) for (const operation of readOperations(run.bytes, record)) last.set(operation.key, operation);
  }
  return { revision, operations: [...last.values()] };
}

/** From the beginning of a segment to its first record that does not follow: zeros, one that is torn, or one from before the segment was reused. */
function readRun(bytes: Buffer, after: number): RecordHeader[] {
  const records: RecordHeader[] = [];
  let record = readHeader(bytes, 0, after);
  while (record) {
    records.push(record);
    const next = readHeader(bytes, record.end, after);
    record = next?.revision === record.revision + 1 ? next : null;
  }
  return records;
}

function firstOf(records: readonly RecordHeader[]): number {
  return records[0]?.revision ?? 0;
}

/** Only the last record can be torn: the next one is written when it is on disk. */
function hasBeyond(bytes: Buffer, after: number, revision: number): boolean {
  for (let record = findRecord(bytes, 0, after); record; record = findRecord(bytes, record.end, after))
    if (record.revision > revision) return true;
  return false;
}
