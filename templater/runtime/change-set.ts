/**
 * Files that change together: what differs, all of it staged, all of it put in place, all of it as it was again. At every moment each
 * file is whole, the old or the new one.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { Permissions, Resource } from '../resource.js';
import { refuseLinks } from './for-each.js';
import { discard, makeDirectoryFor, putInPlace, putLinkInPlace, removeEmptyDirectories, stageFile, syncDirectory } from './stage.js';
import type { Staging } from './staged-name.js';
import { DeployError, differences, type FileState, linkTarget, lookAt, wantedState } from './target.js';

export interface Output {
  readonly destination: string;
  readonly content: Uint8Array;
  /** Instead of what the resource says: of a version that is put back. */
  readonly permissions?: Permissions;
  /** The key of the item that it is of. */
  readonly item?: string;
}

export interface FileChange {
  readonly resource: Resource;
  readonly destination: string;
  /** undefined: there is none. */
  readonly before: FileState | undefined;
  /** What it pointed to, when it was a symbolic link. */
  readonly link: string | undefined;
  /** undefined: it is to go. */
  readonly wanted: FileState | undefined;
  /** What differs, in words for the log. */
  readonly reasons: readonly string[];
}

export interface StagedChange extends FileChange {
  /** undefined when the file is to go. */
  readonly staged: string | undefined;
  /** The first directory that had to be made for it, all others below that. */
  readonly madeDirectory: string | undefined;
}

/** A failure of one resource: nothing of its group is touched then. */
export class ChangeError extends Error {
  override readonly name = 'ChangeError';
  readonly resource: Resource;

  constructor(resource: Resource, cause: DeployError) {
    super(cause.message, { cause });
    this.resource = resource;
  }
}

/** undefined when the file is as wanted. @throws ChangeError */
export function changeOf(
  resource: Resource,
  { destination, content, permissions = resource.permissions }: Output,
  own: { readonly uid: number; readonly gid: number },
): FileChange | undefined {
  return forResource(resource, () => {
    if (resource.forEach !== undefined) refuseLinks(resource.forEach, destination);
    const before = lookAt(destination);
    const wanted = wantedState(before, { content, permissions, own });
    const reasons = differences(before, wanted);
    return reasons.length === 0 ? undefined : { resource, destination, before, link: linkOf(destination, before), wanted, reasons };
  });
}

/** undefined when there is no such file any more. @throws ChangeError */
export function removalOf(resource: Resource, destination: string): FileChange | undefined {
  return forResource(resource, () => {
    const before = lookAt(destination);
    if (before === undefined) return undefined;
    return { resource, destination, before, link: linkOf(destination, before), wanted: undefined, reasons: ['is not wanted any more'] };
  });
}

/** Each holds an open file until the disk has it. */
const stagedAtOnce = 64;

/** @throws ChangeError, and then nothing is left behind */
export async function stageAll(changes: readonly FileChange[], staging: Staging): Promise<readonly StagedChange[]> {
  const ends: PromiseSettledResult<StagedChange>[] = [];
  for (let from = 0; from < changes.length; from += stagedAtOnce)
    ends.push(...(await Promise.allSettled(changes.slice(from, from + stagedAtOnce).map((change) => stageOne(change, staging)))));
  const failure = ends.find((end) => end.status === 'rejected');
  const staged = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  if (failure === undefined) return staged;
  discardAll(staged);
  throw failure.reason;
}

async function stageOne(change: FileChange, staging: Staging): Promise<StagedChange> {
  const { resource, destination, wanted } = change;
  if (wanted === undefined) return { ...change, staged: undefined, madeDirectory: undefined };
  let madeDirectory: string | undefined;
  try {
    if (resource.makesDirectories || resource.forEach !== undefined) madeDirectory = makeDirectoryFor(destination);
    return { ...change, staged: await stageFile(destination, wanted, staging), madeDirectory };
  } catch (error) {
    removeDirectoriesOf([{ destination, madeDirectory }]);
    throw error instanceof DeployError ? new ChangeError(resource, error) : error;
  }
}

/** With the directories that were made for them. */
export function discardAll(changes: readonly StagedChange[]): void {
  for (const { staged } of changes) if (staged !== undefined) discard(staged);
  removeDirectoriesOf(changes);
}

/** Later changes find the directories that earlier ones made: theirs go first. */
function removeDirectoriesOf(changes: readonly Pick<StagedChange, 'destination' | 'madeDirectory'>[]): void {
  for (const { destination, madeDirectory } of changes.toReversed())
    if (madeDirectory !== undefined) removeEmptyDirectories(dirname(destination), madeDirectory);
}

/** In their order. What cannot be put in place stays staged, with all that come after it. @throws ChangeError; `done` tells how far it got */
export function putAllInPlace(changes: readonly StagedChange[], done: StagedChange[]): void {
  for (const change of changes) {
    const { resource, destination, staged } = change;
    forResource(resource, () => (staged === undefined ? removeFile(destination) : putInPlace(staged, destination)));
    done.push(change);
  }
}

/** In the order against that of putting in place. @throws DeployError at the first that cannot be, when all others have been */
export async function putAllBack(changes: readonly StagedChange[], staging: Staging): Promise<void> {
  const failures: DeployError[] = [];
  for (const change of changes.toReversed()) {
    try {
      await putBack(change, staging);
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      failures.push(error);
    }
  }
  removeDirectoriesOf(changes);
  if (failures[0] !== undefined) throw failures[0];
}

async function putBack({ destination, before, link }: FileChange, staging: Staging): Promise<void> {
  if (before === undefined) removeFile(destination);
  else if (link === undefined) putInPlace(await stageFile(destination, before, staging), destination);
  else putLinkInPlace(link, destination, staging);
}

/** @returns directory -> why it could not be synced. The files are in place either way; a crash of the machine may bring the old ones back. */
export async function syncDirectoriesOf(changes: readonly FileChange[]): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>();
  const destinations = new Map(changes.map(({ destination }) => [dirname(destination), destination]));
  await Promise.all(
    [...destinations].map(async ([directory, destination]) => {
      const fault = await syncDirectory(destination);
      if (fault !== '') faults.set(directory, fault);
    }),
  );
  return faults;
}

function removeFile(destination: string): void {
  try {
    rmSync(destination, { force: true });
  } catch (error) {
    throw new DeployError(`remove ${destination}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** Says whose the failure is. @throws ChangeError */
function forResource<T>(resource: Resource, task: () => T): T {
  try {
    return task();
  } catch (error) {
    throw error instanceof DeployError ? new ChangeError(resource, error) : error;
  }
}

function linkOf(destination: string, before: FileState | undefined): string | undefined {
  return before === undefined ? undefined : linkTarget(destination);
}
