/**
 * The tables in memory. One writer (`apply`, fed by the storage's commits in order), any number of readers: all of it synchronous, so a
 * view is a view of one moment as long as its reader does not await. Nobody sees half a revision, and waiters wake when all of it landed.
 */
import type { Committed, CommittedChange } from '../model/storage.js';
import { Catalog, type CatalogView } from './catalog.js';
import { ConfigEntries, type ConfigEntriesView } from './config-entries.js';
import { CoordinateTable, type CoordinateView } from './coordinates.js';
import { KvTable, type KvView } from './kv.js';
import { MetaTable, type MetaView } from './meta.js';
import { PreparedQueryTable, type PreparedQueryView } from './prepared-queries.js';
import { SessionTable, type SessionView } from './sessions.js';
import type { Topic } from './topics.js';
import { type Waiter, Watches } from './watches.js';

export interface StateView {
  /** Of the newest commit that has been applied; 0 before the first. */
  readonly revision: number;
  readonly kv: KvView;
  readonly catalog: CatalogView;
  readonly sessions: SessionView;
  readonly queries: PreparedQueryView;
  readonly coordinates: CoordinateView;
  readonly meta: MetaView;
  readonly config: ConfigEntriesView;
}

interface Tables {
  readonly kv: KvTable;
  readonly catalog: Catalog;
  readonly sessions: SessionTable;
  readonly queries: PreparedQueryTable;
  readonly coordinates: CoordinateTable;
  readonly meta: MetaTable;
  readonly config: ConfigEntries;
}

export class State implements StateView {
  revision = 0;
  private readonly watches = new Watches();
  private tables: Tables = this.emptyTables();
  private loading: Tables = this.tables;

  get kv(): KvView {
    return this.tables.kv;
  }

  get catalog(): CatalogView {
    return this.tables.catalog;
  }

  get sessions(): SessionView {
    return this.tables.sessions;
  }

  get queries(): PreparedQueryView {
    return this.tables.queries;
  }

  get coordinates(): CoordinateView {
    return this.tables.coordinates;
  }

  get meta(): MetaView {
    return this.tables.meta;
  }

  get config(): ConfigEntriesView {
    return this.tables.config;
  }

  /** Before a load. Until the load has ended, readers see what was there before. */
  startLoad(): void {
    this.loading = this.emptyTables();
  }

  /** A batch of the load: rows in any order. */
  load({ revision, changes }: Committed): void {
    for (const change of changes) {
      if (change.kind === 'put') put(this.loading, change, revision);
      else if (change.kind === 'delete' && change.table === 'kv') this.loading.kv.remember(change.key, revision);
    }
  }

  /**
   * Shows what was loaded, and wakes everybody: nobody knows what has changed.
   *
   * @param revision the newest of the store; indexes answered from here on are not lower, since deletions may have been forgotten
   */
  endLoad(revision: number): void {
    this.tables = this.loading;
    this.revision = revision;
    this.tables.kv.raiseFloor(revision);
    this.tables.catalog.raiseFloor(revision);
    this.tables.sessions.raiseFloor(revision);
    this.tables.config.raiseFloor(revision);
    this.tables.queries.raiseFloor(revision);
    this.tables.coordinates.raiseFloor(revision);
    this.watches.fireAll();
  }

  /** Commits come in order of their revisions, each once. */
  apply({ revision, changes }: Committed): void {
    if (revision <= this.revision) throw new TypeError(`revision ${revision} was applied after ${this.revision}`);
    this.revision = revision;
    for (const change of changes) {
      if (change.kind === 'put') put(this.tables, change, revision);
      else if (change.kind === 'delete') remove(this.tables, change, revision);
      else removeBelow(this.tables, change, revision);
    }
    if (this.tables.meta.passedServiceRevision === revision) this.tables.catalog.noteServices(revision);
    // A restore may have put back what a waiter asks about just as it was: it is told all the same.
    if (this.tables.meta.restoredRevision === revision) this.watches.fireAll();
    else this.watches.fire();
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
    this.tables.kv.prune(upTo);
  }

  private emptyTables(): Tables {
    return {
      kv: new KvTable(this.watches),
      catalog: new Catalog(this.watches),
      sessions: new SessionTable(this.watches),
      queries: new PreparedQueryTable(this.watches),
      coordinates: new CoordinateTable(this.watches),
      meta: new MetaTable(),
      config: new ConfigEntries(this.watches),
    };
  }
}

// Tables that no read needs (config) are not kept.

function put(
  { kv, catalog, sessions, queries, coordinates, meta, config }: Tables,
  change: Extract<CommittedChange, { kind: 'put' }>,
  revision: number,
): void {
  const { table, key, record, created } = change;
  const revisions = { created, revision };
  if (table === 'kv') kv.put(key, record, revisions);
  else if (table === 'locks') kv.putLock(key, record, revisions);
  else if (table === 'nodes') catalog.putNode(key, record, revisions);
  else if (table === 'services') catalog.putService(key, record, revisions);
  else if (table === 'checks') catalog.putCheck(key, record, revisions);
  else if (table === 'sessions') sessions.put(key, record, revisions);
  else if (table === 'queries') queries.put(key, record, revisions);
  else if (table === 'coordinates') coordinates.put(key, record, revision);
  else if (table === 'meta') meta.put(key, record, revisions);
  else if (table === 'config') config.put(key, record, revisions);
}

function remove(
  { kv, catalog, sessions, queries, coordinates, meta, config }: Tables,
  { table, key }: Pick<CommittedChange, 'table' | 'key'>,
  revision: number,
): void {
  if (table === 'kv') kv.delete(key, revision);
  else if (table === 'locks') kv.deleteLock(key);
  else if (table === 'nodes') catalog.deleteNode(key, revision);
  else if (table === 'services') catalog.deleteService(key, revision);
  else if (table === 'checks') catalog.deleteCheck(key, revision);
  else if (table === 'sessions') sessions.delete(key, revision);
  else if (table === 'queries') queries.delete(key, revision);
  else if (table === 'coordinates') coordinates.delete(key, revision);
  else if (table === 'meta') meta.delete(key);
  else if (table === 'config') config.delete(key, revision);
}

function removeBelow(tables: Tables, { table, key: prefix }: Pick<CommittedChange, 'table' | 'key'>, revision: number): void {
  if (table === 'kv') tables.kv.deleteBelow(prefix, revision);
  else if (table === 'locks') tables.kv.deleteLocksBelow(prefix);
  else for (const key of keysBelow(tables, table, prefix)) remove(tables, { table, key }, revision);
}

function keysBelow(
  { catalog, sessions, queries, coordinates, meta, config }: Tables,
  table: CommittedChange['table'],
  prefix: string,
): readonly string[] {
  if (table === 'sessions') return sessions.keysBelow(prefix);
  if (table === 'queries') return queries.keysBelow(prefix);
  if (table === 'coordinates') return coordinates.keysBelow(prefix);
  if (table === 'meta') return meta.keysBelow(prefix);
  if (table === 'config') return config.keysBelow(prefix);
  return table === 'nodes' || table === 'services' || table === 'checks' ? catalog.keysBelow(table, prefix) : [];
}
