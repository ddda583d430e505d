/**
 * The authority of one server: a `Backend` over a storage. Reads are answered from memory (src/server/blocking.ts), writes go through one
 * commit loop (src/server/transact.ts), commits land through one applier (src/server/applier.ts), and duties run beside.
 */
import type { Clock } from '../lib/clock.js';
import type { Logger } from '../lib/log.js';
import type { Random } from '../lib/random.js';
import type { Answer, Backend, QueryOptions, WriteOptions } from '../model/backend.js';
import { MeshError } from '../model/errors.js';
import type { ServerFacts } from '../model/operator.js';
import type { Query, QueryKind, QueryTable } from '../model/query.js';
import type { Snapshots } from '../model/snapshot/snapshots.js';
import type { Storage } from '../model/storage.js';
import type { Write, WriteKind, WriteTable } from '../model/write.js';
import { State } from '../state/state.js';
import { Answers } from './answers.js';
import { Applier } from './applier.js';
import { Barrier } from './barrier.js';
import { Blocking, type WaitLimits } from './blocking.js';
import { Pruning } from './duties/pruning.js';
import { SessionTtl } from './duties/session-ttl.js';
import { TrustDomain } from './duties/trust-domain.js';
import { ServerSnapshots } from './snapshot/snapshots.js';
import { Transact } from './transact.js';
import { newUuid } from './uuid.js';

export interface ServerOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly datacenter: string;
  /** This server: it leads as soon as its store is loaded. */
  readonly self: ServerFacts;
  /** `connect.enabled`: intentions and discovery chains are answered; off when absent. */
  readonly connectEnabled?: boolean;
  /** `session_ttl_min`; 10 seconds when absent. */
  readonly sessionTtlMinMs?: number;
  /** 5 and 10 minutes when absent. */
  readonly waitLimits?: WaitLimits;
}

export interface Server {
  /** Refuses everything but `status.*` with `no-leader` until `start` has resolved. */
  readonly backend: Backend;
  readonly snapshots: Snapshots;
  /** The newest revision of the store that has landed here. */
  appliedRevision(): number;
  /** Queries that wait for a change, and sessions that end by themselves when nobody renews them. */
  waiting(): { readonly queries: number; readonly sessions: number };
  /** Loads the store. @throws MeshError of the storage when it cannot be trusted */
  start(): Promise<void>;
  /** Commits what waits, lets blocked queries go, and stops following the storage, which the caller closes. May be called twice. */
  stop(): Promise<void>;
}

const sessionTtlMinMs = 10_000;

export function createServer(options: ServerOptions): Server {
  return new LocalServer(options);
}

/** Answered without data, so also before there are any. */
const dataless: ReadonlySet<QueryKind> = new Set(['status.leader', 'status.peers', 'catalog.datacenters'] as const);

class LocalServer implements Server, Backend {
  readonly backend: Backend = this;
  readonly snapshots: Snapshots;
  private readonly options: ServerOptions;
  private readonly state = new State();
  private readonly answers: Answers;
  private readonly applier: Applier;
  private readonly barrier: Barrier;
  private readonly blocking: Blocking;
  private readonly transact: Transact;
  private readonly sessionTtl: SessionTtl;
  private readonly pruning: Pruning;
  private readonly trustDomain: TrustDomain | null;

  constructor(options: ServerOptions) {
    const { storage, clock, random, logger, datacenter, self, connectEnabled = false } = options;
    const { state } = this;
    this.options = options;
    const leader = () => (this.applier.current ? self.address : '');
    this.answers = new Answers({ datacenter, self, leaderAddress: leader, peerAddresses: () => [self.address], random, connectEnabled });
    const onLoaded = () => {
      this.answers.forget();
      this.sessionTtl.loaded(state.sessions);
    };
    this.applier = new Applier({
      storage,
      state,
      clock,
      logger,
      onLoaded,
      onApplied: (done) => {
        this.sessionTtl.applied(done, state.sessions);
        this.trustDomain?.applied();
      },
    });
    this.barrier = new Barrier(storage, this.applier);
    const waiting = options.waitLimits ? { waitLimits: options.waitLimits } : {};
    this.blocking = new Blocking({ state, answers: this.answers, clock, random, contact: this.applier, ...waiting });
    this.transact = new Transact({
      ...{ storage, state, applier: this.applier, clock, logger, datacenter, connectEnabled },
      sessionTtlMinMs: options.sessionTtlMinMs ?? sessionTtlMinMs,
      newId: () => newUuid(random),
    });
    this.sessionTtl = new SessionTtl({ clock, logger, end: (id) => this.transact.write({ kind: 'session.destroy', id }) });
    this.trustDomain = connectEnabled ? new TrustDomain({ transact: this.transact, state, logger, newId: () => newUuid(random) }) : null;
    this.pruning = new Pruning({ state, transact: this.transact, clock, logger });
    this.snapshots = new ServerSnapshots({
      ...{ storage, transact: this.transact, clock, datacenter },
      isCurrent: () => this.applier.current,
      appliedRevision: () => state.revision,
      requireDatacenter: (name) => this.requireDatacenter(name),
    });
  }

  appliedRevision(): number {
    return this.state.revision;
  }

  waiting(): { readonly queries: number; readonly sessions: number } {
    return { queries: this.blocking.blocked.size, sessions: this.sessionTtl.active };
  }

  async start(): Promise<void> {
    await this.applier.start();
    await this.trustDomain?.ensure();
    this.pruning.start();
  }

  async stop(): Promise<void> {
    this.pruning.stop();
    this.sessionTtl.stop();
    this.blocking.stop();
    await this.transact.stop();
    await this.applier.stop();
  }

  query<K extends QueryKind>(query: Query<K>, options: QueryOptions): Promise<Answer<QueryTable[K]['value']>> {
    try {
      // The compiler does not see that the kind of a `Query<K>` is K.
      return this.read(query.kind as K, query, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  write<K extends WriteKind>(write: Write<K>, { datacenter }: WriteOptions): Promise<WriteTable[K]['result']> {
    try {
      this.requireDatacenter(datacenter);
      this.requireLeader();
    } catch (error) {
      return Promise.reject(error);
    }
    const result = this.transact.write(write);
    return write.kind === 'session.renew' && 'id' in write ? this.renewed(write.id, result) : result;
  }

  private read<K extends QueryKind>(kind: K, query: Query<K>, options: QueryOptions): Promise<Answer<QueryTable[K]['value']>> {
    if (kind !== 'catalog.datacenters') this.requireDatacenter(options.datacenter);
    if (dataless.has(kind)) return this.blocking.query(kind, query, options);
    if (options.consistency !== 'stale' || !this.applier.loaded) this.requireLeader();
    if (options.consistency === 'stale' || this.options.storage.isSoleWriter) return this.blocking.query(kind, query, options);
    return this.barrier.pass().then(() => this.blocking.query(kind, query, options));
  }

  private async renewed<R>(id: string, result: Promise<R>): Promise<R> {
    const answer = await result;
    const session = this.state.sessions.get(id);
    if (session) this.sessionTtl.renew(session);
    return answer;
  }

  private requireDatacenter(datacenter: string): void {
    if (datacenter === '' || datacenter.toLowerCase() === this.options.datacenter.toLowerCase()) return;
    throw new MeshError('no-path-to-datacenter', 'No path to datacenter');
  }

  private requireLeader(): void {
    if (!this.applier.current) throw new MeshError('no-leader', 'No cluster leader');
  }
}
