/** The engine of `mesh agent -dev`: everything in memory, gone with the process. Remembers no deletions: nothing is ever loaded from it. */
import { atOnce, each, inTurns, type Steps } from '../lib/steps.js';
import { MeshError } from '../model/errors.js';
import type { Committed, Storage, StoredValue, TableName, Transaction } from '../model/storage.js';
import { isLarge, type StagedRow, stageGroup } from './group.js';
import { RecentCommits } from './recent-commits.js';
import { type Row, RowIndex } from './row-index.js';

export function memoryStorage(): Storage {
  const index = new RowIndex<StoredValue>({});
  const recent = new RecentCommits(0);
  let closed = false;
  const oneByOne = queue();
  const commit = async (group: readonly Transaction[]) => {
    if (closed) throw new MeshError('storage-failed', 'the storage has been closed');
    const revision = recent.revision + 1;
    const inTurn = isLarge(group);
    const staging = stageGroup(index, group, revision);
    const { refused, changes, rows } = inTurn ? await inTurns(staging) : atOnce(staging);
    if (changes.length === 0) return { revision: recent.revision, refused };
    const keeping = keepAll(index, rows, revision);
    const characters = inTurn ? await inTurns(keeping) : atOnce(keeping);
    recent.publish({ revision, changes }, characters);
    return { revision, refused };
  };
  return {
    isSoleWriter: true,
    load: () => everything(() => oneByOne(() => inTurns(copied(index, recent)))),
    commit: (group) => oneByOne(() => commit(group)),
    changes: (after, signal) => recent.follow(after, signal),
    barrier: () => Promise.resolve(recent.revision),
    close: async () => {
      closed = true;
      recent.close();
    },
  };
}

/** Commits, and copies for a load, go one after the other: neither sees half of another. */
function queue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined); // whoever called has the error
    return next;
  };
}

/** @returns about how many characters the records have: members of text are what can be long */
function* keepAll(index: RowIndex<StoredValue>, rows: readonly StagedRow<StoredValue>[], revision: number): Steps<number> {
  let characters = 0;
  yield* each(rows, (row) => {
    keep(index, row, revision);
    characters += 100;
    for (const value of Object.values(row.record ?? {})) if (typeof value === 'string') characters += value.length;
  });
  return characters;
}

function keep(index: RowIndex<StoredValue>, { table, key, record, created }: StagedRow<StoredValue>, revision: number): void {
  if (record) index.set(table, key, { created, revision, kept: record });
  else index.delete(table, key);
}

interface Copy {
  readonly revision: number;
  readonly rows: readonly (readonly [TableName, string, Row<StoredValue>])[];
}

function* copied(index: RowIndex<StoredValue>, recent: RecentCommits): Steps<Copy> {
  const rows: (readonly [TableName, string, Row<StoredValue>])[] = [];
  yield* each(index.all(), (row) => rows.push(row));
  return { revision: recent.revision, rows };
}

async function* everything(copy: () => Promise<Copy>): AsyncGenerator<Committed> {
  const { revision: newest, rows } = await copy();
  for (const [table, key, { kept, created, revision }] of rows) {
    yield { revision, changes: [{ kind: 'put', table, key, record: kept, created }] };
  }
  yield { revision: newest, changes: [] };
}
