/** A LevelDB store in a folder of its own, for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../src/lib/clock.js';
import type { Storage } from '../../../src/model/storage.js';
import { openLevelStorage } from '../../../src/storage/level.js';

export interface LevelStore {
  readonly directory: string;
  readonly clock: Clock & { nowMs: number };
  open(): Promise<Storage>;
  /** A copy of it. */
  openAt(path: string): Promise<Storage>;
  remove(): Promise<void>;
}

/** @param logSegmentBytes small ones are changed often and copied fast */
export function levelStore(logSegmentBytes = 64 * 1024): LevelStore {
  const parent = mkdtempSync(join(tmpdir(), 'mesh-level-'));
  const directory = join(parent, 'data', 'store');
  const clock = {
    nowMs: 1_000_000,
    now: () => clock.nowMs,
    after: () => {
      throw new TypeError('storage sets no timers');
    },
  };
  return {
    directory,
    clock,
    open: () => openLevelStorage({ directory, clock, logSegmentBytes }),
    openAt: (path) => openLevelStorage({ directory: path, clock, logSegmentBytes }),
    remove: async () => rmSync(parent, { recursive: true, force: true }),
  };
}
