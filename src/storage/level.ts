/**
 * The engine of a single server: LevelDB in a directory, behind a log of commits (level-log.ts). A commit is one batch of the rows it
 * changes, the deletions it remembers, and the head (revision, count and digest of all rows; level-row.ts says what that is good for).
 * Which rows there are is kept in memory (row-index.ts), the records themselves are not.
 */
import type { Clock } from '../lib/clock.js';
import { atOnce, inTurns } from '../lib/steps.js';
import { MeshError } from '../model/errors.js';
import type { Committed, Storage, Transaction } from '../model/storage.js';
import { isLarge, stageGroup } from './group.js';
import { type LevelState, prepareBatch, settleBatch } from './level-batch.js';
import { loadRows } from './level-load.js';
import { defaultSegmentBytes } from './level-log.js';
import { type Opened, openDirectory, storageFailure } from './level-open.js';
import { LevelWriter } from './level-write.js';
import { RecentCommits } from './recent-commits.js';

export interface LevelOptions {
  /** Made (0700) when missing, with its parents. */
  readonly directory: string;
  readonly clock: Clock;
  /** Size of each of the two files of the commit log; always the same for one directory. */
  readonly logSegmentBytes?: number;
}

/** @throws MeshError `storage-corrupt`, `storage-locked`, `storage-failed`; each names the directory and the way out */
export async function openLevelStorage(options: LevelOptions): Promise<Storage> {
  const opened = await openDirectory(options.directory, options.logSegmentBytes ?? defaultSegmentBytes);
  try {
    return new LevelStorage(options, opened);
  } catch (error) {
    await opened.database.close();
    opened.witness.close();
    throw storageFailure(options.directory, error);
  }
}

class LevelStorage implements Storage {
  readonly isSoleWriter = true;
  private readonly options: LevelOptions;
  private readonly opened: Opened;
  private readonly writer: LevelWriter;
  private readonly recent: RecentCommits;
  /** null until all was loaded. */
  private state: LevelState | null = null;
  /** Set for good when a batch has failed: what of it is on disk cannot be known, and what is written on would stand behind a gap. */
  private failure: MeshError | null = null;
  private writing: Promise<unknown> | null = null;
  private closing: Promise<void> | null = null;

  constructor(options: LevelOptions, opened: Opened) {
    this.options = options;
    this.opened = opened;
    this.writer = new LevelWriter(opened);
    this.recent = new RecentCommits(opened.head.revision);
  }

  async *load(): AsyncGenerator<Committed> {
    const { directory, clock } = this.options;
    await this.writer.caughtUp().catch((error: unknown) => {
      throw writeFailure(directory, error);
    });
    yield* loadRows(directory, this.opened.database, clock.now(), (state) => {
      this.state ??= state;
    });
  }

  async commit(group: readonly Transaction[]): Promise<{ readonly revision: number; readonly refused: readonly number[] }> {
    if (this.failure) throw this.failure;
    if (this.closing) throw new MeshError('storage-failed', `the data directory "${this.options.directory}" has been closed`);
    if (!this.state) throw new TypeError('commit before the store was loaded');
    if (this.writing) throw new TypeError('commit while another one is under way');
    const writing = this.stageAndWrite(this.state, group);
    this.writing = writing;
    try {
      const refused = await writing;
      return { revision: this.recent.revision, refused };
    } finally {
      this.writing = null;
    }
  }

  changes(after: number, signal: AbortSignal): AsyncIterable<Committed> {
    return this.recent.follow(after, signal);
  }

  barrier(): Promise<number> {
    return Promise.resolve(this.recent.revision);
  }

  close(): Promise<void> {
    this.closing ??= this.shut();
    return this.closing;
  }

  /** @returns positions of the transactions that are refused */
  private async stageAndWrite(state: LevelState, group: readonly Transaction[]): Promise<readonly number[]> {
    const revision = this.recent.revision + 1;
    // A small group goes without waiting in between: with hundreds of them a second that counts.
    const inTurn = isLarge(group);
    const staging = stageGroup(state.index, group, revision);
    const staged = inTurn ? await inTurns(staging) : atOnce(staging);
    if (staged.changes.length === 0) return staged.refused;
    const preparing = prepareBatch(state, staged, revision, this.options.clock.now());
    const batch = inTurn ? await inTurns(preparing) : atOnce(preparing);
    try {
      await this.writer.write(batch, revision);
      this.opened.witness.note(revision);
    } catch (error) {
      this.failure = writeFailure(this.options.directory, error);
      throw this.failure;
    }
    const settling = settleBatch(state, batch, revision);
    this.state = inTurn ? await inTurns(settling) : atOnce(settling);
    this.recent.publish({ revision, changes: staged.changes }, batch.characters);
    return staged.refused;
  }

  private async shut(): Promise<void> {
    await this.writing?.catch(() => undefined); // its caller has been told
    this.recent.close();
    await this.writer.close();
    await this.opened.database.close();
    this.opened.witness.close();
  }
}

function writeFailure(directory: string, error: unknown): MeshError {
  const text = error instanceof Error ? error.message : String(error);
  const wayOut = 'nothing more is written until the agent is started again; see that the disk is sound and not full';
  return new MeshError('storage-failed', `writing to the data directory "${directory}" failed: ${text}; ${wayOut}`, { cause: error });
}
