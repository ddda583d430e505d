/** What `writeToFile` writes, besides what the template itself becomes. It is done when a rendering is whole, never for half of one. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { OutsideError, withConfinedPath } from '../src/lib/confined-file.js';
import { systemErrorText } from '../src/lib/system-error.js';
import { systemOwners } from './owners.js';
import type { Place } from './place.js';

export interface FileWrite {
  readonly path: string;
  /** A directory it must lie in, whatever links there are; '' is none. */
  readonly sandbox: string;
  /** Name or number; '' is the user of this process. */
  readonly user: string;
  readonly group: string;
  readonly mode: number;
  /** Behind what the file holds already. */
  readonly appends: boolean;
  readonly content: Uint8Array;
  readonly at: Place;
}

/** The message names the file. */
export class FileWriteError extends Error {
  override readonly name = 'FileWriteError';
}

/** Writes of one rendering, in which a file that is written anew and then appended to is written once. */
export function foldWrites(writes: readonly FileWrite[]): readonly FileWrite[] {
  const folded = new Map<string, FileWrite>();
  for (const write of writes) {
    const before = write.appends ? folded.get(write.path) : undefined;
    const content = before ? Buffer.concat([before.content, write.content]) : write.content;
    folded.delete(write.path);
    folded.set(write.path, { ...write, content, appends: before ? before.appends : write.appends });
  }
  return [...folded.values()];
}

/**
 * Puts a new version beside the file and renames it over it, unless everything is as wanted already; directories that are missing are made.
 * @throws FileWriteError
 */
export function putFile(write: FileWrite): void {
  const { path, sandbox } = write;
  try {
    const owner = ownerOf(write);
    // Relative to the working directory, as for every other file, or else to the sandbox.
    const from = sandbox === '' ? resolve(path) : path;
    withConfinedPath(sandbox || '/', from, (at) => (write.appends ? append(at, write, owner) : replace(at, write, owner)), {
      makesDirectories: true,
    });
  } catch (error) {
    if (error instanceof OutsideError) throw new FileWriteError(error.message, { cause: error });
    if (!isOfSystem(error)) throw error;
    throw new FileWriteError(`write ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

function ownerOf({ user, group }: FileWrite): Owner {
  const uid = user === '' ? process.geteuid?.() : idOf(user, systemOwners.userId, 'user');
  const gid = group === '' ? process.getegid?.() : idOf(group, systemOwners.groupId, 'group');
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

function idOf(name: string, find: (name: string) => number | undefined, kind: string): number {
  const id = /^\d+$/.test(name) ? Number(name) : find(name);
  if (id === undefined) throw new FileWriteError(`there is no ${kind} "${name}"`);
  return id;
}

function append(at: string, { content, mode }: FileWrite, owner: Owner): void {
  const file = openSync(at, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    writeWhole(file, content, { mode, owner });
  } finally {
    closeSync(file);
  }
}

function replace(at: string, write: FileWrite, owner: Owner): void {
  if (isAsWanted(at, write, owner)) return;
  const staged = at.replace(/[^/]*$/, (name) => `.${name}.${process.hrtime.bigint().toString(36)}`);
  const file = openSync(staged, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeWhole(file, write.content, { mode: write.mode, owner });
    renameSync(staged, at);
  } catch (error) {
    unlinkSync(staged);
    throw error;
  } finally {
    closeSync(file);
  }
}

function isAsWanted(at: string, { content, mode }: FileWrite, { uid, gid }: Owner): boolean {
  let file: number;
  try {
    file = openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // What cannot be read is replaced; if that cannot be done either, it is said then.
    if (isOfSystem(error)) return false;
    throw error;
  }
  try {
    const state = fstatSync(file);
    const isSame =
      state.isFile() && (state.mode & 0o7777) === mode && state.uid === uid && state.gid === gid && state.size === content.length;
    return isSame && readFileSync(file).equals(content);
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, content: Uint8Array, { mode, owner }: { readonly mode: number; readonly owner: Owner }): void {
  for (let written = 0; written < content.length; ) written += writeSync(file, content, written);
  const state = fstatSync(file);
  if (state.uid !== owner.uid || state.gid !== owner.gid) fchownSync(file, owner.uid, owner.gid);
  fchmodSync(file, mode);
  fsyncSync(file);
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
