/** A source that is loaded by the first question. `load` gives the same one each time; its SourceError is the answer. */
import type { Dependency, DependencyKind, DependencyValue } from '../data-source.js';
import { type FollowOptions, type Source, SourceError } from './source.js';

export function lazySource(load: () => Promise<Source>): Source {
  const followLater = async <K extends DependencyKind>(dependency: Dependency<K>, options: FollowOptions<DependencyValue<K>>) => {
    try {
      const source = await load();
      if (!options.signal.aborted) source.follow(dependency, options);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (!options.signal.aborted) options.onFailure(error.message);
    }
  };
  return {
    fetch: async (dependency, signal) => (await load()).fetch(dependency, signal),
    follow: (dependency, options) => void followLater(dependency, options),
  };
}
