/** One source out of two: the cluster's data, and what is on this machine; the latter is loaded when a template first asks for it. */
import type { Clock } from '../../src/lib/clock.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue } from '../data-source.js';
import type { FollowOptions, Source } from './source.js';

const localKinds: ReadonlySet<DependencyKind> = new Set(['file', 'plugin', 'hostAddresses', 'hostServices']);

/** Whether it can be answered without a cluster. */
export function isOfThisMachine(kind: DependencyKind): boolean {
  return localKinds.has(kind);
}

export function combinedSource({ cluster, clock }: { readonly cluster: Source; readonly clock: Clock }): Source {
  const local = lazySource(async () => (await import('./local.js')).localSource(clock));
  const partFor = (dependency: Dependency) => (isOfThisMachine(dependency.kind) ? local : cluster);
  return {
    fetch: (dependency, signal) => partFor(anyDependency(dependency)).fetch(dependency, signal),
    follow: (dependency, options) => partFor(anyDependency(dependency)).follow(dependency, options),
  };
}

function lazySource(load: () => Promise<Source>): Source {
  const followLater = async <K extends DependencyKind>(dependency: Dependency<K>, options: FollowOptions<DependencyValue<K>>) => {
    const source = await load();
    if (!options.signal.aborted) source.follow(dependency, options);
  };
  return {
    fetch: async (dependency, signal) => (await load()).fetch(dependency, signal),
    follow: (dependency, options) => void followLater(dependency, options),
  };
}
