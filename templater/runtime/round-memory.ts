/** What rounds (`-interval`) know of the rounds before them; a one-time run has an empty one. */

import type { Dependency } from '../data-source.js';
import type { Resource } from '../resource.js';
import { type DeployerParts, GroupDeployer } from './deploy.js';
import type { Observer } from './observer.js';
import { reconcile } from './reconcile.js';
import { RenderingHistory } from './rendering-history.js';
import type { Used, UsedData } from './used-data.js';

export class RoundMemory {
  /** Failures that have been said and still hold; they are not said again. */
  readonly failures = new Set<string>();
  readonly #deployers = new Map<string, GroupDeployer>();
  readonly #resources = new Map<string, RenderingHistory>();

  /** The observer is told of each resource once. */
  began(resource: Resource, observer: Observer): void {
    if (this.#resources.has(resource.name)) return;
    this.#resources.set(resource.name, new RenderingHistory());
    observer.began(resource);
  }

  /** Trees and services that an earlier round had something of. */
  emptied({ name }: Resource, used: UsedData): readonly Dependency[] {
    return this.#resources.get(name)?.emptiedIn(used) ?? [];
  }

  /** @returns what has changed since the round before */
  rendered({ name }: Resource, used: UsedData): () => readonly string[] {
    const history = this.#resources.get(name) ?? new RenderingHistory();
    this.#resources.set(name, history);
    return history.add(history.used === undefined ? used : reconciled(history.used, used));
  }

  /** The same for a group from round to round: it knows what failed, and what has been said. */
  deployerOf(parts: DeployerParts): GroupDeployer {
    const { group, members } = parts;
    const known = this.#deployers.get(group.stateKey);
    if (known !== undefined && JSON.stringify(known.group) === JSON.stringify(group)) {
      known.members = members;
      return known;
    }
    const deployer = new GroupDeployer(parts);
    this.#deployers.set(group.stateKey, deployer);
    return deployer;
  }
}

/** Rounds get fresh objects for every answer; those that say the same are the same. */
function reconciled(before: UsedData, now: UsedData): UsedData {
  return new Map([...now].map(([id, used]): [string, Used] => [id, { ...used, value: reconcile(before.get(id)?.value, used.value) }]));
}
