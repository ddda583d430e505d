/** What the web interface lists. These reads touch the whole catalog: their index is the newest of its three tables. */

import type { HealthEntry } from '../../model/catalog-answers.js';
import { type Fields, moved, structs } from '../../model/filter/fields.js';
import { checkFields, healthFields, nodeFields, serviceFields } from '../../model/filter/shapes.js';
import type { NodeDump, ServiceOverview } from '../../model/ui.js';
import { anyState } from '../../state/catalog.js';
import type { NodeRow } from '../../state/node-row.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import { tableTopic } from '../../state/topics.js';
import { filtered, refuseFilter } from './lists.js';
import type { Read } from './read.js';

export const wholeCatalog = [tableTopic('nodes'), tableTopic('services'), { kind: 'state' as const, name: anyState }];

const ofNode = Object.fromEntries(
  ['ID', 'Node', 'Address', 'TaggedAddresses', 'Meta'].flatMap((name) => {
    const field = nodeFields[name];
    return field ? [[name, moved(field, ({ Node }: NodeDump) => Node)]] : [];
  }),
);
const dumpFields: Fields<NodeDump> = {
  ...ofNode,
  Services: structs(({ Services }: NodeDump) => Services, serviceFields),
  Checks: structs(({ Checks }: NodeDump) => Checks, checkFields),
};

export const uiNodes: Read<'ui.nodes'> = {
  index: catalogIndex,
  version: catalogIndex,
  touched: () => wholeCatalog,
  value: ({ catalog }, query) => Object.freeze(filtered(Array.from(catalog.nodes(), dump), query, dumpFields)),
  memoKey: ({ filter }) => filter,
  refuse: refuseFilter(dumpFields),
};

export const uiNode: Read<'ui.node'> = {
  index: catalogIndex,
  version: catalogIndex,
  touched: (_view, { node }) => [
    { kind: 'node', name: asMatched(node) },
    { kind: 'node-checks', name: asMatched(node) },
  ],
  value: ({ catalog }, { node }) => {
    const row = catalog.node(node);
    return row ? dump(row) : null;
  },
  memoKey: ({ node }) => asMatched(node),
};

export const uiServices: Read<'ui.services'> = {
  index: catalogIndex,
  version: catalogIndex,
  touched: () => wholeCatalog,
  value: (view, query) => Object.freeze(overviews(view, query)),
  memoKey: ({ filter }) => filter,
  refuse: refuseFilter(healthFields),
};

export function catalogIndex({ catalog: { indexes } }: StateView): number {
  return Math.max(indexes.nodes, indexes.services, indexes.checks);
}

function dump(row: NodeRow): NodeDump {
  const { Node, Services } = row.withServices();
  return Object.freeze({ Node, Services, Checks: row.allChecks() });
}

/** By name. */
export function overviews({ catalog }: StateView, query: { readonly filter: string }): ServiceOverview[] {
  const drafts = new Map<string, OverviewDraft>();
  const draftOf = (name: string) => {
    const draft = drafts.get(asMatched(name)) ?? new OverviewDraft(name);
    drafts.set(asMatched(name), draft);
    return draft;
  };
  for (const group of catalog.services()) {
    for (const entry of filtered(group.asHealth(), query, healthFields)) {
      const { Service } = entry;
      draftOf(Service.Service).add(entry);
      const { DestinationServiceName: destination, Mode } = Service.Proxy;
      if (Service.Kind === 'connect-proxy' && typeof destination === 'string') draftOf(destination).addProxy(Mode === 'transparent');
    }
  }
  const shown = [...drafts.values()].filter(({ hasInstances }) => hasInstances);
  return shown.map((draft) => draft.overview()).sort((a, b) => (a.Name < b.Name ? -1 : 1));
}

class OverviewDraft {
  private readonly name: string;
  private kind: ServiceOverview['Kind'] = '';
  private readonly tags = new Set<string>();
  private readonly nodes = new Set<string>();
  private readonly sources = new Set<string>();
  private instances = 0;
  private readonly checks = { passing: 0, warning: 0, critical: 0 };
  private readonly proxy = { isThere: false, isTransparent: false };

  constructor(name: string) {
    this.name = name;
  }

  get hasInstances(): boolean {
    return this.instances > 0;
  }

  add({ Node, Service, Checks }: HealthEntry): void {
    this.kind = Service.Kind;
    this.instances++;
    this.nodes.add(Node.Node);
    for (const tag of Service.Tags) this.tags.add(tag);
    const source = Service.Meta?.['external-source'];
    if (source) this.sources.add(source);
    for (const { Status } of Checks) {
      if (Status === 'passing' || Status === 'warning') this.checks[Status]++;
      else this.checks.critical++;
    }
  }

  addProxy(isTransparent: boolean): void {
    this.proxy.isThere = true;
    this.proxy.isTransparent ||= isTransparent;
  }

  overview(): ServiceOverview {
    return {
      ...{
        Kind: this.kind,
        Name: this.name,
        Tags: [...this.tags].sort(),
        Nodes: [...this.nodes],
        ExternalSources: [...this.sources].sort(),
      },
      ...{ InstanceCount: this.instances, ChecksPassing: this.checks.passing, ChecksWarning: this.checks.warning },
      ...{ ChecksCritical: this.checks.critical, ConnectedWithProxy: this.proxy.isThere, TransparentProxy: this.proxy.isTransparent },
    };
  }
}
