/**
 * The tables in memory. One writer (`apply`, fed by the storage's commits in order), any number of readers: all of it synchronous, so a
 * view is a view of one moment as long as its reader does not await. Nobody sees half a revision, and waiters wake when all of it landed.
 */
import type { Committed, CommittedChange } from '../model/storage.js';
import { Catalog, type CatalogView } from './catalog.js';
import { KvTable, type KvView } from './kv.js';
import { SessionTable, type SessionView } from './sessions.js';
import type { Topic } from './topics.js';
import { type Waiter, Watches } from './watches.js';

export interface StateView {
  /** Of the newest commit that has been applied; 0 before the first. */
  readonly revision: number;
  readonly kv: KvView;
  readonly catalog: CatalogView;
  readonly sessions: SessionView;
}

export class State implements StateView {
  revision = 0;
  kv: KvTable;
  catalog: Catalog;
  sessions: SessionTable;
  private readonly watches = new Watches();

  constructor() {
    this.kv = new KvTable(this.watches);
    this.catalog = new Catalog(this.watches);
    this.sessions = new SessionTable(this.watches);
  }

  /** Before a load: empties the tables. Who waits goes on waiting until the load has ended. */
  startOver(): void {
    this.kv = new KvTable(this.watches);
    this.catalog = new Catalog(this.watches);
    this.sessions = new SessionTable(this.watches);
  }

  /** A batch of the load: rows in any order. `loaded` ends it. */
  load({ revision, changes }: Committed): void {
    for (const change of changes) {
      if (change.kind === 'put') this.put(change, revision);
      else if (change.kind === 'delete' && change.table === 'kv') this.kv.remember(change.key, revision);
    }
  }

  /**
   * Wakes everybody: nobody knows what has changed.
   *
   * @param revision the newest of the store; indexes answered from here on are not lower, since deletions may have been forgotten
   */
  loaded(revision: number): void {
    this.revision = revision;
    this.kv.raiseFloor(revision);
    this.catalog.raiseFloor(revision);
    this.sessions.raiseFloor(revision);
    this.watches.fireAll();
  }

  /** Commits come in order of their revisions, each once. */
  apply({ revision, changes }: Committed): void {
    if (revision <= this.revision) throw new TypeError(`revision ${revision} was applied after ${this.revision}`);
    this.revision = revision;
    for (const change of changes) {
      if (change.kind === 'put') this.put(change, revision);
      else if (change.kind === 'delete') this.delete(change, revision);
      else this.deletePrefix(change, revision);
    }
    this.watches.fire();
  }

  /** The waiter is woken by every revision that changes one of the topics, until it is taken off again. */
  watch(topics: readonly Topic[], waiter: Waiter): void {
    this.watches.add(topics, waiter);
  }

  unwatch(topics: readonly Topic[], waiter: Waiter): void {
    this.watches.remove(topics, waiter);
  }

  /** Forgets deletions of keys up to a revision. */
  pruneTombstones(upTo: number): void {
    this.kv.prune(upTo);
  }

  private put(change: Extract<CommittedChange, { kind: 'put' }>, revision: number): void {
    const { table, key, record, created } = change;
    const revisions = { created, revision };
    switch (table) {
      case 'kv':
        this.kv.put(key, record, revisions);
        break;
      case 'locks':
        this.kv.putLock(key, record, revisions);
        break;
      case 'nodes':
        this.catalog.putNode(key, record, revisions);
        break;
      case 'services':
        this.catalog.putService(key, record, revisions);
        break;
      case 'checks':
        this.catalog.putCheck(key, record, revisions);
        break;
      case 'sessions':
        this.sessions.put(key, record, revisions);
        break;
      default: // Nothing reads the other tables from here.
    }
  }

  private delete({ table, key }: Pick<CommittedChange, 'table' | 'key'>, revision: number): void {
    switch (table) {
      case 'kv':
        this.kv.delete(key, revision);
        break;
      case 'locks':
        this.kv.deleteLock(key);
        break;
      case 'nodes':
        this.catalog.deleteNode(key, revision);
        break;
      case 'services':
        this.catalog.deleteService(key, revision);
        break;
      case 'checks':
        this.catalog.deleteCheck(key, revision);
        break;
      case 'sessions':
        this.sessions.delete(key, revision);
        break;
      default: // Nothing reads the other tables from here.
    }
  }

  private deletePrefix({ table, key: prefix }: Pick<CommittedChange, 'table' | 'key'>, revision: number): void {
    if (table === 'kv') this.kv.deleteBelow(prefix, revision);
    else if (table === 'locks') this.kv.deleteLocksBelow(prefix);
    else for (const key of this.keysBelow(table, prefix)) this.delete({ table, key }, revision);
  }

  private keysBelow(table: CommittedChange['table'], prefix: string): string[] {
    if (table === 'sessions') return this.sessions.keysBelow(prefix);
    return table === 'nodes' || table === 'services' || table === 'checks' ? this.catalog.keysBelow(table, prefix) : [];
  }
}
