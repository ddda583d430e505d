/** What every answer needs: whom to ask, and the settings, made ready once per reload. */
import type { Random } from '../lib/random.js';
import type { Backend, QueryOptions } from '../model/backend.js';
import type { DnsSettings } from '../model/dns-settings.js';
import { MeshError } from '../model/errors.js';
import type { Query, QueryKind, QueryTable } from '../model/query.js';
import { domainLabels } from './asked.js';

export interface Context {
  readonly backend: Backend;
  readonly settings: DnsSettings;
  readonly random: Random;
  readonly now: () => number;
  /** Fires when the server stops. */
  readonly signal: AbortSignal;
  /** Labels of the domain and of the second one. */
  readonly domains: readonly (readonly string[])[];
  readonly nodeTtl: number;
}

export type ContextParts = Pick<Context, 'backend' | 'settings' | 'random' | 'now' | 'signal'>;

export function contextOf(parts: ContextParts): Context {
  const { domain, altDomain, nodeTtlMs } = parts.settings;
  return { ...parts, domains: [domainLabels(domain), domainLabels(altDomain)], nodeTtl: Math.floor(nodeTtlMs / 1000) };
}

/** '' for the datacenter of this agent, also when it is named. */
export function datacenterFor({ settings }: Context, name: string): string {
  return name === settings.datacenter ? '' : name;
}

/** In answers the datacenter is always named. */
export function datacenterName({ settings }: Context, datacenter: string): string {
  return datacenter === '' ? settings.datacenter : datacenter;
}

export function queryOptions({ settings, signal }: Context, datacenter: string): QueryOptions {
  const consistency = settings.allowStale ? 'stale' : 'default';
  return { token: settings.token, datacenter, minIndex: 0, waitMs: 0, consistency, signal };
}

/** Asks again, for certain, when memory has not heard from the leader for longer than `max_stale`. */
export async function ask<K extends QueryKind>(context: Context, query: Query<K>, options: QueryOptions): Promise<QueryTable[K]['value']> {
  const answer = await context.backend.query(query, options);
  if (answer.lastContactMs <= context.settings.maxStaleMs || options.consistency !== 'stale') return answer.value;
  return (await context.backend.query(query, { ...options, consistency: 'default' })).value;
}

/** A datacenter nobody knows has no names in it; everything else goes on. */
export function isUnknownDatacenter(error: unknown): boolean {
  return error instanceof MeshError && error.code === 'no-path-to-datacenter';
}
