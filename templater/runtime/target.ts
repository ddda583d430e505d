/** The file as it is and as it should be: what makes it out of sync. Content, permission bits and owner count, as in confd. */
import { lstatSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { Permissions } from '../resource.js';

export interface FileState {
  readonly content: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A failure that the user can do something about. The message says all there is to say. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

/**
 * The destination, links followed; undefined when there is no file.
 * @throws DeployError when something else than a file is there
 */
export function lookAt(destination: string): FileState | undefined {
  try {
    const found = statSync(destination, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isFile()) throw new DeployError(`${destination} is ${found.isDirectory() ? 'a directory' : 'not a regular file'}`);
    return { content: readFileSync(destination), mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
  } catch (error) {
    if (error instanceof DeployError) throw error;
    throw new DeployError(`read ${destination}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** What a symbolic link points to; undefined for anything else. */
export function linkTarget(destination: string): string | undefined {
  return lstatSync(destination).isSymbolicLink() ? readlinkSync(destination) : undefined;
}

export interface Wanted {
  readonly content: Uint8Array;
  readonly permissions: Permissions;
  /** Effective ids of this process. */
  readonly own: { readonly uid: number; readonly gid: number };
}

export function wantedState(now: FileState | undefined, { content, permissions, own }: Wanted): FileState {
  const owner = now !== undefined && permissions.unsetOwner === 'kept' ? now : own;
  return {
    content,
    mode: permissions.mode ?? now?.mode ?? 0o644,
    uid: permissions.uid ?? owner.uid,
    gid: permissions.gid ?? owner.gid,
  };
}

/** What differs, in words for the log; empty when nothing has to be done. */
export function differences(now: FileState | undefined, wanted: FileState): string[] {
  if (now === undefined) return ['does not exist'];
  const found: string[] = [];
  if (Buffer.compare(now.content, wanted.content) !== 0) found.push('has other contents');
  if (now.mode !== wanted.mode) found.push(`has mode ${octal(now.mode)} should be ${octal(wanted.mode)}`);
  if (now.uid !== wanted.uid) found.push(`has UID ${now.uid} should be ${wanted.uid}`);
  if (now.gid !== wanted.gid) found.push(`has GID ${now.gid} should be ${wanted.gid}`);
  return found;
}

const octal = (mode: number) => mode.toString(8).padStart(4, '0');
