/** Which services gateways serve: what their entries name, and what a wildcard in them stands for. */
import type { IngressGateway, TerminatingGateway } from '../model/config-entry/entry.js';
import { protocolOf } from '../model/discovery-chain/entries.js';
import type { GatewayService } from '../model/gateway-service.js';
import type { CatalogView } from '../state/catalog.js';
import type { StateView } from '../state/state.js';
import { asMatched } from '../state/stored.js';

type Stored = Pick<StateView, 'config' | 'catalog'>;

export function servicesOfGateway(view: Stored, gateway: string): readonly GatewayService[] {
  const ingress = view.config.entry('ingress-gateway', gateway);
  const terminating = view.config.entry('terminating-gateway', gateway);
  return [...(ingress ? behindIngress(view, ingress) : []), ...(terminating ? behindTerminating(view, terminating) : [])];
}

/** Names of the ingress gateways that serve a service. */
export function ingressGatewaysOf(view: Stored, service: string): readonly string[] {
  const serves = (entry: IngressGateway) =>
    behindIngress(view, entry).some(({ Service }) => asMatched(Service.Name) === asMatched(service));
  return view.config
    .ofKind('ingress-gateway')
    .filter(serves)
    .map(({ Name }) => Name);
}

function behindIngress(view: Stored, entry: IngressGateway): readonly GatewayService[] {
  const { Name, Listeners, CreateIndex, ModifyIndex } = entry;
  return Listeners.flatMap(({ Port, Protocol, Services }) => {
    const named = new Set(Services.map((service) => asMatched(service.Name)));
    const common = { Gateway: { Name }, GatewayKind: 'ingress-gateway' as const, Port, Protocol, CreateIndex, ModifyIndex };
    return Services.flatMap((service): readonly GatewayService[] => {
      if (service.Name !== '*') {
        return [{ ...common, Service: { Name: service.Name }, ...(service.Hosts.length > 0 && { Hosts: service.Hosts }) }];
      }
      const others = plainServices(view.catalog).filter(
        (name) => !named.has(asMatched(name)) && protocolOf(view.config, name) === Protocol,
      );
      return others.map((name) => ({ ...common, Service: { Name: name }, FromWildcard: true as const }));
    });
  });
}

function behindTerminating(view: Stored, entry: TerminatingGateway): readonly GatewayService[] {
  const { Name, Services = [], CreateIndex, ModifyIndex } = entry;
  const named = new Set(Services.map((service) => asMatched(service.Name ?? '')));
  return Services.flatMap(({ Name: service = '', ...files }): readonly GatewayService[] => {
    const common = { Gateway: { Name }, GatewayKind: 'terminating-gateway' as const, ...files, CreateIndex, ModifyIndex };
    if (service !== '*') return [{ ...common, Service: { Name: service } }];
    const others = plainServices(view.catalog).filter((name) => !named.has(asMatched(name)));
    return others.map((name) => ({ ...common, Service: { Name: name }, FromWildcard: true as const }));
  });
}

/** Services that are no part of the mesh itself: neither proxies nor gateways nor the agents' own. */
function plainServices(catalog: CatalogView): readonly string[] {
  const names: string[] = [];
  for (const group of catalog.services()) {
    if (group.isPlain && group.name !== 'consul') names.push(group.summary().Service);
  }
  return names;
}
