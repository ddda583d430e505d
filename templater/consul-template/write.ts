/**
 * From rendered bytes to files: only other contents are a change (mode and owner alone are not), a new version is staged beside its
 * destination and renamed over it. A symbolic link at the destination is replaced.
 *
 * Versions that are written together wait for the disk together: all are staged, then all are renamed in their order, then each directory
 * is synced once. To whoever looks at the files it is as if one had been written after the other, up to the first that fails.
 */
import { dirname, resolve } from 'node:path';
import type { Random } from '../../src/lib/random.js';
import type { OwnerLookup } from '../owners.js';
import { discard, makeDirectoryFor, putInPlace, stageFile, syncDirectory } from '../runtime/stage.js';
import type { Leftovers } from '../runtime/staged-name.js';
import { DeployError, type FileState, lookAt } from '../runtime/target.js';
import type { TemplateSettings } from './template-settings.js';

export interface WriteOptions {
  readonly random: Random;
  readonly pid: number;
  readonly leftovers: Leftovers;
  /** Effective ids of this process. */
  readonly own: { readonly uid: number; readonly gid: number };
  readonly owners: OwnerLookup;
  /** Told of the versions that are being staged; none gets in place before it resolves. Must not reject. */
  readonly onStaging: (versions: readonly Version[]) => Promise<void>;
}

/** What a template has become. */
export interface Version {
  readonly content: Uint8Array;
  readonly template: TemplateSettings;
}

export interface WriteEnd {
  /** Of each version whose file is as it should be, in order: whether it was another one before. */
  readonly changes: readonly boolean[];
  /** Of the version after those; it and what comes after it are not written. */
  readonly failure: DeployError | undefined;
}

/** Files that are open at the same time. */
const togetherMost = 128;

export async function writeDestinations(versions: readonly Version[], options: WriteOptions): Promise<WriteEnd> {
  const changes: boolean[] = [];
  for (let rest = versions; rest.length > 0; ) {
    const together = rest.slice(0, countApart(rest));
    rest = rest.slice(together.length);
    const end = await writeTogether(together, options);
    changes.push(...end.changes);
    if (end.failure !== undefined) return { changes, failure: end.failure };
  }
  return { changes, failure: undefined };
}

/** How many of them, from the first, have files of their own: the second version of a file is compared with the first. */
function countApart(versions: readonly Version[]): number {
  const seen = new Set<string>();
  const position = versions.findIndex(({ template }, count) => {
    const paths = pathsOf(template);
    if (count === togetherMost || paths.some((path) => seen.has(path))) return true;
    for (const path of paths) seen.add(path);
    return false;
  });
  return position < 0 ? versions.length : position;
}

function pathsOf({ destination, keepsBackup }: TemplateSettings): readonly string[] {
  return keepsBackup ? [resolve(destination), resolve(backupOf(destination))] : [resolve(destination)];
}

const backupOf = (destination: string) => `${destination}.bak`;

/** On the disk beside its destination. */
interface StagedFile {
  readonly path: string;
  readonly destination: string;
}

async function writeTogether(versions: readonly Version[], options: WriteOptions): Promise<WriteEnd> {
  const changing: Version[] = [];
  // Each has been compared, and waits for the disk, when this returns.
  const staging = versions.map((version) => stage(version, options, () => changing.push(version)));
  const [staged] = await Promise.all([Promise.allSettled(staging), changing.length > 0 && options.onStaging(changing)]);
  const changes: boolean[] = [];
  let failure: DeployError | undefined;
  for (const end of staged) {
    if (failure !== undefined) {
      if (end.status === 'fulfilled') discardAll(end.value);
      continue;
    }
    failure = end.status === 'rejected' ? asDeployError(end.reason) : putAllInPlace(end.value);
    if (failure === undefined) changes.push(end.status === 'fulfilled' && end.value.length > 0);
  }
  const unsynced = await syncDirectories(versions.filter((_, position) => changes[position]));
  return unsynced === undefined ? { changes, failure } : { changes: changes.slice(0, versions.indexOf(unsynced.version)), ...unsynced };
}

/** @returns the files of the version that are to be put in place, none when it is there already. @throws DeployError */
async function stage({ content, template }: Version, options: WriteOptions, onChange: () => void): Promise<readonly StagedFile[]> {
  const { destination, makesDirectories, keepsBackup } = template;
  if (destination === '') throw new DeployError('missing destination');
  const before = lookAt(destination);
  if (before !== undefined && Buffer.compare(before.content, content) === 0) return [];
  onChange();
  if (makesDirectories && before === undefined) makeDirectoryFor(destination);
  options.leftovers.removeBeside(destination);
  const wanted = stateFor(content, before, { ...options, template });
  const path = await stageFile(destination, wanted, options);
  const file = { path, destination };
  if (!keepsBackup || before === undefined) return [file];
  try {
    const backup = backupOf(destination);
    return [{ path: await stageFile(backup, before, options), destination: backup }, file];
  } catch (error) {
    discard(path);
    throw error;
  }
}

function stateFor(
  content: Uint8Array,
  before: FileState | undefined,
  { template, own, owners }: WriteOptions & { readonly template: TemplateSettings },
): FileState {
  return {
    content,
    mode: template.mode ?? before?.mode ?? 0o644,
    uid: ownerId(template.user, owners.userId, 'user') ?? before?.uid ?? own.uid,
    gid: ownerId(template.group, owners.groupId, 'group') ?? before?.gid ?? own.gid,
  };
}

function ownerId(name: string, find: (name: string) => number | undefined, kind: string): number | undefined {
  if (name === '') return undefined;
  const id = /^\d+$/.test(name) ? Number(name) : find(name);
  if (id === undefined) throw new DeployError(`there is no ${kind} "${name}"`);
  return id;
}

/** @returns what went wrong; then nothing that was staged is left */
function putAllInPlace(files: readonly StagedFile[]): DeployError | undefined {
  for (const [position, { path, destination }] of files.entries()) {
    try {
      putInPlace(path, destination);
    } catch (error) {
      discardAll(files.slice(position + 1));
      return asDeployError(error);
    }
  }
  return undefined;
}

function discardAll(files: readonly StagedFile[]): void {
  for (const { path } of files) discard(path);
}

function asDeployError(error: unknown): DeployError {
  if (error instanceof DeployError) return error;
  throw error;
}

/** @returns the first version whose new name may not be on the disk */
async function syncDirectories(
  versions: readonly Version[],
): Promise<{ readonly version: Version; readonly failure: DeployError } | undefined> {
  const firstIn = new Map<string, Version>();
  for (const version of versions) {
    const directory = dirname(version.template.destination);
    if (!firstIn.has(directory)) firstIn.set(directory, version);
  }
  const faults = await Promise.all(
    [...firstIn].map(async ([directory, version]) => ({ directory, version, fault: await faultOf(version) })),
  );
  const found = faults.find(({ fault }) => fault !== '');
  if (found === undefined) return undefined;
  return { version: found.version, failure: new DeployError(`sync ${found.directory}: ${found.fault}`) };
}

const faultOf = ({ template }: Version) => syncDirectory(template.destination);
