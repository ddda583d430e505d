/**
 * A new version beside the file it will become: complete, with its mode and owner, and on the disk (fsync) before anyone sees it under
 * the real name. It lies in the same directory, so that renaming is atomic, and its name tells whose it is (staged-name.ts).
 */
import { closeSync, fsync, openSync, renameSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../../src/lib/make-directories.js';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import { beginManyAtOnce } from '../../src/lib/thread-pool.js';
import { giveAway } from './give-away.js';
import { type Staging, stagedPath } from './staged-name.js';
import { DeployError, type FileState } from './target.js';
import { writeOver } from './write-over.js';

/** Returns the path of the staged file. @throws DeployError, and then nothing is left behind */
export async function stageFile(destination: string, state: FileState, staging: Staging): Promise<string> {
  const path = stagedPath(destination, staging);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    throw new DeployError(`open ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  try {
    try {
      writeFileSync(descriptor, state.content);
      giveAway(descriptor, path, state);
      await synced(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error instanceof DeployError ? error : new DeployError(`write ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  return path;
}

/** A small file, there and on the disk when it resolves, and torn maybe when a crash comes before. It waits together with what is staged in this turn. */
export async function writeSynced(path: string, text: string): Promise<void> {
  const descriptor = openSync(path, 'w', 0o600);
  try {
    writeFileSync(descriptor, text);
    const [fault] = await Promise.all([syncDirectory(path), synced(descriptor)]);
    if (fault !== '') throw new DeployError(fault);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the staged file the destination, or removes it and throws DeployError. The new name is on the disk only after `syncDirectory`. */
export function putInPlace(staged: string, destination: string): void {
  try {
    renameSync(staged, destination);
  } catch (error) {
    if (isSystemError(error, 'EBUSY')) {
      writeOver(staged, destination);
      return;
    }
    discard(staged);
    throw new DeployError(`rename ${staged} ${destination}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** With all directories above it, where there are none. @returns the first that had to be made. @throws DeployError */
export function makeDirectoryFor(destination: string): string | undefined {
  const path = dirname(destination);
  try {
    return makeDirectories(path, 0o755);
  } catch (error) {
    throw new DeployError(`mkdir ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** From `last` up to `first`, which is above it, as long as nothing is in them. One that stays is nobody's harm. */
export function removeEmptyDirectories(last: string, first: string): void {
  try {
    for (let path = last; path.startsWith(first); path = dirname(path)) rmdirSync(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}

/** Directory -> the sync that is under way, and the one that begins when that has ended. */
const syncing = new Map<string, Promise<string>>();
const syncingNext = new Map<string, Promise<string>>();

/**
 * Many files may come into one directory at once: a sync that has not begun yet does for all of them.
 * @returns why it could not be done (a directory that may not be read, for one), '' when it was
 */
export function syncDirectory(destination: string): Promise<string> {
  const directory = dirname(destination);
  const next = syncingNext.get(directory);
  if (next !== undefined) return next;
  const present = syncing.get(directory);
  if (present === undefined) return beginSync(directory);
  const queued = present.then(() => {
    syncingNext.delete(directory);
    return beginSync(directory);
  });
  syncingNext.set(directory, queued);
  return queued;
}

function beginSync(directory: string): Promise<string> {
  const begun = syncOf(directory).finally(() => {
    if (syncing.get(directory) === begun) syncing.delete(directory);
  });
  syncing.set(directory, begun);
  return begun;
}

async function syncOf(directory: string): Promise<string> {
  try {
    const descriptor = openSync(directory, 'r');
    try {
      await synced(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return '';
  } catch (error) {
    return systemErrorText(error);
  }
}

/** A symbolic link to `target` under the destination's name, at once as by `putInPlace`. */
export function putLinkInPlace(target: string, destination: string, staging: Staging): void {
  const path = stagedPath(destination, staging);
  try {
    symlinkSync(target, path);
  } catch (error) {
    throw new DeployError(`symlink ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  putInPlace(path, destination);
}

/** Nobody is told when it cannot be done: it is found again by the next start. */
export function discard(path: string): void {
  rmSync(path, { force: true });
}

/** To be synced in the next turn: making a file waits for a sync under way (the file system has one journal), so those of one turn are all made first. */
const unsynced: (() => void)[] = [];
/** Fewer are done before threads could be made for them. */
const manyFiles = 16;

function synced(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (unsynced.length === 0) setImmediate(syncAll);
    unsynced.push(() => fsync(descriptor, (error) => (error ? reject(error) : resolve())));
  });
}

function syncAll(): void {
  const begin = () => {
    for (const sync of unsynced.splice(0)) sync();
  };
  if (unsynced.length >= manyFiles) beginManyAtOnce(begin);
  else begin();
}
