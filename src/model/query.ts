/** Every read that mesh knows. One row per kind: its arguments and the value of its answer. */

import type { HealthEntry, NodeServices, ServiceInstance, ServiceSummary } from './catalog-answers.js';
import type { ConfigEntry } from './config-entry/entry.js';
import type { EntryKind } from './config-entry/shapes.js';
import type { CoordinateRecord, DatacenterCoordinates } from './coordinate.js';
import type { ChainOverrides, DiscoveryChain } from './discovery-chain/chain.js';
import type { GatewayService } from './gateway-service.js';
import type { IntentionEnd, IntentionPair, IntentionRecord } from './intention.js';
import type { KvKey } from './kv-key.js';
import type { AutopilotConfiguration, OperatorHealth, RaftConfiguration, Usage } from './operator.js';
import type { PreparedQuery, QueryResult, QuerySource } from './prepared-query.js';
import type { CheckRecord, KvEntry, NodeRecord, SessionRecord } from './records.js';
import type { TxnOperation, TxnOutcome } from './txn.js';
import type { NodeDump, ServiceOverview, ServiceTopology } from './ui.js';

/** What every catalog and health list takes. */
export interface ListArguments {
  /** `?filter=`, '' for none. */
  readonly filter: string;
  /** Sort by round trip from this node (`_agent` is already resolved), '' for none. */
  readonly near: string;
  /** Pairs that the node's Meta must hold. */
  readonly nodeMeta: Readonly<Record<string, string>>;
}

export interface ServiceArguments extends ListArguments {
  readonly service: string;
  /** All of them must be present, without regard to case. */
  readonly tags: readonly string[];
  /** Connect-capable instances (proxies and natives) of the service instead of the service itself. */
  readonly connect: boolean;
}

