/** The whole node behind `/v1/agent/self`, `members`, `reload`, `leave`, `join` and `force-leave`. */

import { lookup } from 'node:dns/promises';
import type { LocalAgent } from '../agent/local-agent.js';
import type { Keyring, NodeControl } from '../agent/node-control.js';
import { lanMember, type ServerIdentity, serverAddress, wanMember } from '../cluster/members.js';
import { errorList } from '../config/error-list.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Clock } from '../lib/clock.js';
import { revision, version } from '../lib/version.js';
import { MeshError } from '../model/errors.js';
import type { Server } from '../server/server.js';
import { debugConfig } from './debug-config.js';
import { describeHost } from './host.js';
import type { AgentLog } from './log.js';
import { agentStats } from './stats.js';

export interface NodeControlParts {
  readonly identity: ServerIdentity;
  readonly keyring: Keyring | null;
  readonly agent: LocalAgent;
  readonly log: Pick<AgentLog, 'follow'>;
  readonly clock: Clock;
  readonly server: Pick<Server, 'appliedRevision'>;
  readonly lifecycle: { readonly config: RuntimeConfig; reload(): Promise<void>; leave(): Promise<void> };
}

/** A node that has not yet measured its distance to others. */
const originCoordinate = { Adjustment: 0, Error: 1.5, Height: 0.00001, Vec: [0, 0, 0, 0, 0, 0, 0, 0] };

export function createNodeControl(parts: NodeControlParts): NodeControl {
  const { identity, lifecycle } = parts;
  return {
    keyring: parts.keyring,
    self: () => describe(parts),
    host: () => describeHost(lifecycle.config.settings.data_dir || '/', parts.clock),
    followLog: (following, take) => parts.log.follow(following, take),
    members: ({ wan }) => [wan ? wanMember(identity) : lanMember(identity)],
    reload: () => lifecycle.reload(),
    leave: () => lifecycle.leave(),
    join: async (address) => {
      throw new MeshError('refused', errorList([await joinFault(address)]));
    },
    forceLeave: async (node) => {
      if (node === identity.nodeName) throw new MeshError('refused', `the agent cannot force itself out; use leave`);
      throw new MeshError('refused', `agent: No node found with name '${node}'`);
    },
  };
}

/** There is no transport between servers in this version: nobody can be reached. */
async function joinFault(address: string): Promise<string> {
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  // The empty name is this machine to the system's resolver, and nobody to the user.
  const found = host === '' ? null : await lookup(host).catch(() => null);
  return found
    ? `Failed to join ${address}: this version runs single servers only`
    : `Failed to resolve ${address}: lookup ${host}: no such host`;
}

function describe(parts: NodeControlParts): Readonly<Record<string, unknown>> {
  const { identity, agent, server } = parts;
  const { config } = parts.lifecycle;
  const checks = [...agent.checks().values()];
  const { nodeId, nodeName, datacenter } = identity;
  return {
    Config: {
      Datacenter: datacenter,
      PrimaryDatacenter: config.primaryDatacenter,
      NodeName: nodeName,
      NodeID: nodeId,
      Revision: revision,
      Server: config.settings.server,
      Version: version,
    },
    DebugConfig: debugConfig(config, nodeId),
    Coord: config.settings.disable_coordinates ? null : originCoordinate,
    Member: lanMember(identity),
    Stats: agentStats({
      version,
      revision,
      leaderAddress: serverAddress(identity),
      server: config.settings.server,
      bootstrap: config.bootstrap && !config.devMode,
      encrypted: parts.keyring !== null,
      appliedRevision: server.appliedRevision(),
      services: agent.services().size,
      checks: checks.length,
      ttlChecks: checks.filter(({ Type }) => Type === 'ttl').length,
      monitoredChecks: checks.filter(({ Type }) => Type === 'script').length,
    }),
    Meta: { ...config.settings.node_meta, 'consul-network-segment': '' },
  };
}
