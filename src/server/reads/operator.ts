/** The servers as operators see them. A single server so far: it leads, votes and is healthy as long as its store can be followed. */
import type { OperatorHealth, RaftConfiguration, Usage } from '../../model/operator.js';
import type { StateView } from '../../state/state.js';
import { storedAutopilot } from '../autopilot.js';
import type { Read, Surroundings } from './read.js';

const doesNotBlock = { index: () => 1, version: () => 0, touched: () => [] };

export const operatorRaft: Read<'operator.raft'> = {
  ...doesNotBlock,
  value: (view, _query, surroundings) => raftConfiguration(view, surroundings),
};

export const operatorAutopilot: Read<'operator.autopilot'> = { ...doesNotBlock, value: ({ meta }) => storedAutopilot(meta) };

export const operatorHealth: Read<'operator.health'> = {
  ...doesNotBlock,
  value: (view, _query, surroundings) => health(view, surroundings),
};

export const operatorUsage: Read<'operator.usage'> = { ...doesNotBlock, value: ({ catalog }) => usage(catalog) };

function raftConfiguration({ revision }: StateView, { self, leaderAddress }: Surroundings): RaftConfiguration {
  const { id, name, address } = self;
  const server = { ID: id, Node: name, Address: address, Leader: leaderAddress() === address, ProtocolVersion: '3', Voter: true };
  return { Servers: [server], Index: revision };
}

function health({ revision }: StateView, { self, leaderAddress }: Surroundings): OperatorHealth {
  const { id, name, address, version, startedAtMs } = self;
  const leads = leaderAddress() === address;
  const server = {
    ...{ ID: id, Name: name, Address: address, Version: version, Leader: leads, Healthy: leads, Voter: true },
    ...{ LastContact: 0, LastIndex: revision, StableSince: startedAtMs },
  };
  return { Healthy: leads, FailureTolerance: 0, Servers: [server] };
}

function usage(catalog: StateView['catalog']): Usage {
  const kinds = { 'connect-native': 0, 'connect-proxy': 0, 'ingress-gateway': 0, 'mesh-gateway': 0, 'terminating-gateway': 0 };
  const names = new Set<string>();
  let [nodes, instances, billable] = [0, 0, 0];
  for (const node of catalog.nodes()) {
    nodes++;
    for (const { record } of node.services) {
      instances++;
      names.add(record.Service.toLowerCase());
      if (record.Kind !== '') kinds[record.Kind]++;
      else if (record.Service !== 'consul') billable++;
      if (record.Connect.Native === true) kinds['connect-native']++;
    }
  }
  return {
    ...{ Nodes: nodes, Services: names.size, ServiceInstances: instances },
    ...{ ConnectServiceInstances: kinds, BillableServiceInstances: billable },
  };
}
