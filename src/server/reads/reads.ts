/** Every read and its functions. */
import type { QueryKind } from '../../model/query.js';
import { catalogAddress, catalogDatacenters, catalogNode, catalogNodes, catalogService, catalogServices } from './catalog.js';
import { healthChecks, healthNode, healthService, healthState } from './health.js';
import { kvGet, kvKeys, kvList } from './kv.js';
import { operatorAutopilot, operatorHealth, operatorRaft, operatorUsage } from './operator.js';
import type { Read } from './read.js';
import { sessionInfo, sessionList, sessionNode } from './session.js';
import { statusLeader, statusPeers } from './status.js';
import { txnRead } from './txn.js';

const reads: { readonly [K in QueryKind]: Read<K> } = {
  'kv.get': kvGet,
  'kv.list': kvList,
  'kv.keys': kvKeys,
  'catalog.datacenters': catalogDatacenters,
  'catalog.nodes': catalogNodes,
  'catalog.node': catalogNode,
  'catalog.services': catalogServices,
  'catalog.service': catalogService,
  'catalog.address': catalogAddress,
  'health.node': healthNode,
  'health.checks': healthChecks,
  'health.state': healthState,
  'health.service': healthService,
  'session.info': sessionInfo,
  'session.list': sessionList,
  'session.node': sessionNode,
  'txn.read': txnRead,
  'status.leader': statusLeader,
  'status.peers': statusPeers,
  'operator.raft': operatorRaft,
  'operator.autopilot': operatorAutopilot,
  'operator.health': operatorHealth,
  'operator.usage': operatorUsage,
};

export function readOf<K extends QueryKind>(kind: K): Read<K> {
  return reads[kind];
}
