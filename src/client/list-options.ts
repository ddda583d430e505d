/** What the lists of catalog and health take besides the usual. */
import type { ReadOptions } from './api.js';
import type { Parameters } from './url.js';

export interface ListOptions extends ReadOptions {
  /** An expression in the filter language. */
  readonly filter?: string;
  /** Sort by round trip from this node; `_agent` is the asked one. */
  readonly near?: string;
  /** Pairs that the node's metadata must hold. */
  readonly nodeMeta?: Readonly<Record<string, string>>;
}

/** Instances of a service: all of `tags` must be present. */
export interface InstanceOptions extends ListOptions {
  readonly tags?: readonly string[];
}

export function listParameters({ filter, near, nodeMeta = {} }: ListOptions): Parameters {
  return [
    ...(filter ? [['filter', filter] as const] : []),
    ...(near ? [['near', near] as const] : []),
    ...Object.entries(nodeMeta).map(([name, value]) => ['node-meta', `${name}:${value}`] as const),
  ];
}

export function instanceParameters({ tags = [], ...options }: InstanceOptions): Parameters {
  return [...listParameters(options), ...tags.map((tag) => ['tag', tag] as const)];
}
