/** Sessions by id and by node. */
import type { SessionRecord } from '../model/records.js';
import type { StoredValue } from '../model/storage.js';
import { asMatched, type Revisions, sessionFromStored } from './stored.js';
import type { Watches } from './watches.js';

export interface SessionView {
  /** Newest change of any session. */
  readonly index: number;
  get(id: string): SessionRecord | undefined;
  /** In order of their ids. */
  all(): readonly SessionRecord[];
  ofNode(node: string): readonly SessionRecord[];
}

export class SessionTable implements SessionView {
  index = 0;
  private readonly byId = new Map<string, SessionRecord>();
  private readonly byNode = new Map<string, Map<string, SessionRecord>>();
  private readonly watches: Watches;

  constructor(watches: Watches) {
    this.watches = watches;
  }

  get(id: string): SessionRecord | undefined {
    return this.byId.get(asMatched(id));
  }

  all(): readonly SessionRecord[] {
    return Object.freeze([...this.byId.values()].sort(byId));
  }

  ofNode(node: string): readonly SessionRecord[] {
    return Object.freeze([...(this.byNode.get(asMatched(node))?.values() ?? [])].sort(byId));
  }

  put(key: string, record: StoredValue, revisions: Revisions): void {
    const session = sessionFromStored(record, revisions);
    this.byId.set(key, session);
    const node = asMatched(session.Node);
    const ofNode = this.byNode.get(node);
    if (ofNode) ofNode.set(key, session);
    else this.byNode.set(node, new Map([[key, session]]));
    this.touch(key, node, revisions.revision);
  }

  delete(key: string, revision: number): void {
    const session = this.byId.get(key);
    if (!session) return;
    const node = asMatched(session.Node);
    this.byId.delete(key);
    const ofNode = this.byNode.get(node);
    ofNode?.delete(key);
    if (ofNode?.size === 0) this.byNode.delete(node);
    this.touch(key, node, revision);
  }

  keysBelow(prefix: string): string[] {
    return [...this.byId.keys()].filter((key) => key.startsWith(prefix));
  }

  raiseFloor(revision: number): void {
    this.index = revision;
  }

  private touch(key: string, node: string, revision: number): void {
    this.index = revision;
    this.watches.mark('session', key);
    this.watches.mark('node-sessions', node);
    this.watches.markTable('sessions');
  }
}

function byId(a: SessionRecord, b: SessionRecord): number {
  return a.ID < b.ID ? -1 : 1;
}
