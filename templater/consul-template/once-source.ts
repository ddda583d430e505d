/**
 * A source for a run that ends when everything is rendered: who needs an answer that somebody had already gets the same one. It is asked
 * for again only when that one does not do, so that nobody waits for news that nobody needs.
 */
import { anyDependency, type DependencyKind, type DependencyValue, dependencyId } from '../data-source.js';
import type { Source } from '../source/source.js';

export function onceSource(source: Source): Source {
  const answers = new Map<string, DependencyValue<DependencyKind>>();
  return {
    fetch: (dependency, signal) => source.fetch(dependency, signal),
    follow: (dependency, options) => {
      const id = dependencyId(anyDependency(dependency));
      const follow = () =>
        source.follow(dependency, {
          ...options,
          onValue: (value) => {
            answers.set(id, value);
            options.onValue(value);
          },
        });
      const known = answers.get(id) as Parameters<typeof options.onValue>[0] | undefined;
      if (known === undefined) return follow();
      options.onValue(known);
      // Whoever was satisfied has ended this within the turn.
      setImmediate(() => {
        if (!options.signal.aborted) follow();
      });
    },
  };
}
