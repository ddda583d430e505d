/** Sessions as a decision sees them, and their end: what they held is let go, and queries that were bound to them go too, in the same transaction. */
import type { SessionRecord } from '../../model/records.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import type { KvDraft } from './kv-draft.js';
import type { Ledger } from './ledger.js';

/** A longer lock delay is kept in the record and applied as this. */
const lockDelayMaxMs = 60_000;

export class SessionDraft {
  private readonly ended = new Set<string>();
  private readonly view: StateView;
  private readonly ledger: Ledger;
  private readonly kv: KvDraft;
  private readonly now: number;

  constructor(view: StateView, ledger: Ledger, kv: KvDraft, now: number) {
    this.view = view;
    this.ledger = ledger;
    this.kv = kv;
    this.now = now;
  }

  get(id: string): SessionRecord | undefined {
    if (this.ended.has(asMatched(id))) return undefined;
    const session = this.view.sessions.get(id);
    this.ledger.expect('sessions', asMatched(id), session?.ModifyIndex ?? 0);
    return session;
  }

  create(session: Omit<SessionRecord, 'CreateIndex' | 'ModifyIndex'>): void {
    this.ledger.expect('sessions', asMatched(session.ID), 0);
    this.ledger.put('sessions', asMatched(session.ID), { ...session });
  }

  /** All sessions of a node; of a check: those that a failure or the end of it ends. */
  endThoseOf(node: string, checkId?: string): void {
    this.ledger.expectBelow('sessions', '', this.view.revision);
    for (const session of this.view.sessions.ofNode(node)) {
      if (checkId === undefined || leansOn(session, asMatched(checkId))) this.end(session);
    }
  }

  end(session: SessionRecord): void {
    const id = asMatched(session.ID);
    if (this.ended.has(id)) return;
    this.ended.add(id);
    this.ledger.expectBelow('locks', '', this.view.revision);
    const delayUntil = this.now + Math.min(session.LockDelay / 1e6, lockDelayMaxMs);
    for (const key of this.kv.heldBy(session.ID)) {
      if (session.Behavior === 'delete') this.kv.deleteHeld(key, delayUntil);
      else this.kv.release(key, delayUntil);
    }
    this.ledger.delete('sessions', id);
    this.ledger.expectBelow('queries', '', this.view.revision);
    for (const { ID } of this.view.queries.ofSession(id)) this.ledger.delete('queries', asMatched(ID));
  }
}

function leansOn({ NodeChecks, ServiceChecks }: SessionRecord, checkId: string): boolean {
  const ids = [...(NodeChecks ?? []), ...(ServiceChecks ?? []).map((check) => check.ID)];
  return ids.some((id) => asMatched(id) === checkId);
}
