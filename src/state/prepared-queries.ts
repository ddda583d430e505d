/** Prepared queries by id, by name, by the names that templates take, and by session. */
import { isTemplate, type PreparedQuery } from '../model/prepared-query.js';
import type { StoredValue } from '../model/storage.js';
import { asMatched, preparedQueryFromStored, type Revisions } from './stored.js';
import type { Watches } from './watches.js';

export interface PreparedQueryView {
  /** Newest change of any query. */
  readonly index: number;
  get(id: string): PreparedQuery | undefined;
  /** Template or not, by its own name in any case. A template without a name is named ''. */
  named(name: string): PreparedQuery | undefined;
  /** The template with the longest name that `name` starts with, in any case. */
  templateFor(name: string): PreparedQuery | undefined;
  /** In order of their ids. */
  all(): readonly PreparedQuery[];
  ofSession(id: string): Iterable<PreparedQuery>;
}

export class PreparedQueryTable implements PreparedQueryView {
  index = 0;
  private readonly byId = new Map<string, PreparedQuery>();
  private readonly byName = new Map<string, PreparedQuery>();
  private readonly bySession = new Map<string, Map<string, PreparedQuery>>();
  private readonly watches: Watches;

  constructor(watches: Watches) {
    this.watches = watches;
  }

  get(id: string): PreparedQuery | undefined {
    return this.byId.get(asMatched(id));
  }

  named(name: string): PreparedQuery | undefined {
    return this.byName.get(asMatched(name));
  }

  templateFor(name: string): PreparedQuery | undefined {
    const wanted = asMatched(name);
    for (let length = wanted.length; length >= 0; length--) {
      const query = this.byName.get(wanted.slice(0, length));
      if (query && isTemplate(query)) return query;
    }
    return undefined;
  }

  all(): readonly PreparedQuery[] {
    return Object.freeze([...this.byId.values()].sort((a, b) => (a.ID < b.ID ? -1 : 1)));
  }

  ofSession(id: string): Iterable<PreparedQuery> {
    return this.bySession.get(asMatched(id))?.values() ?? [];
  }

  put(key: string, record: StoredValue, revisions: Revisions): void {
    this.drop(key);
    const query = preparedQueryFromStored(record, revisions);
    this.byId.set(key, query);
    if (hasName(query)) this.byName.set(asMatched(query.Name), query);
    if (query.Session !== '') {
      const session = asMatched(query.Session);
      const ofSession = this.bySession.get(session) ?? new Map<string, PreparedQuery>();
      this.bySession.set(session, ofSession.set(key, query));
    }
    this.touch(key, revisions.revision);
  }

  delete(key: string, revision: number): void {
    if (this.drop(key)) this.touch(key, revision);
  }

  keysBelow(prefix: string): string[] {
    return [...this.byId.keys()].filter((key) => key.startsWith(prefix));
  }

  raiseFloor(revision: number): void {
    this.index = revision;
  }

  private drop(key: string): boolean {
    const query = this.byId.get(key);
    if (!query) return false;
    this.byId.delete(key);
    const name = asMatched(query.Name);
    // In one revision another query may have taken the name already.
    if (this.byName.get(name) === query) this.byName.delete(name);
    const session = asMatched(query.Session);
    const ofSession = this.bySession.get(session);
    ofSession?.delete(key);
    if (ofSession?.size === 0) this.bySession.delete(session);
    return true;
  }

  private touch(key: string, revision: number): void {
    this.index = revision;
    this.watches.mark('query', key);
    this.watches.markTable('queries');
  }
}

/** A query that is bound to a session needs none; a template may be for every name. */
function hasName(query: PreparedQuery): boolean {
  return query.Name !== '' || isTemplate(query);
}
