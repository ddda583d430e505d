import type { HealthEntry } from '../../model/catalog-answers.js';
import { checkFields, healthFields } from '../../model/filter/shapes.js';
import type { ListArguments } from '../../model/query.js';
import type { CheckRecord } from '../../model/records.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import { type Topic, tableTopic } from '../../state/topics.js';
import { choosesNodes, filtered, hasNodeMeta, listKey, nearestFirst, nearnessOrder, refuseFilter } from './lists.js';
import type { Read } from './read.js';
import { hasTags, instanceTopics, instanceVersion, serviceIndex, serviceKey } from './service.js';

export const healthService: Read<'health.service'> = {
  index: (view, query) => serviceIndex(view, query, true),
  version: instanceVersion,
  order: nearnessOrder,
  touched: instanceTopics,
  value: (view, query) => {
    const group = query.connect ? view.catalog.connect(query.service) : view.catalog.service(query.service);
    const entries = group?.asHealth().filter(({ Node, Service }) => hasNodeMeta(Node, query) && hasTags(Service, query.tags)) ?? [];
    const wanted = filtered(entries, query, healthFields);
    return Object.freeze(nearestFirst(view, query.passing ? passingOnly(wanted) : wanted, query.near, ({ Node }) => Node.Node));
  },
  memoKey: (query) => `${query.passing ? '+' : '-'}${serviceKey(query)}`,
  refuse: refuseFilter(healthFields),
};

/** By node name only: ids are not looked up here. */
export const healthNode: Read<'health.node'> = {
  index: ({ catalog }) => catalog.indexes.checks,
  version: ({ catalog }, { node }) => catalog.node(node)?.checksIndex ?? -1,
  touched: (_view, { node }) => [{ kind: 'node-checks', name: asMatched(node) }],
  value: ({ catalog }, query) => Object.freeze(filtered(catalog.node(query.node)?.allChecks() ?? [], query, checkFields)),
  memoKey: ({ node, filter }) => `${asMatched(node)}\0${filter}`,
  refuse: refuseFilter(checkFields),
};

export const healthChecks: Read<'health.checks'> = {
  index: ({ catalog }) => catalog.indexes.checks,
  version: (view, query) => listVersion(view, query, view.catalog.checksByService.index(asMatched(query.service))),
  order: nearnessOrder,
  touched: (_view, query) => listTopics(query, { kind: 'service-checks', name: asMatched(query.service) }),
  value: (view, query) => chosen(view, query, view.catalog.checksByService.list(asMatched(query.service))),
  memoKey: (query) => `${asMatched(query.service)}\0${listKey(query)}`,
  refuse: refuseFilter(checkFields),
};

/** State `any` is every check. */
export const healthState: Read<'health.state'> = {
  index: ({ catalog }) => catalog.indexes.checks,
  version: (view, query) => listVersion(view, query, view.catalog.checksByState.index(asMatched(query.state))),
  order: nearnessOrder,
  touched: (_view, query) => listTopics(query, { kind: 'state', name: asMatched(query.state) }),
  value: (view, query) => chosen(view, query, view.catalog.checksByState.list(asMatched(query.state))),
  memoKey: (query) => `${asMatched(query.state)}\0${listKey(query)}`,
  refuse: refuseFilter(checkFields),
};

/**
 * Without the instances that have a check that is not passing. The last one takes the place of one that is left out, as in the
 * recorded answers; clients that take the first of the list then agree.
 */
function passingOnly(entries: readonly HealthEntry[]): HealthEntry[] {
  const kept = [...entries];
  for (let i = 0; i < kept.length; ) {
    const entry = kept[i];
    if (entry?.Checks.every((check) => check.Status === 'passing')) i++;
    else {
      const last = kept.pop();
      if (last && i < kept.length) kept[i] = last;
    }
  }
  return kept;
}

function chosen(view: StateView, query: ListArguments, checks: readonly CheckRecord[]): readonly CheckRecord[] {
  const onNodes = choosesNodes(query) ? checks.filter((check) => hasNodeMeta(view.catalog.node(check.Node)?.record, query)) : checks;
  return Object.freeze(nearestFirst(view, filtered(onNodes, query, checkFields), query.near, (check) => check.Node));
}

/** An empty set tells no index: together with the nodes' it would hide that the set has just become empty. */
function listVersion({ catalog: { indexes } }: StateView, query: ListArguments, own: number): number {
  return choosesNodes(query) ? Math.max(own < 0 ? indexes.checks : own, indexes.nodes) : own;
}

function listTopics(query: ListArguments, own: Topic): readonly Topic[] {
  return choosesNodes(query) ? [own, tableTopic('nodes')] : [own];
}
