/**
 * Short sorted arrays, for the few things that hang on one of very many: a Map for each would cost ten times as much. Changing one makes
 * a copy of exactly its size while it is short, so always keep what is returned; a long one is changed in place.
 */

/** Where an item stands relative to what is looked for: below 0 before it, 0 is it, above 0 behind it. */
export type Order<T> = (item: T) => number;

const copiedMax = 32;

/** The first position that is not before what is looked for. */
function placeIn<T>(list: readonly T[], order: Order<T>): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && order(item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function findIn<T>(list: readonly T[], order: Order<T>): T | undefined {
  const item = list[placeIn(list, order)];
  return item !== undefined && order(item) === 0 ? item : undefined;
}

/** All that are looked for, in order. */
export function allIn<T>(list: readonly T[], order: Order<T>): readonly T[] {
  const start = placeIn(list, order);
  let end = start;
  for (let item = list[end]; item !== undefined && order(item) === 0; item = list[end]) end++;
  return list.slice(start, end);
}

/** With the item in the place of the one that is looked for. */
export function withItem<T>(list: T[], item: T, order: Order<T>): T[] {
  const place = placeIn(list, order);
  const present = list[place];
  const replaced = present !== undefined && order(present) === 0 ? 1 : 0;
  if (list.length <= copiedMax) return list.toSpliced(place, replaced, item);
  list.splice(place, replaced, item);
  return list;
}

export function withoutItem<T>(list: T[], order: Order<T>): T[] {
  const place = placeIn(list, order);
  const present = list[place];
  if (present === undefined || order(present) !== 0) return list;
  if (list.length <= copiedMax) return list.toSpliced(place, 1);
  list.splice(place, 1);
  return list;
}

export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
