/** A discovery chain: the graph of routes, splits and resolutions that a request to a service goes through, and the targets it ends at. */
import type { LoadBalancer, MeshGateway, Route, Subset } from '../config-entry/entry.js';

export interface RouterNode {
  readonly Type: 'router';
  readonly Name: string;
  readonly Routes: readonly { readonly Definition: Route; readonly NextNode: string }[];
}

export interface SplitterNode {
  readonly Type: 'splitter';
  readonly Name: string;
  readonly Splits: readonly { readonly Weight: number; readonly NextNode: string }[];
}

export interface ResolverNode {
  readonly Type: 'resolver';
  readonly Name: string;
  readonly Resolver: {
    /** No entry says anything about the service. */
    readonly Default?: true;
    /** A Go duration. */
    readonly ConnectTimeout: string;
    readonly Target: string;
    readonly Failover?: { readonly Targets: readonly string[] };
  };
  readonly LoadBalancer?: LoadBalancer;
}

export type ChainNode = RouterNode | SplitterNode | ResolverNode;

export interface ChainTarget {
  readonly ID: string;
  readonly Service: string;
  readonly ServiceSubset?: string;
  readonly Namespace: 'default';
  readonly Datacenter: string;
  readonly MeshGateway: MeshGateway;
  readonly Subset: Subset;
  readonly ConnectTimeout: string;
  readonly External?: true;
  readonly SNI: string;
  readonly Name: string;
}

export interface DiscoveryChain {
  readonly ServiceName: string;
  readonly Namespace: 'default';
  readonly Datacenter: string;
  /** Says which overrides changed the outcome; absent when none did. */
  readonly CustomizationHash?: string;
  readonly Protocol: string;
  readonly StartNode: string;
  readonly Nodes: Readonly<Record<string, ChainNode>>;
  readonly Targets: Readonly<Record<string, ChainTarget>>;
}

/** What a caller wants otherwise than the entries have it; '' and 0 leave it. */
export interface ChainOverrides {
  readonly protocol: string;
  readonly connectTimeoutMs: number;
  readonly meshGatewayMode: string;
}

export const noOverrides: ChainOverrides = { protocol: '', connectTimeoutMs: 0, meshGatewayMode: '' };

export interface ChainRequest {
  readonly service: string;
  /** In which the chain is evaluated. */
  readonly datacenter: string;
  /** "<uuid>.consul" */
  readonly trustDomain: string;
  readonly overrides: ChainOverrides;
}
