import type { KvKey } from '../src/model/kv-key.js';

export interface KeyTreeOptions {
  /** What a key of the tree is called in the store: a template that lacks one waits for that. undefined: nobody could wait for it. */
  readonly storeKey?: (key: string) => KvKey;
  /** A value that is not there is an empty text, and not an error. */
  readonly isMissingEmpty?: boolean;
}

/**
 * The keys that a confd-style resource has fetched, as its templates see them: absolute ("/app/port"), in byte order.
 * Keys and values are byte strings (one character per byte), so `<` compares as bytes do. Directory questions are answered by
 * binary search in the sorted keys and cost what they return, not what the tree holds.
 */
export class KeyTree {
  readonly #values: ReadonlyMap<string, string>;
  readonly #options: KeyTreeOptions;
  #sorted: readonly string[] | undefined;

  constructor(entries: Iterable<readonly [key: string, value: string]>, options: KeyTreeOptions = {}) {
    this.#values = new Map(entries);
    this.#options = options;
  }

  get isMissingEmpty(): boolean {
    return this.#options.isMissingEmpty ?? false;
  }

  storeKey(key: string): KvKey | undefined {
    return this.#options.storeKey?.(key);
  }

  static readonly empty = new KeyTree([]);

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  /** All keys, in byte order. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#values.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return this.#sorted;
  }

  /** The keys that begin with `prefix`, in byte order. */
  *below(prefix: string): Generator<string> {
    const keys = this.keys();
    for (let position = firstAtLeast(keys, prefix); position < keys.length; position++) {
      const key = keys[position];
      if (key === undefined || !key.startsWith(prefix)) return;
      yield key;
    }
  }
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
