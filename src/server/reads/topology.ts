/**
 * Who talks to whom, as far as the catalog and the entries say: a proxy names the services its own reaches, an ingress gateway those it
 * serves, and where traffic is redirected to proxies, an intention that allows a pair stands for it. What gateways serve, with its intentions.
 */
import { protocolOf } from '../../model/discovery-chain/entries.js';
import { connectIntentionDefault, type IntentionRecord } from '../../model/intention.js';
import { covers } from '../../model/intention-precedence.js';
import type { ServiceRecord } from '../../model/records.js';
import type { IntentionVerdict, Neighbour, ServiceTopology } from '../../model/ui.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import { tableTopic } from '../../state/topics.js';
import { servicesOfGateway } from '../gateways.js';
import { intentionsFrom, intentionsTo } from '../intentions.js';
import type { Read } from './read.js';
import { catalogIndex, overviews, wholeCatalog } from './ui.js';

const index = (view: StateView) => Math.max(view.config.index, catalogIndex(view));
const common = { index, version: index, touched: () => [...wholeCatalog, tableTopic('config')] };

export const uiTopology: Read<'ui.topology'> = {
  ...common,
  value: (view, { service, isGateway }) => Object.freeze(topologyOf(view, service, isGateway)),
  memoKey: ({ service, isGateway }) => `${isGateway} ${asMatched(service)}`,
};

export const uiGatewayServices: Read<'ui.gateway-services'> = {
  ...common,
  value: (view, { gateway }) => {
    const names = new Set(servicesOfGateway(view, gateway).map(({ Service }) => asMatched(Service.Name)));
    return Object.freeze(overviews(view, { filter: '' }).filter(({ Name }) => names.has(asMatched(Name))));
  },
  memoKey: ({ gateway }) => asMatched(gateway),
};

export const uiGatewayIntentions: Read<'ui.gateway-intentions'> = {
  ...common,
  value: (view, { gateway }) => {
    const found = servicesOfGateway(view, gateway).flatMap(({ Service }) => intentionsTo(view.config, Service.Name));
    const byPair = new Map(found.map((intention) => [`${intention.SourceName}\0${intention.DestinationName}`, intention]));
    return Object.freeze([...byPair.values()]);
  },
  memoKey: ({ gateway }) => asMatched(gateway),
};

function topologyOf(view: StateView, service: string, isGateway: boolean): ServiceTopology {
  const proxies = Array.from(proxiesIn(view));
  const own = proxies.filter(({ destination }) => asMatched(destination) === asMatched(service));
  const isTransparent = own.some(({ record }) => record.Proxy.Mode === 'transparent');
  const served = isGateway ? servicesOfGateway(view, service).map(({ Service }) => Service.Name) : [];
  const upstreams = [...served, ...own.flatMap(({ upstreams: names }) => names)];
  const callers = proxies.filter(({ upstreams: names }) => names.some((name) => asMatched(name) === asMatched(service)));
  const [allowedTo, allowedFrom] = isTransparent ? allowedPairs(view, service) : [[], []];
  const overviewOf = new Map(overviews(view, { filter: '' }).map((overview) => [asMatched(overview.Name), overview]));
  const neighbours = (named: readonly string[], allowed: readonly string[], verdict: (name: string) => IntentionVerdict): Neighbour[] => {
    const sources = new Map<string, Neighbour['Source']>(allowed.map((name) => [asMatched(name), 'specific-intention']));
    for (const name of named) sources.set(asMatched(name), 'proxy-registration');
    return [...sources].sort().flatMap(([name, Source]) => {
      const Overview = overviewOf.get(name);
      return Overview ? [{ Overview, Source, Intention: verdict(Overview.Name) }] : [];
    });
  };
  return {
    Protocol: protocolOf(view.config, service),
    TransparentProxy: isTransparent,
    Upstreams: neighbours(upstreams, allowedTo, (name) => verdictOn(view, service, name)),
    Downstreams: neighbours(
      callers.map(({ destination }) => destination),
      allowedFrom,
      (name) => verdictOn(view, name, service),
    ),
  };
}

interface Proxy {
  readonly record: ServiceRecord;
  /** The service it stands for. */
  readonly destination: string;
  /** Names of the services it reaches. */
  readonly upstreams: readonly string[];
}

function* proxiesIn({ catalog }: StateView): Iterable<Proxy> {
  for (const group of catalog.services()) {
    for (const { record } of group.instances()) {
      const { DestinationServiceName: destination, Upstreams } = record.Proxy;
      if (record.Kind !== 'connect-proxy' || typeof destination !== 'string') continue;
      yield { record, destination, upstreams: Array.isArray(Upstreams) ? Upstreams.flatMap(upstreamName) : [] };
    }
  }
}

function upstreamName(upstream: unknown): readonly string[] {
  if (typeof upstream !== 'object' || upstream === null || !('DestinationName' in upstream)) return [];
  const type = 'DestinationType' in upstream ? upstream.DestinationType : '';
  const isService = type === '' || type === 'service' || type === undefined;
  return isService && typeof upstream.DestinationName === 'string' ? [upstream.DestinationName] : [];
}

/** Both names said: a wildcard allows, and tells of nobody that it is used. */
function allowedPairs({ config }: StateView, service: string): readonly [to: readonly string[], from: readonly string[]] {
  const allows = ({ Action, Permissions }: IntentionRecord) => Action === 'allow' || Permissions.length > 0;
  const to = intentionsFrom(config, service).filter((one) => allows(one) && one.SourceName !== '*' && one.DestinationName !== '*');
  const from = intentionsTo(config, service).filter((one) => allows(one) && one.SourceName !== '*' && one.DestinationName !== '*');
  return [to.map(({ DestinationName }) => DestinationName), from.map(({ SourceName }) => SourceName)];
}

function verdictOn({ config }: StateView, source: string, destination: string): IntentionVerdict {
  const deciding = intentionsTo(config, destination).find(({ SourceName }) => covers(SourceName, source));
  const HasPermissions = deciding !== undefined && deciding.Permissions.length > 0;
  return {
    DefaultAllow: connectIntentionDefault,
    Allowed: deciding === undefined ? connectIntentionDefault : !HasPermissions && deciding.Action === 'allow',
    HasPermissions,
    ExternalSource: deciding?.Meta['external-source'] ?? '',
    HasExact: deciding !== undefined && deciding.SourceName !== '*' && deciding.DestinationName !== '*',
  };
}
