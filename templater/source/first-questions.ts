/**
 * First questions, which are answered at once, share a few connections (src/client sees to that); questions that wait for news need a
 * connection each, and begin when the first ones have been answered: opening one costs as much as a question, and a program that ends
 * when everything is answered never needs the others.
 */
import type { Clock } from '../../src/lib/clock.js';

/** First questions under way. An agent takes two hundred connections of one client, and those to another datacenter have one each. */
const togetherMost = 128;
/** Nobody is held back longer: an agent may take its time over what it has to ask another datacenter. */
const heldMsMost = 250;

export class FirstQuestions {
  readonly #clock: Clock;
  #underWay = 0;
  readonly #first = new Set<() => void>();
  readonly #others = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#underWay >= togetherMost) await this.#turnIn(this.#first);
    this.#underWay += 1;
    try {
      return await question();
    } finally {
      this.#underWay -= 1;
      this.#goOn();
    }
  }

  /** undefined when they are now. */
  answered(): Promise<void> | undefined {
    return this.#underWay === 0 ? undefined : this.#turnIn(this.#others);
  }

  #turnIn(waiting: Set<() => void>): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        waiting.delete(go);
        cancel();
        resolve();
      };
      const cancel = this.#clock.after(heldMsMost, go);
      waiting.add(go);
    });
  }

  #goOn(): void {
    const [next] = this.#first;
    if (next !== undefined) next();
    else if (this.#underWay === 0) setImmediate(() => this.#letOthersGo());
  }

  /** In a turn of its own: an answer may have led to more first questions, or to the end. */
  #letOthersGo(): void {
    if (this.#underWay === 0) for (const go of this.#others) go();
  }
}
