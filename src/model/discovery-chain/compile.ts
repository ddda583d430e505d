/**
 * From entries to a chain. A router leads to splitters and resolvers, a splitter to splitters and resolvers, a resolver to one target and
 * those it fails over to. Afterwards splitters behind splitters are folded into one, and what nothing leads to any more is dropped.
 * Source: the discovery chain page of Consul's HTTP API and its config entry reference.
 */
import { createHash } from 'node:crypto';
import type { RouteDestination, ServiceRouter, ServiceSplitter, Split } from '../config-entry/entry.js';
import { MeshError } from '../errors.js';
import type { ChainNode, ChainRequest, DiscoveryChain, RouterNode, SplitterNode } from './chain.js';
import { type EntrySource, permitsRouting, protocolOf } from './entries.js';
import { Resolution } from './resolve.js';
import { foldSplitters, reachable, requireNoLoop } from './tidy.js';

/** @throws MeshError `refused` when the entries contradict each other */
export function compileChain(entries: EntrySource, request: ChainRequest): DiscoveryChain {
  const protocols = new Protocols(entries, request);
  const { protocol: wanted } = request.overrides;
  const mayRoute = wanted === '' || permitsRouting(wanted);
  const assembly = new Assembly({ entries, request, protocols, mayRoute });
  const startNode = assembly.start(request.service);
  protocols.requireRouting(assembly.hasRouting);
  requireNoLoop(request.service, assembly.nodes, startNode);
  const nodes = reachable(foldSplitters(assembly.nodes), startNode);
  const hash = customizationHash(request, protocols.common !== (wanted || protocols.common), assembly.resolution.isCustomized);
  return {
    ServiceName: request.service,
    Namespace: 'default',
    Datacenter: request.datacenter,
    ...(hash !== '' && { CustomizationHash: hash }),
    Protocol: wanted || protocols.common,
    StartNode: startNode,
    Nodes: nodes,
    Targets: assembly.resolution.targetsOf(nodes),
  };
}

/** All services of a chain speak one protocol. */
class Protocols {
  readonly common: string;
  private readonly entries: EntrySource;
  private readonly service: string;

  constructor(entries: EntrySource, { service }: ChainRequest) {
    this.entries = entries;
    this.service = service;
    this.common = protocolOf(entries, service);
  }

  require(service: string): void {
    const protocol = protocolOf(this.entries, service);
    if (protocol === this.common) return;
    throw new MeshError(
      'refused',
      `discovery chain "${this.service}" uses inconsistent protocols; service "${service}" has "${protocol}" which is not "${this.common}"`,
    );
  }

  requireRouting(isUsed: boolean): void {
    if (!isUsed || permitsRouting(this.common)) return;
    const what = `discovery chain "${this.service}" uses a protocol "${this.common}"`;
    throw new MeshError('refused', `${what} that does not permit advanced routing or splitting behavior`);
  }
}

interface AssemblyParts {
  readonly entries: EntrySource;
  readonly request: ChainRequest;
  readonly protocols: Protocols;
  readonly mayRoute: boolean;
}

class Assembly {
  readonly nodes = new Map<string, ChainNode>();
  readonly resolution: Resolution;
  hasRouting = false;
  private readonly entries: EntrySource;
  private readonly mayRoute: boolean;

  constructor({ entries, request, protocols, mayRoute }: AssemblyParts) {
    this.entries = entries;
    this.mayRoute = mayRoute;
    this.resolution = new Resolution(entries, request, (service) => protocols.require(service));
  }

  start(service: string): string {
    const router = this.mayRoute ? this.entries.entry('service-router', service) : undefined;
    return router ? this.router(service, router) : this.splitterOrResolver(service);
  }

  private router(service: string, { Routes = [] }: ServiceRouter): string {
    this.hasRouting = true;
    const node: RouterNode = {
      Type: 'router',
      Name: `${service}.default`,
      Routes: [
        ...Routes.map((route) => ({ Definition: route, NextNode: this.destination(service, route.Destination) })),
        {
          Definition: { Match: { HTTP: { PathPrefix: '/' } }, Destination: { Service: service, Namespace: 'default' } },
          NextNode: this.splitterOrResolver(service),
        },
      ],
    };
    return this.keep(node);
  }

  private destination(own: string, { Service = '', ServiceSubset = '' }: RouteDestination = {}): string {
    const service = Service || own;
    return ServiceSubset === '' ? this.splitterOrResolver(service) : this.resolver(service, ServiceSubset);
  }

  private splitterOrResolver(service: string): string {
    const splitter = this.mayRoute ? this.entries.entry('service-splitter', service) : undefined;
    return splitter ? this.splitter(service, splitter) : this.resolver(service, '');
  }

  private splitter(service: string, { Splits }: ServiceSplitter): string {
    this.hasRouting = true;
    const key = `splitter:${service}.default`;
    if (this.nodes.has(key)) return key;
    // There before its splits are: a ring of splitters ends here and is refused later.
    this.nodes.set(key, { Type: 'splitter', Name: `${service}.default`, Splits: [] });
    const node: SplitterNode = {
      Type: 'splitter',
      Name: `${service}.default`,
      Splits: Splits.map((split) => ({ Weight: split.Weight, NextNode: this.splitTo(service, split) })),
    };
    return this.keep(node);
  }

  /** A share that goes to the service itself goes to its instances. */
  private splitTo(own: string, { Service = '', ServiceSubset = '' }: Split): string {
    const isOwn = Service === '' || Service.toLowerCase() === own.toLowerCase();
    return isOwn || ServiceSubset !== '' ? this.resolver(Service || own, ServiceSubset) : this.splitterOrResolver(Service);
  }

  private resolver(service: string, subset: string): string {
    return this.keep(this.resolution.node(service, subset));
  }

  private keep(node: ChainNode): string {
    const key = `${node.Type}:${node.Name}`;
    this.nodes.set(key, node);
    return key;
  }
}

/** '' when the overrides change nothing, so that equal chains look equal. */
function customizationHash(
  { overrides }: ChainRequest,
  hasProtocol: boolean,
  custom: { readonly timeout: boolean; readonly gateway: boolean },
): string {
  if (!hasProtocol && !custom.timeout && !custom.gateway) return '';
  const used = [
    hasProtocol ? overrides.protocol : '',
    custom.timeout ? String(overrides.connectTimeoutMs) : '',
    custom.gateway ? overrides.meshGatewayMode : '',
  ];
  return createHash('sha256').update(JSON.stringify(used)).digest('hex').slice(0, 8);
}
