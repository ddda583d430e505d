/** Headers that tell how fresh an answer is. Which endpoint has which: docs/api/README.md. */
import type { Answer } from '../model/backend.js';

export interface MetaKind {
  /** `X-Consul-Effective-Consistency`, in catalog and health. */
  readonly consistency: boolean;
  /** Errors of the read carry meta headers too, with index 1 and no known leader. */
  readonly onError: boolean;
}

export const kvMeta: MetaKind = { consistency: false, onError: false };
export const sessionMeta: MetaKind = { consistency: false, onError: true };
export const catalogMeta: MetaKind = { consistency: true, onError: true };
/** health/service and its like. */
export const healthServiceMeta: MetaKind = { consistency: true, onError: false };

/** Prepared before the read and not yet filled in. */
export const errorMeta: readonly string[] = [
  ...['X-Consul-Index', '1', 'X-Consul-KnownLeader', 'false'],
  ...['X-Consul-LastContact', '0', 'X-Consul-Query-Backend', 'blocking-query'],
];

export function contactHeaders({ knownLeader, lastContactMs }: Pick<Answer<unknown>, 'knownLeader' | 'lastContactMs'>): string[] {
  return ['X-Consul-KnownLeader', knownLeader ? 'true' : 'false', 'X-Consul-LastContact', String(lastContactMs)];
}

/** `effective` is '' where the endpoint does not tell its consistency. */
export function metaHeaders(answer: Omit<Answer<unknown>, 'value'>, effective: '' | 'leader' | 'stale' | 'consistent'): string[] {
  const { index, knownLeader, lastContactMs } = answer;
  const headers = ['X-Consul-Index', String(index), 'X-Consul-KnownLeader', knownLeader ? 'true' : 'false'];
  headers.push('X-Consul-LastContact', String(lastContactMs));
  if (effective !== '') headers.push('X-Consul-Effective-Consistency', effective);
  headers.push('X-Consul-Query-Backend', 'blocking-query');
  return headers;
}
