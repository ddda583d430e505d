import type { Random } from './random.js';

/** A new array in an order that is equally likely to be any. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = 0; i < result.length - 1; i++) swap(result, i, i + Math.floor(random() * (result.length - i)));
  return result;
}

function swap<T>(items: T[], i: number, j: number): void {
  const [a, b] = [items[i], items[j]];
  if (a === undefined || b === undefined) return;
  items[i] = b;
  items[j] = a;
}
