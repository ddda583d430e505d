/**
 * An ordered map for 100,000s of items: chunks of at most 512 items in one sorted list of chunks. An item carries its own key, so an
 * item costs two words here and nothing else. Keys are compared with `<`, which is byte order for byte strings.
 *
 * Every item has a stamp (a revision), and the highest stamp below a prefix is known without visiting the items: chunks keep theirs.
 * A stamp never gets lost: an item that is deleted leaves its stamp to both neighbours. A prefix is an interval of the order, so one that
 * held the deleted item and still holds anything holds one of the two. Stamps below a prefix are therefore never too low; they may
 * be too high after a deletion next to it.
 */
const chunkItemsMax = 512;

interface Chunk<T> {
  items: T[];
  /** In step with `items`. */
  stamps: number[];
  /** The highest of `stamps`; too high when an item was replaced by one with a lower stamp. */
  highest: number;
}

interface Place {
  readonly chunk: number;
  readonly position: number;
  readonly found: boolean;
}

export class SortedMap<T> {
  private chunks: Chunk<T>[] = [];
  private count = 0;
  private readonly keyOf: (item: T) => string;

  constructor(keyOf: (item: T) => string) {
    this.keyOf = keyOf;
  }

  get size(): number {
    return this.count;
  }

  get(key: string): T | undefined {
    const place = this.find(key);
    return place.found ? this.chunks[place.chunk]?.items[place.position] : undefined;
  }

  /** The stamp of the item with this key; -1 when there is none. */
  stampOf(key: string): number {
    const place = this.find(key);
    return place.found ? (this.chunks[place.chunk]?.stamps[place.position] ?? -1) : -1;
  }

  /** Puts the item in the place of the one with the same key. */
  set(item: T, stamp = 0): void {
    const { chunk: at, position, found } = this.find(this.keyOf(item));
    const chunk = this.chunks[at];
    if (!chunk) {
      this.chunks.push({ items: [item], stamps: [stamp], highest: stamp });
      this.count++;
      return;
    }
    if (stamp > chunk.highest) chunk.highest = stamp;
    if (found) {
      chunk.items[position] = item;
      chunk.stamps[position] = stamp;
      return;
    }
    this.count++;
    chunk.items = inserted(chunk.items, position, item);
    chunk.stamps = inserted(chunk.stamps, position, stamp);
    if (chunk.items.length > chunkItemsMax) this.split(at, position);
  }

  delete(key: string): boolean {
    const { chunk: at, position, found } = this.find(key);
    const chunk = this.chunks[at];
    if (!found || !chunk) return false;
    const stamp = chunk.stamps[position] ?? 0;
    chunk.items.splice(position, 1);
    chunk.stamps.splice(position, 1);
    this.count--;
    const before = position > 0 ? at : at - 1;
    this.raise(before, position > 0 ? position - 1 : (this.chunks[before]?.items.length ?? 0) - 1, stamp);
    const after = position < chunk.items.length ? at : at + 1;
    this.raise(after, after === at ? position : 0, stamp);
    if (chunk.items.length === 0) this.chunks.splice(at, 1);
    return true;
  }

  /** Items whose keys start with `prefix`, in order. The map must not be changed meanwhile. */
  *below(prefix: string): Generator<T> {
    const start = this.find(prefix);
    let position = start.position;
    for (let at = start.chunk; at < this.chunks.length; at++) {
      const items = this.chunks[at]?.items ?? [];
      for (; position < items.length; position++) {
        const item = items[position];
        if (item === undefined || !this.keyOf(item).startsWith(prefix)) return;
        yield item;
      }
      position = 0;
    }
  }

  /** The highest stamp of the items below `prefix`; -1 when there is none. */
  stampBelow(prefix: string): number {
    const start = this.find(prefix);
    let position = start.position;
    let highest = -1;
    for (let at = start.chunk; at < this.chunks.length; at++) {
      const chunk = this.chunks[at];
      const last = chunk?.items.at(-1);
      if (!chunk || last === undefined) break;
      if (position === chunk.items.length) {
        position = 0;
        continue;
      }
      const isWhole = this.keyOf(last).startsWith(prefix);
      if (isWhole && position === 0) {
        if (chunk.highest > highest) highest = chunk.highest;
        continue;
      }
      const end = isWhole ? chunk.items.length : this.endWithin(chunk, prefix, position);
      for (; position < end; position++) highest = Math.max(highest, chunk.stamps[position] ?? -1);
      if (!isWhole) break;
      position = 0;
    }
    return highest;
  }

  /** Where `key` is, or where it would be inserted: never at the front of a chunk that follows another. */
  private find(key: string): Place {
    let [low, high] = [0, this.chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const first = this.chunks[middle]?.items[0];
      if (first !== undefined && this.keyOf(first) <= key) low = middle;
      else high = middle - 1;
    }
    const items = this.chunks[low]?.items ?? [];
    const position = this.lowerBound(items, key);
    const item = items[position];
    return { chunk: low, position, found: item !== undefined && this.keyOf(item) === key };
  }

  private lowerBound(items: readonly T[], key: string): number {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = items[middle];
      if (item !== undefined && this.keyOf(item) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private endWithin(chunk: Chunk<T>, prefix: string, from: number): number {
    let [low, high] = [from, chunk.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = chunk.items[middle];
      if (item !== undefined && this.keyOf(item).startsWith(prefix)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Items that arrive in order fill their chunks: the split is at the end when the new item is the last. */
  private split(at: number, newest: number): void {
    const chunk = this.chunks[at];
    if (!chunk) return;
    const isLast = newest === chunk.items.length - 1;
    const middle = isLast ? newest : chunk.items.length >> 1;
    const right = { items: chunk.items.splice(middle), stamps: chunk.stamps.splice(middle), highest: 0 };
    chunk.highest = highestOf(chunk.stamps);
    right.highest = highestOf(right.stamps);
    this.chunks.splice(at + 1, 0, right);
  }

  private raise(at: number, position: number, stamp: number): void {
    const chunk = this.chunks[at];
    const own = chunk?.stamps[position];
    if (!chunk || own === undefined || own >= stamp) return;
    chunk.stamps[position] = stamp;
    if (stamp > chunk.highest) chunk.highest = stamp;
  }
}

function highestOf(stamps: readonly number[]): number {
  let highest = -1;
  for (const stamp of stamps) if (stamp > highest) highest = stamp;
  return highest;
}

/** Arrays that grow in place are up to half empty, which counts where there are many small ones. */
const copiedMax = 32;

function inserted<V>(list: V[], position: number, value: V): V[] {
  if (list.length < copiedMax) return list.toSpliced(position, 0, value);
  if (position === list.length) list.push(value);
  else list.splice(position, 0, value);
  return list;
}
