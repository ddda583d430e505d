/**
 * What is a mount point itself, as containers have them (/etc/hosts, a volume that is one file), gives its name to no other file: it is
 * written over. Those who look meanwhile may see a part of it.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { systemErrorText } from '../../src/lib/system-error.js';
import { giveAway } from './give-away.js';
import { DeployError } from './target.js';

/** The staged file is gone afterwards. @throws DeployError; then it holds what it held */
export function writeOver(staged: string, destination: string): void {
  try {
    const descriptor = openSync(destination, 'r+');
    try {
      const before = readFileSync(descriptor);
      const { mode, uid, gid } = statSync(staged);
      giveAway(descriptor, destination, { mode: mode & 0o7777, uid, gid });
      try {
        overwrite(descriptor, readFileSync(staged));
      } catch (error) {
        overwrite(descriptor, before);
        throw error;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw error instanceof DeployError ? error : new DeployError(`write ${destination}: ${systemErrorText(error)}`, { cause: error });
  } finally {
    rmSync(staged, { force: true });
  }
}

/** With the disk, in the end. */
function overwrite(descriptor: number, content: Uint8Array): void {
  for (let done = 0; done < content.length; ) done += writeSync(descriptor, content, done, content.length - done, done);
  ftruncateSync(descriptor, content.length);
  fsyncSync(descriptor);
}
