/** Mode and owner of a file that is open, as they are to be. */
import { fchmodSync, fchownSync, fstatSync } from 'node:fs';
import { systemErrorText } from '../../src/lib/system-error.js';
import { DeployError, type FileState } from './target.js';

/** The owner first: changing it clears set-id bits. @throws DeployError when it may not be given */
export function giveAway(descriptor: number, path: string, { mode, uid, gid }: Omit<FileState, 'content'>): void {
  const made = fstatSync(descriptor);
  const isOthers = made.uid !== uid || made.gid !== gid;
  if (isOthers) {
    try {
      fchownSync(descriptor, uid, gid);
    } catch (error) {
      throw new DeployError(`chown ${path} to ${uid}:${gid}: ${systemErrorText(error)}`, { cause: error });
    }
  }
  if (isOthers || (made.mode & 0o7777) !== mode) fchmodSync(descriptor, mode);
}
