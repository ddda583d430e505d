/**
 * A new version beside the file it will become: complete, with its mode and owner, and on the disk (fsync) before anyone sees it under
 * the real name. The name is the destination's with a dot in front and digits behind, in the same directory, so that renaming is atomic.
 */
import { closeSync, fchmodSync, fchownSync, fstatSync, fsync, openSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../../src/lib/random.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { DeployError, type FileState } from './target.js';

/** Returns the path of the staged file. @throws DeployError, and then nothing is left behind */
export async function stageFile(destination: string, state: FileState, random: Random): Promise<string> {
  const path = stagePath(destination, random);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    throw new DeployError(`open ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  try {
    try {
      writeFileSync(descriptor, state.content);
      giveAway(descriptor, state);
      await synced(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw new DeployError(`write ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  return path;
}

/** The owner first: changing it clears set-id bits. */
function giveAway(descriptor: number, { mode, uid, gid }: FileState): void {
  const made = fstatSync(descriptor);
  if (made.uid !== uid || made.gid !== gid) fchownSync(descriptor, uid, gid);
  fchmodSync(descriptor, mode);
}

/** Makes the staged file the destination, or removes it and throws DeployError. The new name is on the disk only after `syncDirectory`. */
export function putInPlace(staged: string, destination: string): void {
  try {
    renameSync(staged, destination);
  } catch (error) {
    discard(staged);
    throw new DeployError(`rename ${staged} ${destination}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** @returns why it could not be done (a directory that may not be read, for one), '' when it was */
export async function syncDirectory(destination: string): Promise<string> {
  try {
    const descriptor = openSync(dirname(destination), 'r');
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
export function putLinkInPlace(target: string, destination: string, random: Random): void {
  const path = stagePath(destination, random);
  try {
    symlinkSync(target, path);
  } catch (error) {
    throw new DeployError(`symlink ${path}: ${systemErrorText(error)}`, { cause: error });
  }
  putInPlace(path, destination);
}

export function discard(path: string): void {
  rmSync(path, { force: true });
}

/** Ten digits: as confd names its staged files. */
function stagePath(destination: string, random: Random): string {
  const digits = String(Math.floor(random() * 1e10)).padStart(10, '0');
  return join(dirname(destination), `.${basename(destination)}${digits}`);
}

function synced(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => fsync(descriptor, (error) => (error ? reject(error) : resolve())));
}
