/** Several places that all would do, one of which is asked at a time: when it fails, everybody goes on to the next. */
export class TurningList<T> {
  readonly all: readonly T[];
  #position = 0;

  /** At least one. */
  constructor(all: readonly T[]) {
    this.all = all;
  }

  get current(): T {
    const current = this.all[this.#position];
    if (current === undefined) throw new TypeError('there must be at least one address');
    return current;
  }

  /** Goes on to the next, unless somebody else has done so already. */
  leave(failed: T): void {
    if (failed === this.current) this.#position = (this.#position + 1) % this.all.length;
  }
}
