/** A source that gives up: so many failures of one question in a row are the end. */
import type { Source } from '../source/source.js';

export interface Limits {
  /** 0 never gives up. */
  readonly failuresMax: number;
  readonly giveUp: (reason: string) => void;
}

export function limitedSource(source: Source, { failuresMax, giveUp }: Limits): Source {
  if (failuresMax === 0) return source;
  return {
    fetch: (dependency, signal) => source.fetch(dependency, signal),
    follow: (dependency, options) => {
      let failures = 0;
      source.follow(dependency, {
        ...options,
        onValue: (value) => {
          failures = 0;
          options.onValue(value);
        },
        onFailure: (reason) => {
          failures += 1;
          options.onFailure(reason);
          if (failures >= failuresMax) giveUp(reason);
        },
      });
    },
  };
}
