/** Reads a whole LevelDB store in order of keys, checking every seal, and the count and digest of all against the head. */
import type { Committed, CommittedChange } from '../model/storage.js';
import { Deletions, isExpired } from './deletions.js';
import type { LevelState } from './level-batch.js';
import { decodeHead, decodeRow, type StoredRow } from './level-decode.js';
import { corrupt, type Database, storageFailure } from './level-open.js';
import { Digest, type Head, headKey, unseal } from './level-row.js';
import { RowIndex } from './row-index.js';

/** Each read is a turn in the thread pool, which a busy machine is slow to give. The usual limit of 16 KiB would make twenty times as many. */
const rowsPerRead = 2000;
const bytesPerRead = 1024 * 1024;

interface Loading {
  readonly directory: string;
  readonly nowMs: number;
  readonly state: LevelState;
  /** Oldest last, once sorted. */
  readonly deletions: { readonly diskKey: string; readonly timeMs: number; readonly crc: number }[];
  head: Head | null;
}

/** @param done gets what is to be known in memory, when all of it was sound */
export async function* loadRows(
  directory: string,
  database: Database,
  nowMs: number,
  done: (state: LevelState) => void,
): AsyncGenerator<Committed> {
  const state: LevelState = { index: new RowIndex<number>(0), deletions: new Deletions(), digest: new Digest() };
  const loading: Loading = { directory, nowMs, state, deletions: [], head: null };
  const iterator = database.iterator({ fillCache: false, highWaterMarkBytes: bytesPerRead });
  try {
    let entries = await iterator.nextv(rowsPerRead);
    while (entries.length > 0) {
      // The next read goes on in its thread while this one is worked off.
      const next = settled(iterator.nextv(rowsPerRead));
      yield* readEntries(loading, entries);
      entries = await next();
    }
  } catch (error) {
    throw storageFailure(directory, error);
  } finally {
    await iterator.close();
  }
  const { head } = loading;
  if (!head || head.rows !== state.digest.rows || head.digest !== state.digest.sum) {
    throw corrupt(directory, `records are missing (${state.digest.rows} found, ${head?.rows ?? 0} written)`);
  }
  loading.deletions.sort((a, b) => a.timeMs - b.timeMs);
  for (const { diskKey, timeMs, crc } of loading.deletions) state.deletions.set(diskKey, { timeMs, crc });
  done(state);
  yield { revision: head.revision, changes: [] };
}

/** A failure waits until it is asked for, and is nobody's when nobody asks. */
function settled<T>(pending: Promise<T>): () => Promise<T> {
  pending.catch(() => {});
  return () => pending;
}

/** Rows of one read that share a revision come together. */
function readEntries(loading: Loading, entries: readonly (readonly [string, string])[]): Iterable<Committed> {
  const batches = new Map<number, { revision: number; changes: CommittedChange[] }>();
  for (const [diskKey, text] of entries) {
    const row = readEntry(loading, diskKey, text);
    if (!row) continue;
    const batch = batches.get(row.revision);
    if (batch) batch.changes.push(row.change);
    else batches.set(row.revision, { revision: row.revision, changes: [row.change] });
  }
  return batches.values();
}

/** @returns null for what is not told: the head, and deletions that are too old */
function readEntry(loading: Loading, diskKey: string, text: string): StoredRow | null {
  const unsealed = unseal(diskKey, text);
  if (!unsealed) throw corrupt(loading.directory, `the record ${JSON.stringify(diskKey)} is damaged`);
  if (diskKey === headKey) {
    loading.head = decodeHead(unsealed.body);
    return null;
  }
  const row = decodeRow(diskKey, unsealed.body);
  if (!row) throw corrupt(loading.directory, `the record ${JSON.stringify(diskKey)} is of an unknown kind`);
  const { index, digest } = loading.state;
  const { change, revision, timeMs } = row;
  digest.add(unsealed.crc);
  if (change.kind === 'put') {
    index.set(change.table, change.key, { created: change.created, revision, kept: unsealed.crc });
    return row;
  }
  loading.deletions.push({ diskKey, timeMs, crc: unsealed.crc });
  return isExpired(timeMs, loading.nowMs) ? null : row;
}
