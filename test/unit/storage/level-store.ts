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
  remove(): Promise<void>;
}

export function levelStore(): LevelStore {
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
    open: () => openLevelStorage({ directory, clock }),
    remove: async () => rmSync(parent, { recursive: true, force: true }),
  };
}
