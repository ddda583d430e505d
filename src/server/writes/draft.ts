/** One decision at work: what it sees, what it wants changed, and the outcome. Decisions are pure: same view, write and time, same outcome. */
import type { Transaction } from '../../model/storage.js';
import type { Write, WriteKind, WriteTable } from '../../model/write.js';
import type { StateView } from '../../state/state.js';
import { CatalogDraft } from './catalog-draft.js';
import { KvDraft } from './kv-draft.js';
import { Ledger } from './ledger.js';
import { SessionDraft } from './session-draft.js';

export class Draft {
  readonly view: StateView;
  readonly kv: KvDraft;
  readonly catalog: CatalogDraft;
  readonly sessions: SessionDraft;
  readonly ledger = new Ledger();

  /** @param now wall-clock milliseconds, for lock delays */
  constructor(view: StateView, now: number) {
    this.view = view;
    this.kv = new KvDraft(view, this.ledger, now);
    this.catalog = new CatalogDraft(view, this.ledger);
    this.sessions = new SessionDraft(view, this.ledger, this.kv, now);
  }

  transaction(): Transaction {
    return this.ledger.transaction();
  }
}

/** What the decision rests on besides the view. */
export interface DecisionContext {
  readonly datacenter: string;
  /** The id of a session that is created now: decided again, a write keeps it. */
  readonly newId: string;
  readonly sessionTtlMinMs: number;
}

/** The result once the revision of the commit is known. */
export type Settle<R> = (revision: number) => R;

/** @throws MeshError for writes that are refused: then nothing is changed */
export type Decide<K extends WriteKind> = (draft: Draft, write: Write<K>, context: DecisionContext) => Settle<WriteTable[K]['result']>;

export const settlesTrue: Settle<true> = () => true;
export const settlesFalse: Settle<false> = () => false;
