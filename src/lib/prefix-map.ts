/**
 * Values by prefix, and which of the prefixes a key starts with. Looking up costs one hash per different length of prefix in the map (there
 * are few, however many prefixes there are), never a visit to all of them.
 */
export class PrefixMap<V> {
  private readonly values = new Map<string, V>();
  /** Length of prefix -> how many prefixes have it. */
  private readonly lengths = new Map<number, number>();

  get size(): number {
    return this.values.size;
  }

  get(prefix: string): V | undefined {
    return this.values.get(prefix);
  }

  set(prefix: string, value: V): void {
    if (!this.values.has(prefix)) this.lengths.set(prefix.length, (this.lengths.get(prefix.length) ?? 0) + 1);
    this.values.set(prefix, value);
  }

  delete(prefix: string): void {
    if (!this.values.delete(prefix)) return;
    const left = (this.lengths.get(prefix.length) ?? 0) - 1;
    if (left > 0) this.lengths.set(prefix.length, left);
    else this.lengths.delete(prefix.length);
  }

  all(): Iterable<V> {
    return this.values.values();
  }

  /** Calls `visit` with the value of every prefix of `key`, the key itself included. */
  visitPrefixesOf(key: string, visit: (value: V) => void): void {
    for (const length of this.lengths.keys()) {
      if (length > key.length) continue;
      const value = this.values.get(length === key.length ? key : key.slice(0, length));
      if (value !== undefined) visit(value);
    }
  }
}
