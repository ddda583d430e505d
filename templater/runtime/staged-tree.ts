/**
 * What a group's check looks at: a directory in which the files of the whole group lie as they are to be, at the paths that they are to
 * have (`/etc/nginx/nginx.conf` is `TREE/etc/nginx/nginx.conf`), those that do not change included. So a check finds them together before
 * any of them is in place: `nginx -t -c "$MESH_STAGED/etc/nginx/nginx.conf"`.
 */
import { copyFileSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { StagedChange } from './change-set.js';
import { pathInTree } from './group-commands.js';
import { DeployError, lookAt } from './target.js';

export interface TreeOptions {
  /** Where to make it: the directory for temporary files. */
  readonly directory: string;
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
  /** Effective ids of this process. */
  readonly own: { readonly uid: number };
  readonly changes: readonly StagedChange[];
  /** Destinations of the group that do not change. */
  readonly others: readonly string[];
}

/** @returns its path; to be removed by `removeStagedTree`. @throws DeployError, and then nothing is left behind */
export function makeStagedTree({ directory, changes, others, ...process }: TreeOptions): string {
  let tree = '';
  try {
    removeLeftovers(directory, process);
    // 0700, as mkdtemp makes it: what is staged may be secret.
    tree = mkdtempSync(join(directory, `mesh-template-${process.pid}-`));
    for (const { staged, destination } of changes) if (staged !== undefined) take(staged, placeFor(tree, destination));
    for (const destination of others) {
      const now = lookAt(destination);
      if (now !== undefined) writeFileSync(placeFor(tree, destination), now.content, { mode: 0o600 });
    }
    return tree;
  } catch (error) {
    if (tree !== '') removeStagedTree(tree);
    throw error instanceof DeployError
      ? error
      : new DeployError(`make a directory for the check below ${directory}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** A directory that stays is removed by a later check. */
export function removeStagedTree(tree: string): void {
  rmSync(tree, { recursive: true, force: true });
}

function placeFor(tree: string, destination: string): string {
  const place = pathInTree(tree, resolve(destination));
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  return place;
}

function take(staged: string, place: string): void {
  try {
    linkSync(staged, place);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Another file system, or one without links.
    copyFileSync(staged, place);
  }
}

const leftoverName = /^mesh-template-(?<pid>\d+)-[A-Za-z0-9]{6}$/;

/** Of processes that were killed in the middle of a check. Only what is ours: others may plant what they like in such a directory. */
function removeLeftovers(directory: string, { pid, isRunning, own }: Pick<TreeOptions, 'pid' | 'isRunning' | 'own'>): void {
  for (const name of readdirSync(directory)) {
    const owner = Number(leftoverName.exec(name)?.groups?.pid ?? Number.NaN);
    if (Number.isNaN(owner) || owner === pid || isRunning(owner)) continue;
    const path = join(directory, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.uid === own.uid) rmSync(path, { recursive: true, force: true });
  }
}