export interface QueryTable {
  'kv.get': { arguments: { readonly key: KvKey }; value: KvEntry | null };
  /** In byte order of the keys. */
  'kv.list': { arguments: { readonly prefix: KvKey }; value: readonly KvEntry[] };
  /** Keys below the prefix, cut after the first separator that follows it ('' = never), each once. */
  'kv.keys': { arguments: { readonly prefix: KvKey; readonly separator: KvKey }; value: readonly KvKey[] };
  'catalog.datacenters': { arguments: object; value: readonly string[] };
  'catalog.nodes': { arguments: ListArguments; value: readonly NodeRecord[] };
  /** By name, id, or unambiguous prefix of an id. */
  'catalog.node': { arguments: { readonly node: string; readonly filter: string }; value: NodeServices | null };
  'catalog.services': { arguments: Pick<ListArguments, 'nodeMeta' | 'filter'>; value: readonly ServiceSummary[] };
  /** Ordered by node name, then service id. */
  'catalog.service': { arguments: ServiceArguments; value: readonly ServiceInstance[] };
  /** Nodes and instances that have exactly this IP address (for PTR). */
  'catalog.address': {
    arguments: { readonly address: string };
    value: { readonly Nodes: readonly NodeRecord[]; readonly Services: readonly ServiceInstance[] };
  };
  'health.node': { arguments: { readonly node: string; readonly filter: string }; value: readonly CheckRecord[] };
  'health.checks': { arguments: ListArguments & { readonly service: string }; value: readonly CheckRecord[] };
  'health.state': { arguments: ListArguments & { readonly state: string }; value: readonly CheckRecord[] };
  'health.service': { arguments: ServiceArguments & { readonly passing: boolean }; value: readonly HealthEntry[] };
  'session.info': { arguments: { readonly id: string }; value: SessionRecord | null };
  'session.list': { arguments: object; value: readonly SessionRecord[] };
  'session.node': { arguments: { readonly node: string }; value: readonly SessionRecord[] };
  'query.list': { arguments: object; value: readonly PreparedQuery[] };
  'query.read': { arguments: { readonly id: string }; value: PreparedQuery | null };
  /** What would be executed: a template filled in for the name. null when nothing has that name or id. */
  'query.explain': { arguments: { readonly nameOrId: string }; value: PreparedQuery | null };
  'query.execute': {
    arguments: {
      readonly nameOrId: string;
      /** Beats what the query says: a node, or `_ip`; '' for none. */
      readonly near: string;
      /** At most so many instances; 0 and less is all. */
      readonly limit: number;
      /** Connect-capable instances, also when the query does not ask for them. */
      readonly connect: boolean;
      readonly source: QuerySource;
    };
    value: QueryResult | null;
  };
  /** In order of the nodes; `segment` '' is all of them. */
  'coordinate.nodes': { arguments: { readonly segment: string }; value: readonly CoordinateRecord[] };
  'coordinate.node': { arguments: { readonly node: string; readonly segment: string }; value: readonly CoordinateRecord[] };
  'coordinate.datacenters': { arguments: object; value: readonly DatacenterCoordinates[] };
  'config.read': { arguments: { readonly entryKind: EntryKind; readonly name: string }; value: ConfigEntry | null };
  /** In order of the names; '' is every kind. */
  'config.list': { arguments: { readonly entryKind: EntryKind | '' }; value: readonly ConfigEntry[] };
  /** `evaluateIn` is the datacenter to look from, '' for this one. */
  'discovery-chain': {
    arguments: { readonly service: string; readonly evaluateIn: string; readonly overrides: ChainOverrides };
    value: DiscoveryChain;
  };
  'intention.list': { arguments: { readonly filter: string }; value: readonly IntentionRecord[] };
  'intention.read': { arguments: { readonly id: string }; value: IntentionRecord | null };
  'intention.exact': { arguments: IntentionPair; value: IntentionRecord | null };
  /** A list for each name, the deciding one first. */
  'intention.match': {
    arguments: { readonly by: IntentionEnd; readonly names: readonly string[] };
    value: readonly (readonly IntentionRecord[])[];
  };
  /** Whether the source may open a connection to the destination. */
  'intention.check': { arguments: IntentionPair; value: boolean };
  'gateway.services': { arguments: { readonly gateway: string }; value: readonly GatewayService[] };
  /** Instances of the ingress gateways that serve a service. */
  'health.ingress': { arguments: ListArguments & { readonly service: string; readonly passing: boolean }; value: readonly HealthEntry[] };
  /** A transaction of gets only. */
  'txn.read': { arguments: { readonly operations: readonly TxnOperation[] }; value: TxnOutcome };
  /** "10.0.0.1:8300", or '' when there is none. */
  'status.leader': { arguments: object; value: string };
  'status.peers': { arguments: object; value: readonly string[] };
  'ui.nodes': { arguments: { readonly filter: string }; value: readonly NodeDump[] };
  'ui.node': { arguments: { readonly node: string }; value: NodeDump | null };
  /** Of a service, or of an ingress gateway, which reaches what it serves. */
  'ui.topology': { arguments: { readonly service: string; readonly isGateway: boolean }; value: ServiceTopology };
  /** Those that a gateway serves and that have instances. */
  'ui.gateway-services': { arguments: { readonly gateway: string }; value: readonly ServiceOverview[] };
  /** Those that concern what a gateway serves. */
  'ui.gateway-intentions': { arguments: { readonly gateway: string }; value: readonly IntentionRecord[] };
  'ui.services': { arguments: { readonly filter: string }; value: readonly ServiceOverview[] };
  'operator.raft': { arguments: object; value: RaftConfiguration };
  'operator.autopilot': { arguments: object; value: AutopilotConfiguration };
  'operator.health': { arguments: object; value: OperatorHealth };
  'operator.usage': { arguments: object; value: Usage };
}

export type QueryKind = keyof QueryTable;
export type Query<K extends QueryKind = QueryKind> = { [P in K]: { readonly kind: P } & QueryTable[P]['arguments'] }[K];
