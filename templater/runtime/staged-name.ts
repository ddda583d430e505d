/**
 * What a staged file is called, and finding those that a process left behind that was killed while it had some. The process is part of
 * the name, so that nobody's files but ours are ever taken for left-overs, and none of a process that still runs.
 *
 *     .nginx.conf.mesh-4711-0123456789     nginx.conf, staged by process 4711
 *     .nginx.conf0123456789                kept for somebody to look at (-keep-stage-file), named as confd names its own
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../../src/lib/random.js';

export interface Staging {
  readonly random: Random;
  /** Names the file as ours for as long as this process lives; undefined for one that stays for somebody to look at. */
  readonly pid: number | undefined;
}

export function stagedPath(destination: string, { random, pid }: Staging): string {
  const digits = String(Math.floor(random() * 1e10)).padStart(10, '0');
  return join(dirname(destination), `.${basename(destination)}${pid === undefined ? '' : `.mesh-${pid}-`}${digits}`);
}

/** `file` is the name it was to get. */
const stagedName = /^\.(?<file>.+)\.mesh-(?<pid>\d+)-\d{10}$/s;

export interface LeftoverOptions {
  readonly pid: number;
  /** Whether a process with this number runs now. */
  readonly isRunning: (pid: number) => boolean;
}

/** Removes left-overs; each directory is looked through once in the life of a process. */
export class Leftovers {
  readonly #options: LeftoverOptions;
  readonly #seen = new Set<string>();

  constructor(options: LeftoverOptions) {
    this.#options = options;
  }

  /** To be called before anything is staged in the directory of the destination. @returns what was removed */
  removeBeside(destination: string): readonly string[] {
    const directory = dirname(destination);
    if (this.#seen.has(directory)) return [];
    this.#seen.add(directory);
    return namesIn(directory)
      .filter((name) => this.#isLeftover(name))
      .map((name) => join(directory, name))
      .filter(remove);
  }

  /** With the number of this very process it is of an earlier one: in a container, every life has the same. */
  #isLeftover(name: string): boolean {
    const pid = Number(stagedName.exec(name)?.groups?.pid ?? Number.NaN);
    return !Number.isNaN(pid) && (pid === this.#options.pid || !this.#options.isRunning(pid));
  }
}

/** A directory that cannot be read is one where nothing can be staged either: that is said there. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** One that stays is found again by the next start. */
function remove(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}
