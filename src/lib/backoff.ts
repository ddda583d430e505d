/** How long to wait before trying again: doubling, with half of it left to chance so that many who failed together come back apart. */
import type { Random } from './random.js';

export interface BackoffLimits {
  /** Ceiling of the first wait. */
  readonly firstMs: number;
  /** Ceiling of every wait. */
  readonly mostMs: number;
}

/** @param attempt how many tries have failed in a row, from 1 */
export function backoffMs(attempt: number, { firstMs, mostMs }: BackoffLimits, random: Random): number {
  const ceilingMs = Math.min(mostMs, firstMs * 2 ** (attempt - 1));
  return ceilingMs / 2 + (ceilingMs / 2) * random();
}
