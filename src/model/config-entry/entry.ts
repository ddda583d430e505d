/**
 * Config entries as records: what operators set for a service or for all of them. Every kind has a shape (shapes.ts); an entry is read
 * (decode.ts), brought into its kept form (normalise.ts), judged alone (validate.ts) and with the chains it takes part in (chain.ts).
 */
import type { Indexes } from '../records.js';
import type { EntryKind } from './shapes.js';

export interface MeshGateway {
  readonly Mode?: string;
}

interface Common<K extends EntryKind> extends Indexes {
  readonly Kind: K;
  readonly Name: string;
  readonly Meta?: Readonly<Record<string, string>>;
}

export interface UpstreamSettings {
  readonly Name?: string;
  readonly Protocol?: string;
  readonly ConnectTimeoutMs?: number;
  readonly MeshGateway: MeshGateway;
}

export interface ServiceDefaults extends Common<'service-defaults'> {
  readonly Protocol?: string;
  readonly Mode?: string;
  readonly MeshGateway: MeshGateway;
  readonly ExternalSNI?: string;
  readonly UpstreamConfig?: { readonly Overrides?: readonly UpstreamSettings[]; readonly Defaults?: UpstreamSettings };
}

export interface ProxyDefaults extends Common<'proxy-defaults'> {
  readonly Config?: Readonly<Record<string, unknown>>;
  readonly Mode?: string;
  readonly MeshGateway: MeshGateway;
}

export interface HeaderMatch {
  readonly Name?: string;
  readonly Present?: boolean;
  readonly Exact?: string;
  readonly Prefix?: string;
  readonly Suffix?: string;
  readonly Regex?: string;
}

export interface HttpMatch {
  readonly PathExact?: string;
  readonly PathPrefix?: string;
  readonly PathRegex?: string;
  readonly Header?: readonly HeaderMatch[];
  readonly QueryParam?: readonly HeaderMatch[];
  readonly Methods?: readonly string[];
}

export interface RouteDestination {
  readonly Service?: string;
  readonly ServiceSubset?: string;
  readonly Namespace?: string;
  readonly PrefixRewrite?: string;
}

export interface Route {
  readonly Match?: { readonly HTTP?: HttpMatch };
  readonly Destination?: RouteDestination;
}

export interface ServiceRouter extends Common<'service-router'> {
  readonly Routes?: readonly Route[];
}

export interface Split {
  /** Percent, to a hundredth. */
  readonly Weight: number;
  readonly Service?: string;
  readonly ServiceSubset?: string;
}

export interface ServiceSplitter extends Common<'service-splitter'> {
  readonly Splits: readonly Split[];
}

export interface Subset {
  readonly Filter?: string;
  readonly OnlyPassing?: boolean;
}

export interface Redirect {
  readonly Service?: string;
  readonly ServiceSubset?: string;
  readonly Namespace?: string;
  readonly Datacenter?: string;
}

export interface Failover {
  readonly Service?: string;
  readonly ServiceSubset?: string;
  readonly Namespace?: string;
  readonly Datacenters?: readonly string[];
}

export interface HashPolicy {
  readonly Field?: string;
  readonly FieldValue?: string;
  readonly CookieConfig?: { readonly Session?: boolean; readonly TTL?: number };
  readonly SourceIP?: boolean;
}

export interface LoadBalancer {
  readonly Policy?: string;
  readonly RingHashConfig?: object;
  readonly LeastRequestConfig?: object;
  readonly HashPolicies?: readonly HashPolicy[];
}

export interface ServiceResolver extends Common<'service-resolver'> {
  readonly DefaultSubset?: string;
  readonly Subsets?: Readonly<Record<string, Subset>>;
  readonly Redirect?: Redirect;
  /** By subset; "*" for all others. */
  readonly Failover?: Readonly<Record<string, Failover>>;
  /** A Go duration. */
  readonly ConnectTimeout?: string;
  readonly LoadBalancer?: LoadBalancer;
}

export interface IntentionPermission {
  readonly Action?: string;
  readonly HTTP?: HttpMatch;
}

export interface IntentionSource {
  readonly Name: string;
  readonly Action?: string;
  readonly Permissions?: readonly IntentionPermission[];
  readonly Precedence?: number;
  readonly Type?: string;
  readonly Description?: string;
  /** Of intentions that were made one by one, under an id. */
  readonly LegacyID?: string;
  readonly LegacyMeta?: Readonly<Record<string, string>>;
  readonly LegacyCreateTime?: string;
  readonly LegacyUpdateTime?: string;
}

export interface ServiceIntentions extends Common<'service-intentions'> {
  readonly Sources: readonly IntentionSource[];
}

export interface IngressListener {
  readonly Port: number;
  readonly Protocol: string;
  readonly Services: readonly { readonly Name: string; readonly Hosts: readonly string[] }[];
}

export interface IngressGateway extends Common<'ingress-gateway'> {
  readonly TLS: { readonly Enabled: boolean };
  readonly Listeners: readonly IngressListener[];
}

export interface LinkedService {
  readonly Name?: string;
  readonly CAFile?: string;
  readonly CertFile?: string;
  readonly KeyFile?: string;
  readonly SNI?: string;
}

export interface TerminatingGateway extends Common<'terminating-gateway'> {
  readonly Services?: readonly LinkedService[];
}

export type MeshEntry = Common<'mesh'>;

export type ConfigEntry =
  | ServiceDefaults
  | ProxyDefaults
  | ServiceRouter
  | ServiceSplitter
  | ServiceResolver
  | ServiceIntentions
  | IngressGateway
  | TerminatingGateway
  | MeshEntry;

type Unindexed<T> = T extends ConfigEntry ? Omit<T, 'CreateIndex' | 'ModifyIndex'> : never;

/** An entry as a client sends it: the indexes come with the commit. */
export type ConfigEntryInput = Unindexed<ConfigEntry>;

export type EntryOf<K extends EntryKind> = Extract<ConfigEntry, { readonly Kind: K }>;
