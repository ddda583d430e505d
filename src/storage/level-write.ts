/**
 * Makes a batch durable: as a record of the commit log, or, when there is no log or the batch does not fit into it, as a synced batch of
 * LevelDB. LevelDB gets what is in the log later and many commits at a time: one call into native code for hundreds of them, and rows
 * written again and again only once. How far it is behind matters to nobody, since the log is replayed as a whole (level-log.ts).
 */
import { each, inTurns } from '../lib/steps.js';
import { type Batch, headOperation, type Operation } from './level-batch.js';
import { LevelLog, syncDatabaseLogs } from './level-log.js';
import { encodeRecord } from './level-log-record.js';
import type { Database, Opened } from './level-open.js';

/** Of records, before LevelDB gets them: some hundred commits of small rows, a millisecond of work. */
const pendingBytesMax = 64 * 1024;

const operationsAtOnceMax = 4096;

export class LevelWriter {
  private readonly database: Database;
  private readonly databasePath: string;
  private readonly log: LevelLog | null;
  /** By key: what is in the log and LevelDB has not been given yet. */
  private pending = new Map<string, Operation>();
  private pendingBytes = 0;
  /** Ends when LevelDB has taken what it was given; never rejects. */
  private applying: Promise<void> = Promise.resolve();
  /** What LevelDB said when it did not take a batch; from then on only the log has what follows. */
  private failure: unknown = null;

  constructor({ directory, databasePath, database, logSegmentBytes, head }: Opened) {
    this.database = database;
    this.databasePath = databasePath;
    this.log = head.logAfter === null ? null : new LevelLog(directory, logSegmentBytes, head.logAfter, () => this.settle());
  }

  /** One call at a time. Rejects when the batch is not known to be durable; nothing may be written after that. */
  async write(batch: Batch, revision: number): Promise<void> {
    if (this.failure) throw this.failure;
    const { log } = this;
    const { rows, sum: digest } = batch.digest;
    const operations = (logAfter: number | null) => [...batch.operations, headOperation({ revision, rows, digest, logAfter })];
    if (!log) return this.give(operations(null), true);
    const logged = operations(log.after);
    const record = batch.characters > log.segmentBytes ? null : encodeRecord(log.after, revision, logged);
    if (!record || record.length > log.segmentBytes) {
      await this.settle();
      await this.give(operations(revision), true);
      return log.restart(revision);
    }
    await log.append(record);
    for (const operation of logged) this.pending.set(operation.key, operation);
    this.pendingBytes += record.length;
    if (this.pendingBytes < pendingBytesMax) return;
    await this.applying; // so that at most one batch waits behind another
    this.apply();
  }

  /** On return LevelDB can be read as of the newest commit. */
  async caughtUp(): Promise<void> {
    this.apply();
    await this.applying;
    if (this.failure) throw this.failure;
  }

  /** The database stays open. What LevelDB has not been given is replayed when it is opened again. */
  async close(): Promise<void> {
    await this.applying;
    await this.log?.close();
  }

  /** In order: each batch is given when the one before has been taken. */
  private apply(): void {
    if (this.pending.size === 0) return;
    const operations = [...this.pending.values()];
    this.pending = new Map();
    this.pendingBytes = 0;
    this.applying = this.applying.then(async () => {
      if (this.failure) return;
      try {
        await this.give(operations, false);
      } catch (error) {
        this.failure = error;
      }
    });
  }

  /** LevelDB takes all of them or none. Handing them over is work of this thread: done in turns when they are many. */
  private async give(operations: Operation[], sync: boolean): Promise<void> {
    if (operations.length <= operationsAtOnceMax) return this.database.batch(operations, { sync });
    const chained = this.database.batch();
    await inTurns(
      each(operations, (operation) => {
        if (operation.type === 'put') chained.put(operation.key, operation.value);
        else chained.del(operation.key);
      }),
    );
    await chained.write({ sync });
  }

  private async settle(): Promise<void> {
    await this.caughtUp();
    await syncDatabaseLogs(this.databasePath);
  }
}
