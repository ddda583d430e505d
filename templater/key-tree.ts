/**
 * The keys that a confd-style resource has fetched, as its templates see them: absolute ("/app/port"), in byte order.
 * Keys and values are byte strings (one character per byte), so `<` compares as bytes do. Questions are answered by binary search in
 * the sorted keys and cost what they return, not what the tree holds; making a tree of what a store gave in order costs nothing.
 */
import type { KvKey } from '../src/model/kv-key.js';

export interface KeyTreeOptions {
  /** What a key of the tree is called in the store: a template that lacks one waits for that. undefined: nobody could wait for it. */
  readonly storeKey?: (key: string) => KvKey;
  /** A value that is not there is an empty text, and not an error. */
  readonly isMissingEmpty?: boolean;
}

/** Keys and, at the same positions, their values. */
export interface KeyPairs {
  readonly keys: readonly string[];
  readonly values: readonly string[];
}

export class KeyTree {
  readonly #pairs: KeyPairs;
  readonly #options: KeyTreeOptions;

  /** Of equal keys the last counts. */
  constructor(pairs: KeyPairs, options: KeyTreeOptions = {}) {
    this.#pairs = sortedPairs(pairs);
    this.#options = options;
  }

  static readonly empty = new KeyTree({ keys: [], values: [] });

  static of(entries: readonly (readonly [key: string, value: string])[]): KeyTree {
    return new KeyTree({ keys: entries.map(([key]) => key), values: entries.map(([, value]) => value) });
  }

  get isMissingEmpty(): boolean {
    return this.#options.isMissingEmpty ?? false;
  }

  storeKey(key: string): KvKey | undefined {
    return this.#options.storeKey?.(key);
  }

  get(key: string): string | undefined {
    const { keys, values } = this.#pairs;
    const position = firstAtLeast(keys, key);
    return keys[position] === key ? values[position] : undefined;
  }

  /** All keys, in byte order. */
  keys(): readonly string[] {
    return this.#pairs.keys;
  }

  /** Visits the keys that begin with `prefix`, in byte order. */
  eachBelow(prefix: string, visit: (key: string, value: string) => void): void {
    const { keys, values } = this.#pairs;
    for (let position = firstAtLeast(keys, prefix); position < keys.length; position++) {
      const key = keys[position];
      if (key === undefined || !key.startsWith(prefix)) return;
      visit(key, values[position] ?? '');
    }
  }
}

/** In byte order, each key once: as they are, if they are so already. */
function sortedPairs(pairs: KeyPairs): KeyPairs {
  const { keys, values } = pairs;
  if (isAscending(keys)) return pairs;
  const byKey = new Map(keys.map((key, position) => [key, values[position] ?? '']));
  const sorted = [...byKey.keys()].sort();
  return { keys: sorted, values: sorted.map((key) => byKey.get(key) ?? '') };
}

/** By positions: iterating ten thousand keys makes ten thousand objects before V8 knows better. */
function isAscending(keys: readonly string[]): boolean {
  for (let position = 1; position < keys.length; position++) {
    if ((keys[position - 1] ?? '') >= (keys[position] ?? '')) return false;
  }
  return true;
}

function firstAtLeast(keys: readonly string[], wanted: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle];
    if (key !== undefined && key < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
