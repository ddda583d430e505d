/** What one rendering used: which renderings later on are compared with. */
import type { Dependency, DependencyKind, DependencyValue } from '../data-source.js';

/** A dependency with the answer that a rendering used. */
export interface Used {
  readonly dependency: Dependency;
  readonly value: DependencyValue<DependencyKind> | undefined;
}

/** Id -> what was used. */
export type UsedData = ReadonlyMap<string, Used>;
