/** What `/v1/operator/` shows: durations and times as Go writes them. */
import { formatDuration } from '../../lib/duration.js';
import type { AutopilotConfiguration, OperatorHealth, ServerHealth, Usage } from '../../model/operator.js';

type Json = Readonly<Record<string, unknown>>;

export function autopilotJson(configuration: AutopilotConfiguration): Json {
  const { LastContactThreshold, ServerStabilizationTime } = configuration;
  return {
    CleanupDeadServers: configuration.CleanupDeadServers,
    LastContactThreshold: formatDuration(LastContactThreshold),
    MaxTrailingLogs: configuration.MaxTrailingLogs,
    MinQuorum: configuration.MinQuorum,
    ServerStabilizationTime: formatDuration(ServerStabilizationTime),
    RedundancyZoneTag: configuration.RedundancyZoneTag,
    DisableUpgradeMigration: configuration.DisableUpgradeMigration,
    UpgradeVersionTag: configuration.UpgradeVersionTag,
    CreateIndex: configuration.CreateIndex,
    ModifyIndex: configuration.ModifyIndex,
  };
}

export function healthJson({ Healthy, FailureTolerance, Servers }: OperatorHealth): Json {
  const servers = Servers.map((server) => ({
    ...{ ID: server.ID, Name: server.Name, Address: server.Address, SerfStatus: 'alive', Version: server.Version, Leader: server.Leader },
    ...measuredJson(server),
    Voter: server.Voter,
    StableSince: new Date(server.StableSince).toISOString(),
  }));
  return { Healthy, FailureTolerance, Servers: servers };
}

export function stateJson({ Healthy, FailureTolerance, Servers }: OperatorHealth): Json {
  const servers = Servers.map((server) => [
    server.ID,
    {
      ...{ ID: server.ID, Name: server.Name, Address: server.Address, NodeStatus: 'alive', Version: server.Version },
      ...measuredJson(server),
      StableSince: new Date(server.StableSince).toISOString(),
      ReadReplica: false,
      Status: server.Leader ? 'leader' : server.Voter ? 'voter' : 'non-voter',
      Meta: { 'consul-network-segment': '' },
      NodeType: 'voter',
    },
  ]);
  return {
    ...{ Healthy, FailureTolerance, OptimisticFailureTolerance: FailureTolerance, Servers: Object.fromEntries(servers) },
    Leader: Servers.find((server) => server.Leader)?.ID ?? '',
    Voters: Servers.filter((server) => server.Voter).map((server) => server.ID),
  };
}

export function usageJson(datacenter: string, usage: Usage): Json {
  return { Usage: { [datacenter]: usage } };
}

/** There are no terms without elections: the first one goes on. */
function measuredJson({ LastContact, LastIndex, Healthy }: ServerHealth): Json {
  return { LastContact: formatDuration(LastContact), LastTerm: 1, LastIndex, Healthy };
}
