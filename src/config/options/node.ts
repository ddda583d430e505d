/** Who this agent is, and where it keeps what it knows. Rows of the table in ../table.ts. */
import type { OptionRow } from '../option.js';

export const nodeOptions = {
  data_dir: { kind: 'string', flag: 'data-dir', doc: 'directory for state, required unless in dev mode' },
  datacenter: { kind: 'string', value: 'dc1', flag: 'datacenter', doc: 'datacenter name, lower case letters, digits, - and _' },
  disable_coordinates: { kind: 'bool', doc: 'the node gets no network coordinate of its own' },
  disable_host_node_id: { kind: 'bool', value: true, flag: 'disable-host-node-id', doc: 'random node id instead of one from the host' },
  node_id: { kind: 'string', flag: 'node-id', doc: 'uuid of the node' },
  node_meta: { kind: 'map', flag: 'node-meta', reload: true, doc: 'metadata of the node' },
  node_name: { kind: 'string', flag: 'node', doc: 'name of the node' },
  server: { kind: 'bool', value: false, dev: true, flag: 'server', doc: 'server or client' },
} as const satisfies Record<string, OptionRow>;
