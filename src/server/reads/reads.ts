/** Every read and its functions. */
import type { QueryKind } from '../../model/query.js';
import { catalogAddress, catalogDatacenters, catalogNode, catalogNodes, catalogService, catalogServices } from './catalog.js';
import { configList, configRead } from './config.js';
import { coordinateDatacenters, coordinateNode, coordinateNodes } from './coordinate.js';
import { discoveryChain } from './discovery-chain.js';
import { gatewayServices, healthIngress } from './gateway.js';
import { healthChecks, healthNode, healthService, healthState } from './health.js';
import { intentionCheck, intentionExact, intentionList, intentionMatch, intentionRead } from './intention.js';
import { kvGet, kvKeys, kvList } from './kv.js';
import { operatorAutopilot, operatorHealth, operatorRaft, operatorUsage } from './operator.js';
import { queryExecute, queryExplain, queryList, queryRead } from './query.js';
import type { Read } from './read.js';
import { sessionInfo, sessionList, sessionNode } from './session.js';
import { statusLeader, statusPeers } from './status.js';
import { uiGatewayIntentions, uiGatewayServices, uiTopology } from './topology.js';
import { txnRead } from './txn.js';
import { uiNode, uiNodes, uiServices } from './ui.js';

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
  'query.list': queryList,
  'query.read': queryRead,
  'query.explain': queryExplain,
  'query.execute': queryExecute,
  'coordinate.nodes': coordinateNodes,
  'coordinate.node': coordinateNode,
  'coordinate.datacenters': coordinateDatacenters,
  'config.read': configRead,
  'config.list': configList,
  'discovery-chain': discoveryChain,
  'intention.list': intentionList,
  'intention.read': intentionRead,
  'intention.exact': intentionExact,
  'intention.match': intentionMatch,
  'intention.check': intentionCheck,
  'gateway.services': gatewayServices,
  'health.ingress': healthIngress,
  'txn.read': txnRead,
  'status.leader': statusLeader,
  'status.peers': statusPeers,
  'ui.nodes': uiNodes,
  'ui.node': uiNode,
  'ui.services': uiServices,
  'ui.topology': uiTopology,
  'ui.gateway-services': uiGatewayServices,
  'ui.gateway-intentions': uiGatewayIntentions,
  'operator.raft': operatorRaft,
  'operator.autopilot': operatorAutopilot,
  'operator.health': operatorHealth,
  'operator.usage': operatorUsage,
};

export function readOf<K extends QueryKind>(kind: K): Read<K> {
  return reads[kind];
}
