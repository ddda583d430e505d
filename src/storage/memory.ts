/** The engine of `mesh agent -dev`: everything in memory, gone with the process. Remembers no deletions: nothing is ever loaded from it. */
import { MeshError } from '../model/errors.js';
import type { Committed, Storage, StoredValue, Transaction } from '../model/storage.js';
import { CommitLog } from './commit-log.js';
import { type StagedRow, stageGroup } from './group.js';
import { RowIndex } from './row-index.js';

export function memoryStorage(): Storage {
  const index = new RowIndex<StoredValue>({});
  const log = new CommitLog(0);
  let closed = false;
  const commit = (group: readonly Transaction[]) => {
    if (closed) throw new MeshError('storage-failed', 'the storage has been closed');
    const revision = log.revision + 1;
    const staged = stageGroup(index, group, revision);
    if (staged.changes.length === 0) return { revision: log.revision, refused: staged.refused };
    let characters = 0;
    for (const row of staged.rows) {
      keep(index, row, revision);
      characters += sizeOf(row.record);
    }
    log.publish({ revision, changes: staged.changes }, characters);
    return { revision, refused: staged.refused };
  };
  return {
    isSoleWriter: true,
    load: () => everything(index, log),
    commit: async (group) => commit(group),
    changes: (after, signal) => log.follow(after, signal),
    barrier: () => Promise.resolve(log.revision),
    close: async () => {
      closed = true;
      log.close();
    },
  };
}

function keep(index: RowIndex<StoredValue>, { table, key, record, created }: StagedRow<StoredValue>, revision: number): void {
  if (record) index.set(table, key, { created, revision, kept: record });
  else index.delete(table, key);
}

/** Its text members are what can be long. */
function sizeOf(record: StoredValue | null): number {
  let characters = 100;
  for (const value of Object.values(record ?? {})) if (typeof value === 'string') characters += value.length;
  return characters;
}

async function* everything(index: RowIndex<StoredValue>, log: CommitLog): AsyncGenerator<Committed> {
  const revision = log.revision;
  const rows = [...index.all()];
  for (const [table, key, { kept, created, revision }] of rows) {
    yield { revision, changes: [{ kind: 'put', table, key, record: kept, created }] };
  }
  yield { revision, changes: [] };
}
