/** `mesh catalog nodes`. */

import type { Reply } from '../../../client/api.js';
import { type CatalogClient, catalogClient } from '../../../client/catalog.js';
import type { ListOptions } from '../../../client/list-options.js';
import { columnize } from '../../../lib/columnize.js';
import { atMost, dataFrom } from '../../arguments.js';
import { clientFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';

export const command = defineCommand({
  usage: 'mesh catalog nodes [options]',
  about: 'Lists the nodes of a datacenter, or those that carry a service.',
  flags: {
    detailed: { kind: 'bool', about: 'also print tagged addresses and metadata, and ids in full' },
    filter: { kind: 'string', about: 'expression that nodes must fulfil, "@file" or "-"' },
    near: { kind: 'string', about: 'sort by round trip from this node; "_agent" is the asked one' },
    'node-meta': { kind: 'map', about: "pair that the node's metadata must hold" },
    service: { kind: 'string', about: 'only nodes with this service' },
    ...clientFlags,
    ...serverFlags,
  },
  async run({ flags, words }, io) {
    atMost(0, words);
    const filter = flags.filter === '' ? '' : (await dataFrom(flags.filter, io, 'Could not process filter argument: ')).toString('utf8');
    const catalog = catalogClient(await openFromFlags(flags, io));
    const options = { filter, near: flags.near, nodeMeta: flags['node-meta'] };
    const { value } = await orFail(
      'Error listing nodes',
      flags.service ? nodesWith(catalog, flags.service, options) : catalog.nodes(options),
    );
    if (value.length === 0) io.err('No nodes match the given query - try expanding your search.\n');
    else io.out(`${columnize(flags.detailed ? detailed(value) : brief(value))}\n`);
    return 0;
  },
});

interface ListedNode {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: Readonly<Record<string, string>> | null;
  readonly Meta: Readonly<Record<string, string>> | null;
}

/** A node with several instances is one row. */
async function nodesWith(catalog: CatalogClient, service: string, options: ListOptions): Promise<Reply<readonly ListedNode[]>> {
  const reply = await catalog.service(service, options);
  const byName = new Map(reply.value.map((found) => [found.Node, { ...found, Meta: found.NodeMeta }]));
  return { ...reply, value: [...byName.values()] };
}

function brief(nodes: readonly ListedNode[]): string[][] {
  const rows = nodes.map(({ Node, ID, Address, Datacenter }) => [Node, ID.split('-')[0] ?? '', Address, Datacenter]);
  return [['Node', 'ID', 'Address', 'DC'], ...rows];
}

function detailed(nodes: readonly ListedNode[]): string[][] {
  const rows = nodes.map((node) => [node.Node, node.ID, node.Address, node.Datacenter, pairs(node.TaggedAddresses), pairs(node.Meta)]);
  return [['Node', 'ID', 'Address', 'DC', 'TaggedAddresses', 'Meta'], ...rows];
}

/** "lan=10.0.0.1, wan=…", by name. */
function pairs(map: Readonly<Record<string, string>> | null): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
