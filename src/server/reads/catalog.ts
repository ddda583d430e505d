import type { ServiceSummary } from '../../model/catalog-answers.js';
import { instanceFields, nodeFields, serviceFields } from '../../model/filter/shapes.js';
import type { ListArguments, Query } from '../../model/query.js';
import type { NodeRow } from '../../state/node-row.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import { tableTopic } from '../../state/topics.js';
import { choosesNodes, filtered, hasNodeMeta, listKey, nearestFirst, nearnessOrder, refuseFilter } from './lists.js';
import type { Read } from './read.js';
import { hasTags, instanceTopics, instanceVersion, serviceIndex, serviceKey } from './service.js';

export const catalogDatacenters: Read<'catalog.datacenters'> = {
  index: () => 1,
  version: () => 0,
  touched: () => [],
  value: (_view, _query, { datacenter }) => [datacenter],
  memoKey: () => '',
};

export const catalogNodes: Read<'catalog.nodes'> = {
  index: nodesIndex,
  version: nodesIndex,
  order: nearnessOrder,
  touched: () => [tableTopic('nodes')],
  value: (view, query) => {
    const nodes = [];
    for (const { record } of view.catalog.nodes()) if (record && hasNodeMeta(record, query)) nodes.push(record);
    return Object.freeze(nearestFirst(view, filtered(nodes, query, nodeFields), query.near, (node) => node.Node));
  },
  memoKey: listKey,
  refuse: refuseFilter(nodeFields),
};

/** The index is that of all nodes and services, as clients know it; the wait ends for this node alone. */
export const catalogNode: Read<'catalog.node'> = {
  index: (view, { node }) => (findNode(view, node) ? Math.max(view.catalog.indexes.nodes, view.catalog.indexes.services) : 1),
  version: (view, { node }) => view.catalog.node(node)?.index ?? Math.max(view.catalog.indexes.nodes, findNode(view, node)?.index ?? -1),
  touched: (view, { node }) => {
    const found = findNode(view, node);
    const own = found ? [{ kind: 'node', name: found.name } as const] : [];
    // Under another word than its name: any node that comes may have that name, or make the start of the id ambiguous.
    return view.catalog.node(node) ? own : [...own, tableTopic('nodes')];
  },
  value: (view, query) => {
    const found = findNode(view, query.node)?.withServices();
    if (!found || query.filter === '') return found ?? null;
    return Object.freeze({ Node: found.Node, Services: filtered(found.Services, query, serviceFields) });
  },
  memoKey: ({ node, filter }) => `${asMatched(node)}\0${filter}`,
  refuse: refuseFilter(serviceFields),
};

/** `filter` is ignored here, as everybody is used to. */
export const catalogServices: Read<'catalog.services'> = {
  index: ({ catalog: { indexes } }, query) => (choosesNodes(query) ? Math.max(indexes.services, indexes.nodes) : indexes.services),
  version: ({ catalog: { indexes } }, query) => (choosesNodes(query) ? Math.max(indexes.services, indexes.nodes) : indexes.serviceNames),
  touched: (_view, query) => (choosesNodes(query) ? [tableTopic('services'), tableTopic('nodes')] : [tableTopic('service-names')]),
  value: (view, query) => Object.freeze(choosesNodes(query) ? summariesOnNodes(view, query) : summaries(view)),
  memoKey: ({ nodeMeta }) => listKey({ near: '', nodeMeta, filter: '' }),
};

export const catalogService: Read<'catalog.service'> = {
  index: (view, query) => (query.connect ? connectIndex(view, query.service) : serviceIndex(view, query, false)),
  version: instanceVersion,
  order: nearnessOrder,
  touched: instanceTopics,
  value: (view, query) => {
    const group = query.connect ? view.catalog.connect(query.service) : view.catalog.service(query.service);
    const instances = group?.asInstances().filter(({ Node, Service }) => hasNodeMeta(Node, query) && hasTags(Service, query.tags)) ?? [];
    return Object.freeze(nearestFirst(view, filtered(instances, query, instanceFields), query.near, ({ Node }) => Node.Node));
  },
  memoKey: serviceKey,
  refuse: refuseFilter(instanceFields),
};

export const catalogAddress: Read<'catalog.address'> = {
  index: addressVersion,
  version: addressVersion,
  touched: () => [tableTopic('nodes'), tableTopic('services')],
  value: ({ catalog: { addresses } }, { address }) => ({
    Nodes: addresses.nodes(address).map((row) => row.require()),
    Services: addresses.services(address).map((row) => row.asInstance()),
  }),
  memoKey: ({ address }) => address,
};

/** That of the service, although what is listed may be proxies of another name; whoever blocks is shown the newer of both (src/server/blocking.ts). */
function connectIndex({ catalog }: StateView, service: string): number {
  return catalog.service(service)?.index ?? Math.max(catalog.indexes.nodes, catalog.indexes.services);
}

function nodesIndex({ catalog }: StateView): number {
  return catalog.indexes.nodes;
}

function addressVersion({ catalog: { indexes } }: StateView): number {
  return Math.max(indexes.nodes, indexes.services);
}

function findNode({ catalog }: StateView, node: string): NodeRow | undefined {
  return catalog.node(node) ?? catalog.nodeById(node);
}

function summaries({ catalog }: StateView): ServiceSummary[] {
  return Array.from(catalog.services(), (group) => group.summary());
}

/** Services with an instance on a chosen node, with the tags of those instances. */
function summariesOnNodes({ catalog }: StateView, query: Query<'catalog.services'> & Pick<ListArguments, 'nodeMeta'>): ServiceSummary[] {
  const found: ServiceSummary[] = [];
  for (const group of catalog.services()) {
    const chosen = [...group.instances()].filter((row) => hasNodeMeta(row.node.record, query));
    if (chosen.length === 0) continue;
    const tags = new Set(chosen.flatMap((row) => row.record.Tags));
    found.push(Object.freeze({ Service: group.summary().Service, Tags: Object.freeze([...tags].sort()) }));
  }
  return found;
}
