/** Indexes of rows that a decision has written: the revision is known when the group is committed. */
import type { Indexes } from '../../model/records.js';

/** No revision, and no index that a client could name. */
export const pendingIndex = -1;

/** The record with its indexes, now that its revision is known. */
export function settled<T extends Indexes>(record: T, revision: number): T {
  if (record.ModifyIndex !== pendingIndex) return record;
  return { ...record, CreateIndex: record.CreateIndex === pendingIndex ? revision : record.CreateIndex, ModifyIndex: revision };
}
