/** The remembered deletions by the key they are stored under, oldest first. */

export interface Deletion {
  readonly crc: number;
  /** When, in milliseconds since the epoch. */
  readonly timeMs: number;
}

/** A blocking query that was away for longer asks anew anyway. */
const ageMaxMs = 15 * 60 * 1000;
const countMax = 100_000;
/** Of old ones, how many a commit clears away: enough to keep up, little enough not to be felt. */
const perCommit = 256;

export class Deletions {
  private readonly byKey = new Map<string, Deletion>();

  get size(): number {
    return this.byKey.size;
  }

  get(key: string): Deletion | undefined {
    return this.byKey.get(key);
  }

  /** The newest, whether or not there was one under this key. */
  set(key: string, deletion: Deletion): void {
    this.byKey.delete(key);
    this.byKey.set(key, deletion);
  }

  delete(key: string): void {
    this.byKey.delete(key);
  }

  /** @param added how many are about to be added */
  expired(nowMs: number, added: number): string[] {
    const keys: string[] = [];
    const surplus = this.byKey.size + added - countMax;
    for (const [key, { timeMs }] of this.byKey) {
      const isOld = nowMs - timeMs > ageMaxMs && keys.length < perCommit;
      if (!isOld && keys.length >= surplus) break;
      keys.push(key);
    }
    return keys;
  }
}

export function isExpired(timeMs: number, nowMs: number): boolean {
  return nowMs - timeMs > ageMaxMs;
}
