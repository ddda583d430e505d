/**
 * Remembered values of reads: the same query gets the same object as long as nothing it is made of has changed, so whoever encodes it can
 * keep the bytes with it. A value is good as long as the read's `version` is what it was; nothing has to be dropped when data change.
 */
import type { Query, QueryKind, QueryTable } from '../model/query.js';
import type { StateView } from '../state/state.js';
import type { Read, Surroundings } from './reads/read.js';

type Values = { readonly [K in QueryKind]: Map<string, Remembered<QueryTable[K]['value']>> };

interface Remembered<T> {
  readonly version: number;
  readonly order: number;
  readonly value: T;
}

/** Per kind of query. A list holds its records by reference: about 8 bytes for each. */
const queriesMax = 4096;

export class Answers {
  private readonly values: Values = {
    'kv.get': new Map(),
    'kv.list': new Map(),
    'kv.keys': new Map(),
    'catalog.datacenters': new Map(),
    'catalog.nodes': new Map(),
    'catalog.node': new Map(),
    'catalog.services': new Map(),
    'catalog.service': new Map(),
    'catalog.address': new Map(),
    'health.node': new Map(),
    'health.checks': new Map(),
    'health.state': new Map(),
    'health.service': new Map(),
    'session.info': new Map(),
    'session.list': new Map(),
    'session.node': new Map(),
    'query.list': new Map(),
    'query.read': new Map(),
    'query.explain': new Map(),
    'query.execute': new Map(),
    'coordinate.nodes': new Map(),
    'coordinate.node': new Map(),
    'coordinate.datacenters': new Map(),
    'config.read': new Map(),
    'config.list': new Map(),
    'discovery-chain': new Map(),
    'intention.list': new Map(),
    'intention.read': new Map(),
    'intention.exact': new Map(),
    'intention.match': new Map(),
    'intention.check': new Map(),
    'gateway.services': new Map(),
    'health.ingress': new Map(),
    'txn.read': new Map(),
    'status.leader': new Map(),
    'status.peers': new Map(),
    'ui.nodes': new Map(),
    'ui.node': new Map(),
    'ui.services': new Map(),
    'ui.topology': new Map(),
    'ui.gateway-services': new Map(),
    'ui.gateway-intentions': new Map(),
    'operator.raft': new Map(),
    'operator.autopilot': new Map(),
    'operator.health': new Map(),
    'operator.usage': new Map(),
  };
  readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  value<K extends QueryKind>(kind: K, read: Read<K>, view: StateView, query: Query<K>): QueryTable[K]['value'] {
    if (!read.memoKey) return read.value(view, query, this.surroundings);
    const known = this.values[kind];
    const key = read.memoKey(query);
    const version = read.version(view, query);
    const order = read.order?.(view, query) ?? 0;
    const remembered = known.get(key);
    if (remembered?.version === version && remembered.order === order) return remembered.value;
    const value = read.value(view, query, this.surroundings);
    // Deleted first: a Map keeps the order of insertion, and the one that was asked for longest ago is dropped.
    if (remembered) known.delete(key);
    else if (known.size >= queriesMax) for (const oldest of known.keys()) if (known.delete(oldest)) break;
    known.set(key, { version, order, value });
    return value;
  }

  /** After a load nothing that was remembered needs to be true. */
  forget(): void {
    for (const known of Object.values(this.values)) known.clear();
  }
}
