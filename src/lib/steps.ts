/**
 * Long work that lets others go first from time to time: a generator that yields wherever it may be interrupted. The same work runs `atOnce`
 * when there is little of it, and `inTurns` when it would hold up the program.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Between two turns of the event loop: a few milliseconds of most work. */
const itemsPerTurn = 1000;

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}

/** For each of many items. */
export function* each<T>(items: Iterable<T>, work: (item: T) => void): Steps<void> {
  let count = 0;
  for (const item of items) {
    work(item);
    if (++count % itemsPerTurn === 0) yield;
  }
}

/** When whatever else waits has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
