/** `Stats` of `/v1/agent/self`, which `mesh info` prints: texts by section, under the names that tools know from Consul. */
import { arch, availableParallelism, platform } from 'node:os';

export interface StatsFacts {
  readonly version: string;
  readonly revision: string;
  readonly leaderAddress: string;
  readonly server: boolean;
  readonly bootstrap: boolean;
  readonly encrypted: boolean;
  /** Of storage: what raft calls the applied index. */
  readonly appliedRevision: number;
  readonly services: number;
  readonly checks: number;
  readonly ttlChecks: number;
  readonly monitoredChecks: number;
}

export type Stats = Readonly<Record<string, Readonly<Record<string, string>>>>;

export function agentStats(facts: StatsFacts): Stats {
  const gossip = gossipStats(facts.encrypted);
  return {
    agent: {
      check_monitors: String(facts.monitoredChecks),
      check_ttls: String(facts.ttlChecks),
      checks: String(facts.checks),
      services: String(facts.services),
    },
    build: { prerelease: '', revision: facts.revision, version: facts.version },
    consul: {
      acl: 'disabled',
      bootstrap: String(facts.bootstrap),
      known_datacenters: '1',
      leader: String(facts.leaderAddress !== ''),
      leader_addr: facts.leaderAddress,
      server: String(facts.server),
    },
    raft: consensusStats(facts.appliedRevision),
    runtime: {
      arch: arch(),
      cpu_count: String(availableParallelism()),
      // A program of one thread: what is counted there does not exist here.
      goroutines: '1',
      max_procs: String(availableParallelism()),
      os: platform(),
      version: process.version,
    },
    serf_lan: gossip,
    serf_wan: gossip,
  };
}

/** A single server has no consensus protocol; the names are those monitoring looks for, the log is storage's revisions. */
function consensusStats(revision: number): Readonly<Record<string, string>> {
  const index = String(revision);
  return {
    applied_index: index,
    commit_index: index,
    fsm_pending: '0',
    last_contact: '0',
    last_log_index: index,
    last_log_term: '1',
    last_snapshot_index: '0',
    last_snapshot_term: '0',
    latest_configuration: '[]',
    latest_configuration_index: '0',
    num_peers: '0',
    protocol_version: '3',
    protocol_version_max: '3',
    protocol_version_min: '0',
    snapshot_version_max: '1',
    snapshot_version_min: '0',
    state: 'Leader',
    term: '1',
  };
}

function gossipStats(encrypted: boolean): Readonly<Record<string, string>> {
  return {
    coordinate_resets: '0',
    encrypted: String(encrypted),
    event_queue: '0',
    event_time: '1',
    failed: '0',
    health_score: '0',
    intent_queue: '0',
    left: '0',
    member_time: '1',
    members: '1',
    query_queue: '0',
    query_time: '1',
  };
}
