/**
 * What a read can depend on. A blocked query subscribes to the topics of what it touches, and an applied revision fires the topics of what
 * it changed. Names are as matched: node, service and state names in lower case.
 */
export type TopicKind =
  /** A KV key, its lock included. */
  | 'key'
  /** Any KV key that starts with the name; '' is the whole store. */
  | 'prefix'
  /** The instances of a service, their checks, their nodes and the checks of those. */
  | 'service'
  /** The same for the connect-capable instances that stand for a service. */
  | 'connect'
  /** A node and its services. */
  | 'node'
  | 'node-checks'
  /** The checks that belong to instances of a service. */
  | 'service-checks'
  /** The checks in a state; 'any' is all. */
  | 'state'
  | 'session'
  | 'node-sessions'
  /** A prepared query, by id. */
  | 'query'
  /** The coordinates of a node. */
  | 'coordinate'
  /** A whole table: see `TopicTable`. */
  | 'table';

/** `service-names`: which services there are and their tags. `service-kinds`: those, and which of them are no part of the mesh itself. */
export type TopicTable = 'nodes' | 'services' | 'service-names' | 'service-kinds' | 'sessions' | 'config' | 'queries' | 'coordinates';

export interface Topic {
  readonly kind: TopicKind;
  readonly name: string;
}

export function tableTopic(name: TopicTable): Topic {
  return { kind: 'table', name };
}
