/** Where a service, or a subset of it, is found in the end: redirects followed, default subsets filled in, failovers beside it. */
import { formatDuration } from '../../lib/duration.js';
import type { Failover, Redirect, ServiceResolver } from '../config-entry/entry.js';
import { MeshError } from '../errors.js';
import type { ChainNode, ChainRequest, ChainTarget, ResolverNode } from './chain.js';
import type { EntrySource } from './entries.js';

interface Place {
  readonly service: string;
  readonly subset: string;
  readonly datacenter: string;
}

const defaultTimeout = '5s';

export class Resolution {
  readonly isCustomized = { timeout: false, gateway: false };
  private readonly targets = new Map<string, ChainTarget>();
  private readonly entries: EntrySource;
  private readonly request: ChainRequest;
  private readonly requireProtocol: (service: string) => void;

  /** @param requireProtocol throws for a service that speaks another protocol than the chain */
  constructor(entries: EntrySource, request: ChainRequest, requireProtocol: (service: string) => void) {
    this.entries = entries;
    this.request = request;
    this.requireProtocol = requireProtocol;
  }

  /** @throws MeshError `refused` for subsets that do not exist and redirects that lead back */
  node(service: string, subset: string): ResolverNode {
    const { place, resolver } = this.settle({ service, subset, datacenter: this.request.datacenter });
    const target = this.keep(place, resolver);
    const failover = this.failovers(place, resolver);
    return {
      Type: 'resolver',
      Name: target.ID,
      Resolver: {
        ...(!resolver && { Default: true as const }),
        ConnectTimeout: target.ConnectTimeout,
        Target: target.ID,
        ...(failover.length > 0 && { Failover: { Targets: failover } }),
      },
      ...(resolver?.LoadBalancer && { LoadBalancer: resolver.LoadBalancer }),
    };
  }

  targetsOf(nodes: Readonly<Record<string, ChainNode>>): Readonly<Record<string, ChainTarget>> {
    const used = Object.values(nodes).flatMap((node) =>
      node.Type === 'resolver' ? [node.Resolver.Target, ...(node.Resolver.Failover?.Targets ?? [])] : [],
    );
    return Object.fromEntries([...this.targets].filter(([id]) => used.includes(id)));
  }

  private settle(first: Place): { readonly place: Place; readonly resolver: ServiceResolver | undefined } {
    const visited: string[] = [];
    let place = first;
    for (;;) {
      this.requireProtocol(place.service);
      const resolver = this.entries.entry('service-resolver', place.service);
      const next = nextPlace(place, resolver);
      if (idOf(next) === idOf(place)) {
        requireSubset(place, resolver);
        return { place, resolver };
      }
      visited.push(idOf(place));
      if (visited.includes(idOf(next)))
        throw new MeshError('refused', `detected circular resolver redirect: [${[...visited, idOf(next)].join(' -> ')}]`);
      place = next;
    }
  }

  private failovers(place: Place, resolver: ServiceResolver | undefined): readonly string[] {
    const rule = resolver?.Failover?.[place.subset] ?? resolver?.Failover?.['*'];
    if (!rule) return [];
    const { Datacenters = [] } = rule;
    const places = (Datacenters.length > 0 ? Datacenters : ['']).map((datacenter) => moved(place, { ...rule, Datacenter: datacenter }));
    const settled = places.filter((other) => idOf(other) !== idOf(place)).map((other) => this.settle(other));
    return [...new Set(settled.map(({ place: other, resolver: its }) => this.keep(other, its).ID))];
  }

  private keep(place: Place, resolver: ServiceResolver | undefined): ChainTarget {
    const id = idOf(place);
    const known = this.targets.get(id);
    if (known) return known;
    const { service, subset, datacenter } = place;
    const name = `${id}.internal.${this.request.trustDomain}`;
    const externalSni = this.entries.entry('service-defaults', service)?.ExternalSNI ?? '';
    const target: ChainTarget = {
      ...{ ID: id, Service: service, ...(subset !== '' && { ServiceSubset: subset }), Namespace: 'default', Datacenter: datacenter },
      MeshGateway: this.gateway(place, externalSni !== ''),
      Subset: resolver?.Subsets?.[subset] ?? {},
      ConnectTimeout: this.timeout(resolver),
      ...(externalSni !== '' && { External: true as const }),
      SNI: externalSni || name,
      Name: name,
    };
    this.targets.set(id, target);
    return target;
  }

  private timeout(resolver: ServiceResolver | undefined): string {
    const own = resolver?.ConnectTimeout ?? defaultTimeout;
    const { connectTimeoutMs } = this.request.overrides;
    if (connectTimeoutMs <= 0 || formatDuration(connectTimeoutMs) === own) return own;
    this.isCustomized.timeout = true;
    return formatDuration(connectTimeoutMs);
  }

  /** Gateways stand between datacenters; within one, and towards services outside the mesh, there is none. */
  private gateway({ service, datacenter }: Place, isExternal: boolean): { readonly Mode?: string } {
    if (datacenter === this.request.datacenter || isExternal) return {};
    const own = this.entries.entry('service-defaults', service)?.MeshGateway.Mode;
    const mode = own ?? this.entries.entry('proxy-defaults', 'global')?.MeshGateway.Mode ?? '';
    const { meshGatewayMode } = this.request.overrides;
    if (meshGatewayMode === '' || meshGatewayMode === mode) return mode === '' ? {} : { Mode: mode };
    this.isCustomized.gateway = true;
    return { Mode: meshGatewayMode };
  }
}

/** "v1.web.default.dc1" */
function idOf({ service, subset, datacenter }: Place): string {
  return `${subset === '' ? '' : `${subset}.`}${service}.default.${datacenter}`;
}

function nextPlace(place: Place, resolver: ServiceResolver | undefined): Place {
  const redirected = resolver?.Redirect ? moved(place, resolver.Redirect) : place;
  if (idOf(redirected) !== idOf(place)) return redirected;
  return place.subset === '' && resolver?.DefaultSubset ? { ...place, subset: resolver.DefaultSubset } : place;
}

/** Another service has other subsets: that of the first one means nothing there. */
function moved(place: Place, { Service = '', ServiceSubset = '', Datacenter = '' }: Redirect & Failover): Place {
  const isOther = Service !== '' && Service !== place.service;
  return {
    service: Service || place.service,
    subset: ServiceSubset || (isOther ? '' : place.subset),
    datacenter: Datacenter || place.datacenter,
  };
}

function requireSubset({ service, subset }: Place, resolver: ServiceResolver | undefined): void {
  if (subset === '' || (resolver?.Subsets && Object.hasOwn(resolver.Subsets, subset))) return;
  throw new MeshError('refused', `service "${service}" does not have a subset named "${subset}"`);
}
