/** `mesh catalog services`. */
import type { Reply } from '../../../client/api.js';
import { type CatalogClient, catalogClient } from '../../../client/catalog.js';
import { columnize } from '../../../lib/columnize.js';
import type { ServiceSummary } from '../../../model/catalog-answers.js';
import { atMost } from '../../arguments.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';

export const command = defineCommand({
  usage: 'mesh catalog services [options]',
  about: 'Lists the services of a datacenter, or those of one node.',
  flags: {
    node: { kind: 'string', about: 'only services of this node, by name or id' },
    'node-meta': { kind: 'map', about: "pair that the node's metadata must hold" },
    tags: { kind: 'bool', about: 'also print the tags' },
    ...clientFlags,
    ...serverFlags,
    ...namespaceFlags,
  },
  async run({ flags, words }, io) {
    atMost(0, words);
    const catalog = catalogClient(await openFromFlags(flags, io));
    const options = { nodeMeta: flags['node-meta'] };
    const { value } = await orFail(
      'Error listing services',
      flags.node ? servicesOf(catalog, flags.node, options) : catalog.services(options),
    );
    if (value.length === 0) io.err('No services match the given query - try expanding your search.\n');
    else io.out(`${shown(value, flags.tags)}\n`);
    return 0;
  },
});

async function servicesOf(
  catalog: CatalogClient,
  node: string,
  options: { readonly nodeMeta: Readonly<Record<string, string>> },
): Promise<Reply<readonly ServiceSummary[]>> {
  const reply = await catalog.node(node, options);
  const tags = new Map<string, string[]>();
  for (const { Service, Tags } of reply.value?.Services ?? []) tags.set(Service, [...(tags.get(Service) ?? []), ...Tags]);
  return { ...reply, value: [...tags].map(([name, all]) => ({ Service: name, Tags: [...new Set(all)] })) };
}

function shown(services: readonly ServiceSummary[], withTags: boolean): string {
  const sorted = [...services].sort((a, b) => (a.Service < b.Service ? -1 : 1));
  if (!withTags) return sorted.map(({ Service }) => Service).join('\n');
  return columnize(
    sorted.map(({ Service, Tags }) => [Service, [...Tags].sort().join(',')]),
    { gap: 6 },
  );
}
