/** Prepared queries: a question about a service that is kept under a name, and its answer. */
import type { HealthEntry } from './catalog-answers.js';
import type { Indexes } from './records.js';

export interface QueryTemplate {
  /** '' is no template. */
  readonly Type: '' | 'name_prefix_match' | string;
  /** Matched against the whole name; its groups are `${match(N)}`. */
  readonly Regexp: string;
  /** Leaves out tags that come out empty. */
  readonly RemoveEmptyTags: boolean;
}

export interface QueryService {
  readonly Service: string;
  readonly Failover: { readonly NearestN: number; readonly Datacenters: readonly string[] | null };
  /** Instances with a warning are left out too, not only critical ones. */
  readonly OnlyPassing: boolean;
  readonly IgnoreCheckIDs: readonly string[] | null;
  /** A node, `_agent` or `_ip`: nearest to it first. */
  readonly Near: string;
  /** All must be there; those that begin with "!" must not. */
  readonly Tags: readonly string[] | null;
  readonly NodeMeta: Readonly<Record<string, string>> | null;
  readonly ServiceMeta: Readonly<Record<string, string>> | null;
  readonly Connect: boolean;
}

export interface PreparedQuery extends Indexes {
  readonly ID: string;
  readonly Name: string;
  /** The query goes with this session; '' for none. */
  readonly Session: string;
  readonly Token: string;
  readonly Template: QueryTemplate;
  readonly Service: QueryService;
  /** A Go duration, '' for the service's own. */
  readonly DNS: { readonly TTL: string };
}

export type PreparedQueryInput = Omit<PreparedQuery, keyof Indexes>;

/** Who asks: what `_agent` and `_ip` stand for. */
export interface QuerySource {
  readonly agentNode: string;
  /** Of the asking client; '' when unknown. */
  readonly address: string;
}

export interface QueryResult {
  readonly Service: string;
  /** Nearest first when the query says near what, else in random order. */
  readonly Nodes: readonly HealthEntry[];
  readonly DNS: { readonly TTL: string };
  /** Where the instances are. */
  readonly Datacenter: string;
  /** How many other datacenters were asked. */
  readonly Failovers: number;
  /** Whether the order is one of distance. */
  readonly isNearestFirst: boolean;
}

export function isTemplate({ Template }: Pick<PreparedQuery, 'Template'>): boolean {
  return Template.Type !== '';
}
