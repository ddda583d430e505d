/** The watches of the whole program as a source, so that templates with watches of their own still share questions with the others. */
import { anyDependency, dependencyId } from '../../data-source.js';
import type { WatchHub } from '../../runtime/hub.js';
import type { Source } from '../../source/source.js';

/** Failures are the hub's to tell. `source` answers what is asked once. */
export function hubSource(hub: WatchHub, source: Source): Source {
  return {
    fetch: (dependency, signal) => source.fetch(dependency, signal),
    follow: (dependency, { signal, onValue }) => {
      if (signal.aborted) return;
      const id = dependencyId(anyDependency(dependency));
      const subscriber = { dataChanged: () => tell() };
      const tell = () => {
        const value = hub.use(dependency, { id, subscriber });
        if (value !== undefined) onValue(value);
      };
      signal.addEventListener('abort', () => hub.release(id, subscriber), { once: true });
      tell();
    },
  };
}
