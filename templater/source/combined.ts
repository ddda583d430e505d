/** One source out of two: the cluster's data, and what is on this machine; the latter is loaded when a template first asks for it. */
import type { Clock } from '../../src/lib/clock.js';
import { anyDependency, type Dependency, isOfThisMachine } from '../data-source.js';
import { lazySource } from './lazy.js';
import type { Source } from './source.js';

export function combinedSource({ cluster, clock }: { readonly cluster: Source; readonly clock: Clock }): Source {
  const local = lazySource(async () => (await import('./local.js')).localSource(clock));
  const partFor = (dependency: Dependency) => (isOfThisMachine(dependency.kind) ? local : cluster);
  return {
    fetch: (dependency, signal) => partFor(anyDependency(dependency)).fetch(dependency, signal),
    follow: (dependency, options) => partFor(anyDependency(dependency)).follow(dependency, options),
  };
}
