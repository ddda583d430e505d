/** One decision at work: what it sees, what it wants changed, and the outcome. Decisions are pure: same view, write and time, same outcome. */
import type { Transaction } from '../../model/storage.js';
import type { Write, WriteKind, WriteTable } from '../../model/write.js';
import type { StateView } from '../../state/state.js';
import { CatalogDraft } from './catalog-draft.js';
import { KvDraft } from './kv-draft.js';
import { Ledger } from './ledger.js';
import { SessionDraft } from './session-draft.js';

/** Its parts are made when they are asked for: most writes are plain puts and need none. */
export class Draft {
  readonly view: StateView;
  readonly ledger = new Ledger();
  private readonly now: number;
  private ownKv: KvDraft | undefined;
  private ownCatalog: CatalogDraft | undefined;
  private ownSessions: SessionDraft | undefined;

  /** @param now wall-clock milliseconds, for lock delays */
  constructor(view: StateView, now: number) {
    this.view = view;
    this.now = now;
  }

  get kv(): KvDraft {
    this.ownKv ??= new KvDraft(this.view, this.ledger, this.now);
    return this.ownKv;
  }

  get catalog(): CatalogDraft {
    this.ownCatalog ??= new CatalogDraft(this.view, this.ledger);
    return this.ownCatalog;
  }

  get sessions(): SessionDraft {
    this.ownSessions ??= new SessionDraft(this.view, this.ledger, this.kv, this.now);
    return this.ownSessions;
  }

  transaction(): Transaction {
    return this.ledger.transaction();
  }
}

/** What the decision rests on besides the view. */
export interface DecisionContext {
  readonly datacenter: string;
  /** The id of a session or query that is created now: decided again, a write keeps it. */
  readonly newId: string;
  readonly sessionTtlMinMs: number;
  readonly connectEnabled: boolean;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** The result once the revision of the commit is known. */
export type Settle<R> = (revision: number) => R;

/** @throws MeshError for writes that are refused: then nothing is changed */
export type Decide<K extends WriteKind> = (draft: Draft, write: Write<K>, context: DecisionContext) => Settle<WriteTable[K]['result']>;

export const settlesTrue: Settle<true> = () => true;
export const settlesFalse: Settle<false> = () => false;
