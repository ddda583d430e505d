/** Which slot a variable of a template lives in: the innermost declaration of its name that is visible. Slot 0 is `$`. */
export class Scope {
  readonly #names: string[] = ['$'];
  #slots = 1;

  declare(name: string): number {
    const slot = this.#names.push(name) - 1;
    this.#slots = Math.max(this.#slots, this.#names.length);
    return slot;
  }

  find(name: string): number | undefined {
    const slot = this.#names.lastIndexOf(name);
    return slot < 0 ? undefined : slot;
  }

  /** To give to `leave` at the end of a block. */
  enter(): number {
    return this.#names.length;
  }

  leave(mark: number): void {
    this.#names.length = mark;
  }

  /** How many slots the template needs. */
  get slots(): number {
    return this.#slots;
  }
}
