/**
 * This server in its own catalog: the node, the `consul` service by which clients find servers, `serfHealth`, passing as long as the
 * server answers, and its network coordinate. Written when the server has become the leader.
 */
import type { RuntimeConfig } from '../config/runtime-config.js';
import { version } from '../lib/version.js';
import type { Backend } from '../model/backend.js';
import { originCoordinate } from '../model/coordinate.js';
import { noProxy } from '../model/decode/proxy.js';
import type { NodeInput } from '../model/inputs.js';

export async function registerSelf(backend: Backend, node: NodeInput, { settings }: RuntimeConfig): Promise<void> {
  const service = {
    Kind: '' as const,
    ID: 'consul',
    Service: 'consul',
    Tags: [],
    Address: '',
    TaggedAddresses: null,
    Meta: {
      raft_version: '3',
      serf_protocol_current: '2',
      serf_protocol_max: '5',
      serf_protocol_min: '1',
      version,
    },
    Port: settings['ports.server'],
    SocketPath: '',
    Weights: { Passing: 1, Warning: 1 },
    EnableTagOverride: false,
    Proxy: noProxy,
    Connect: {},
  };
  const serfHealth = {
    Node: node.Node,
    CheckID: 'serfHealth',
    Name: 'Serf Health Status',
    Status: 'passing',
    Notes: '',
    Output: 'Agent alive and reachable',
    ServiceID: '',
    ServiceName: '',
    ServiceTags: [],
    Type: '',
    Interval: '',
    Timeout: '',
    ExposedPort: 0,
    Definition: {},
  };
  const write = { kind: 'catalog.register', node, skipNodeUpdate: false, service, checks: [serfHealth] } as const;
  await backend.write(write, { token: '', datacenter: '' });
  if (!settings.disable_coordinates) await placeSelf(backend, node.Node);
}

/** A lone server has nobody to measure itself against: it stands at the origin, unless somebody has said where it is. */
async function placeSelf(backend: Backend, node: string): Promise<void> {
  const asked = {
    token: '',
    datacenter: '',
    minIndex: 0,
    waitMs: 0,
    consistency: 'default',
    signal: new AbortController().signal,
  } as const;
  const { value } = await backend.query({ kind: 'coordinate.node', node, segment: '' }, asked);
  if (value.length > 0) return;
  const coordinate = { Node: node, Segment: '', Coord: originCoordinate };
  await backend.write({ kind: 'coordinate.update', coordinate }, { token: '', datacenter: '' });
}

/** The node as the catalog shows it. */
export function nodeInput({ addresses, datacenter, nodeName, settings }: RuntimeConfig, nodeId: string): NodeInput {
  return {
    ID: nodeId,
    Node: nodeName,
    Address: addresses.advertiseLan,
    Datacenter: datacenter,
    TaggedAddresses: addresses.tagged,
    // The key of network segments stands in every node's metadata, empty in this edition.
    Meta: { ...settings.node_meta, 'consul-network-segment': '' },
  };
}
