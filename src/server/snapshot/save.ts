/** The rows of the store as one moment had them, for an archive. */
import type { Storage } from '../../model/storage.js';
import type { RestoredRow } from './restore.js';

/** Fewer turns: some engines tell their rows one by one. */
const rowsPerTurn = 500;

/** @returns at its end the newest revision of the store */
export async function* storedRows(storage: Storage): AsyncGenerator<RestoredRow[], number> {
  let newest = 0;
  let rows: RestoredRow[] = [];
  for await (const { revision, changes } of storage.load()) {
    newest = Math.max(newest, revision);
    for (const change of changes) {
      if (change.kind !== 'put') continue;
      const { table, key, record, created } = change;
      rows.push({ table, key, created, revision, record });
    }
    if (rows.length < rowsPerTurn) continue;
    yield rows;
    rows = [];
  }
  yield rows;
  return newest;
}
