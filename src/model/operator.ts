/** What operators see of the servers: `/v1/operator/`. Spelled as the API spells it. */
import type { Indexes } from './records.js';

/** A server of this datacenter as it knows itself. */
export interface ServerFacts {
  readonly id: string;
  readonly name: string;
  /** "10.0.0.1:8300" */
  readonly address: string;
  readonly version: string;
  /** Wall-clock milliseconds. */
  readonly startedAtMs: number;
}

export interface RaftServer {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Leader: boolean;
  readonly ProtocolVersion: string;
  readonly Voter: boolean;
}

export interface RaftConfiguration {
  readonly Servers: readonly RaftServer[];
  readonly Index: number;
}

/** How dead servers are removed and new ones are let in. Durations in milliseconds. */
export interface AutopilotSettings {
  readonly CleanupDeadServers: boolean;
  readonly LastContactThreshold: number;
  readonly MaxTrailingLogs: number;
  readonly MinQuorum: number;
  readonly ServerStabilizationTime: number;
  readonly RedundancyZoneTag: string;
  readonly DisableUpgradeMigration: boolean;
  readonly UpgradeVersionTag: string;
}

export type AutopilotConfiguration = AutopilotSettings & Indexes;

export const autopilotDefaults: AutopilotSettings = {
  CleanupDeadServers: true,
  LastContactThreshold: 200,
  MaxTrailingLogs: 250,
  MinQuorum: 0,
  ServerStabilizationTime: 10_000,
  RedundancyZoneTag: '',
  DisableUpgradeMigration: false,
  UpgradeVersionTag: '',
};

export interface ServerHealth {
  readonly ID: string;
  readonly Name: string;
  readonly Address: string;
  readonly Version: string;
  readonly Leader: boolean;
  readonly Healthy: boolean;
  readonly Voter: boolean;
  /** Since it was last heard of, milliseconds. */
  readonly LastContact: number;
  readonly LastIndex: number;
  /** Wall-clock milliseconds. */
  readonly StableSince: number;
}

export interface OperatorHealth {
  readonly Healthy: boolean;
  /** How many servers may be lost without losing the store. */
  readonly FailureTolerance: number;
  readonly Servers: readonly ServerHealth[];
}

export interface Usage {
  readonly Nodes: number;
  readonly Services: number;
  readonly ServiceInstances: number;
  /** By kind: "connect-proxy", …, and "connect-native". */
  readonly ConnectServiceInstances: Readonly<Record<string, number>>;
  /** Instances that are programs of users: neither proxies and gateways nor the servers themselves. */
  readonly BillableServiceInstances: number;
}
