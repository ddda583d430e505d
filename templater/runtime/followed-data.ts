/** The data of one resource that follows them: what it holds of the hub, and what of the last rendering has not been answered yet. */
import { basename } from 'node:path';
import {
  anyDependency,
  type Dependency,
  type DependencyKind,
  type DependencyValue,
  dependencyId,
  type MissingData,
} from '../data-source.js';
import type { KeyTree } from '../key-tree.js';
import type { Resource } from '../resource.js';
import type { Subscriber, WatchHub } from './hub.js';
import { dependenciesOf, KnownKeyTree } from './resource-keys.js';
import type { Used, UsedData } from './used-data.js';

export interface FollowedDataOptions {
  readonly resource: Pick<Resource, 'source' | 'keyPrefixes' | 'forEach' | 'dataFrom' | 'cutPrefix' | 'missing'>;
  readonly hub: WatchHub;
  readonly subscriber: Subscriber;
}

export class FollowedData {
  readonly #options: FollowedDataOptions;
  /** Fetched for the resource as a whole. */
  readonly #fixed: ReadonlyMap<string, Dependency>;
  readonly #keyTree: KnownKeyTree;
  readonly #held = new Set<string>();
  /** Ids that the last rendering asked for and that had not been answered. */
  readonly #awaited = new Set<string>();

  constructor(options: FollowedDataOptions) {
    this.#options = options;
    this.#fixed = new Map(dependenciesOf(options.resource).map((dependency) => [dependencyId(dependency), dependency]));
    this.#keyTree = new KnownKeyTree(options.resource);
  }

  /** For a rendering. @returns what it uses so far; without it all of that, `isAnswered` is false */
  begin(): Map<string, Used> {
    this.#awaited.clear();
    const used = new Map<string, Used>();
    for (const [id, dependency] of this.#fixed) this.use(id, dependency, used);
    return used;
  }

  /** Everything that was asked for since `begin`. */
  get isAnswered(): boolean {
    return this.#awaited.size === 0;
  }

  /** An answer has come. @returns whether the last rendering had been without it */
  arrived(id: string): boolean {
    return this.#awaited.delete(id);
  }

  use<K extends DependencyKind>(id: string, dependency: Dependency<K>, used: Map<string, Used>): DependencyValue<K> | undefined {
    const { hub, subscriber } = this.#options;
    this.#held.add(id);
    const value = hub.use<K>(dependency, { id, subscriber });
    used.set(id, { dependency: anyDependency(dependency), value });
    if (value === undefined) this.#awaited.add(id);
    return value;
  }

  keysIn(used: UsedData): KeyTree {
    const answers = [...this.#fixed.keys()].flatMap((id) => {
      const found = used.get(id);
      return found?.dependency.kind === 'keyPrefix' ? [found.value as DependencyValue<'keyPrefix'>] : [];
    });
    return this.#keyTree.of(answers);
  }

  /** The answer that the items come from. */
  itemsIn(used: UsedData): Used['value'] {
    const { forEach } = this.#options.resource;
    return forEach && used.get(dependencyId(forEach.dependency))?.value;
  }

  /** What is fetched for the resource as a whole is asked for in no line of the template. */
  get missingAtAll(): readonly MissingData[] {
    const at = { template: basename(this.#options.resource.source), line: 0, column: 0 };
    return [...this.#fixed].flatMap(([id, dependency]) => (this.#awaited.has(id) ? [{ dependency, at }] : []));
  }

  /** All but what is used. */
  releaseExcept(used: ReadonlyMap<string, unknown>): void {
    const { hub, subscriber } = this.#options;
    for (const id of this.#held) {
      if (used.has(id)) continue;
      this.#held.delete(id);
      hub.release(id, subscriber);
    }
  }
}
