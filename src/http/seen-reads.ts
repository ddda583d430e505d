/**
 * `?cached`: mesh needs no cache of answers, because every agent reads from memory or from one shared upstream wait. What clients can
 * see of a cache is kept: the first time a read is asked for is a MISS and is made afresh, later ones are a HIT, answered from memory at
 * once, with the age of what memory holds. Limited, so that nobody can fill it: the oldest is forgotten first.
 */
const readsMax = 4096;

export class SeenReads {
  private readonly seen = new Set<string>();

  /** Whether `read` was asked for before; from now on it was. */
  note(read: string): boolean {
    const known = this.seen.delete(read);
    this.seen.add(read);
    if (this.seen.size > readsMax) for (const oldest of this.seen) return this.forget(oldest, known);
    return known;
  }

  private forget(read: string, known: boolean): boolean {
    this.seen.delete(read);
    return known;
  }
}
