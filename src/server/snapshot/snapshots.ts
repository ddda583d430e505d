/** `Snapshots` of one server: reads the rows from its storage, and restores through its one commit loop. */
import type { Clock } from '../../lib/clock.js';
import { inTurns, nextTurn } from '../../lib/steps.js';
import { MeshError } from '../../model/errors.js';
import { readArchive } from '../../model/snapshot/read-archive.js';
import type { SavedSnapshot, SnapshotOptions, Snapshots } from '../../model/snapshot/snapshots.js';
import { writeArchive } from '../../model/snapshot/write-archive.js';
import type { Storage } from '../../model/storage.js';
import type { Transact } from '../transact.js';
import { Restoration, type Wanted, wantedRows } from './restore.js';
import { checkedRows } from './row-check.js';
import { storedRows } from './save.js';

export interface ServerSnapshotsOptions {
  readonly storage: Storage;
  readonly transact: Transact;
  readonly clock: Clock;
  readonly datacenter: string;
  /** Whether the store has been loaded and is followed. */
  readonly isCurrent: () => boolean;
  readonly appliedRevision: () => number;
  /** @throws MeshError for datacenters that are not this server's */
  readonly requireDatacenter: (datacenter: string) => void;
}

export class ServerSnapshots implements Snapshots {
  private isRestoring = false;
  private readonly options: ServerSnapshotsOptions;

  constructor(options: ServerSnapshotsOptions) {
    this.options = options;
  }

  async save({ datacenter, isStale }: SnapshotOptions): Promise<SavedSnapshot> {
    const { storage, appliedRevision, isCurrent } = this.options;
    this.options.requireDatacenter(datacenter);
    if (!isStale) this.requireLeader();
    const knownLeader = isCurrent();
    const head = { datacenter: this.options.datacenter, time: this.timeNow() };
    return { archive: writeArchive(head, storedRows(storage)), index: Math.max(1, appliedRevision()), knownLeader, lastContactMs: 0 };
  }

  async restore(archive: AsyncIterable<Uint8Array>, { datacenter }: SnapshotOptions): Promise<void> {
    this.options.requireDatacenter(datacenter);
    this.requireLeader();
    // An archive is held in memory until it is in the store: one at a time.
    if (this.isRestoring) throw new MeshError('too-many-requests', 'another snapshot is being restored; try again later');
    this.isRestoring = true;
    try {
      const { rows } = await readArchive(archive);
      const wanted = await inTurns(wantedRows(await inTurns(checkedRows(rows))));
      await this.options.transact.commitAlone(() => this.decide(wanted));
    } finally {
      this.isRestoring = false;
    }
  }

  private async decide(wanted: Wanted) {
    const restoration = new Restoration(wanted);
    const stored = storedRows(this.options.storage);
    for (;;) {
      const next = await stored.next();
      if (next.done) return inTurns(restoration.transaction(next.value, this.timeNow()));
      for (const row of next.value) restoration.see(row);
      await nextTurn(); // Not every engine waits for a disk.
    }
  }

  private requireLeader(): void {
    if (!this.options.isCurrent()) throw new MeshError('no-leader', 'No cluster leader');
  }

  private timeNow(): string {
    return new Date(this.options.clock.now()).toISOString();
  }
}
