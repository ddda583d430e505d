/**
 * What a read is: pure functions of a view and a query. They are apart because most requests need few of them: an answer that is
 * remembered needs `version` alone, and only a query that blocks needs `touched`.
 */

import type { Random } from '../../lib/random.js';
import type { ServerFacts } from '../../model/operator.js';
import type { Query, QueryKind, QueryTable } from '../../model/query.js';
import type { StateView } from '../../state/state.js';
import type { Topic } from '../../state/topics.js';

export interface Surroundings {
  readonly datacenter: string;
  readonly self: ServerFacts;
  /** "10.0.0.1:8300"; '' while nobody leads. */
  readonly leaderAddress: () => string;
  readonly peerAddresses: () => readonly string[];
  /** Intentions and discovery chains are answered. */
  readonly connectEnabled: boolean;
  readonly random: Random;
}

export interface Read<K extends QueryKind> {
  /** The index of the answer, as clients see it; values below 1 are shown as 1. */
  index(view: StateView, query: Query<K>): number;
  /** Newest change of what the value is made of: as long as it stays, so does the value. */
  version(view: StateView, query: Query<K>): number;
  /** Newest change of what the value is sorted by. Nobody is woken by it, but what was remembered is sorted anew. Absent: nothing. */
  order?(view: StateView, query: Query<K>): number;
  /** Topics that fire whenever the value changes. Empty: the read does not block. */
  touched(view: StateView, query: Query<K>): readonly Topic[];
  value(view: StateView, query: Query<K>, surroundings: Surroundings): QueryTable[K]['value'];
  /** Names the query among those of its kind; absent: the value is not remembered, because making it costs nothing. */
  memoKey?(query: Query<K>): string;
  /** @throws MeshError for queries that cannot be answered */
  refuse?(query: Query<K>, surroundings: Surroundings): void;
}
