/** What earlier renderings of a resource used: why it is rendered again, and what has nothing in it all of a sudden. */
import type { Dependency } from '../data-source.js';
import { causesBetween } from './causes.js';
import { emptiedSince, fullOnes } from './emptied.js';
import type { UsedData } from './used-data.js';

export class RenderingHistory {
  /** By the last one that was whole. */
  #used: UsedData | undefined;
  /** Ids of trees and services that had something in them. */
  readonly #full = new Set<string>();

  get used(): UsedData | undefined {
    return this.#used;
  }

  /** Trees and services that an earlier one had something of. */
  emptiedIn(used: UsedData): readonly Dependency[] {
    return emptiedSince(this.#full, used);
  }

  /** One was whole. @returns what has changed since the one before; costs when it is called */
  add(used: UsedData): () => readonly string[] {
    const before = this.#used;
    this.#used = used;
    for (const id of used.keys()) this.#full.delete(id);
    for (const id of fullOnes(used)) this.#full.add(id);
    return () => causesBetween(before, used);
  }
}
