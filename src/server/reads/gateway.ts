import type { HealthEntry } from '../../model/catalog-answers.js';
import { healthFields } from '../../model/filter/shapes.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import { type Topic, tableTopic } from '../../state/topics.js';
import { ingressGatewaysOf, servicesOfGateway } from '../gateways.js';
import { filtered, hasNodeMeta, nearestFirst, refuseFilter } from './lists.js';
import type { Read } from './read.js';

/** Wildcards in entries look at which services there are. */
const gatewayIndex = ({ config, catalog }: StateView) => Math.max(config.index, catalog.indexes.serviceKinds);
const gatewayTopics: readonly Topic[] = [tableTopic('config'), tableTopic('service-kinds')];

export const gatewayServices: Read<'gateway.services'> = {
  index: gatewayIndex,
  version: gatewayIndex,
  touched: () => gatewayTopics,
  value: (view, { gateway }) => Object.freeze(servicesOfGateway(view, gateway)),
  memoKey: ({ gateway }) => asMatched(gateway),
};

export const healthIngress: Read<'health.ingress'> = {
  index: (view, { service }) => Math.max(gatewayIndex(view), ...groupsOf(view, service).map(({ index }) => index)),
  version: (view, { service }) => Math.max(gatewayIndex(view), ...groupsOf(view, service).map(({ index }) => index)),
  touched: (view, { service }) => [
    ...gatewayTopics,
    ...ingressGatewaysOf(view, service).map((name): Topic => ({ kind: 'service', name: asMatched(name) })),
  ],
  value: (view, query) => {
    const entries = groupsOf(view, query.service).flatMap((group) => group.asHealth());
    const chosen = entries.filter((entry) => entry.Service.Kind === 'ingress-gateway' && hasNodeMeta(entry.Node, query));
    const wanted = filtered(chosen, query, healthFields);
    return Object.freeze(nearestFirst(view, query.passing ? wanted.filter(isPassing) : wanted, query.near, ({ Node }) => Node.Node));
  },
  refuse: refuseFilter(healthFields),
};

function groupsOf(view: StateView, service: string) {
  return ingressGatewaysOf(view, service).flatMap((name) => view.catalog.service(name) ?? []);
}

function isPassing({ Checks }: HealthEntry): boolean {
  return Checks.every(({ Status }) => Status === 'passing');
}
