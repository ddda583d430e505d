/**
 * From rendered bytes to a file: only other contents are a change (mode and owner alone are not), the new version is staged beside the
 * destination and renamed over it. A symbolic link at the destination is replaced.
 */
import { unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Random } from '../../src/lib/random.js';
import type { OwnerLookup } from '../owners.js';
import { makeDirectoryFor, putInPlace, stageFile, syncDirectory } from '../runtime/stage.js';
import type { Leftovers } from '../runtime/staged-name.js';
import { DeployError, type FileState, lookAt } from '../runtime/target.js';
import type { TemplateSettings } from './settings.js';

export interface WriteOptions {
  readonly random: Random;
  readonly pid: number;
  readonly leftovers: Leftovers;
  /** Effective ids of this process. */
  readonly own: { readonly uid: number; readonly gid: number };
  readonly owners: OwnerLookup;
}

/** @returns whether the file changed. @throws DeployError */
export async function writeDestination(content: Uint8Array, template: TemplateSettings, options: WriteOptions): Promise<boolean> {
  const { destination, makesDirectories, keepsBackup } = template;
  if (destination === '') throw new DeployError('missing destination');
  const before = lookAt(destination);
  if (before !== undefined && Buffer.compare(before.content, content) === 0) return false;
  if (makesDirectories) makeDirectoryFor(destination);
  options.leftovers.removeBeside(destination);
  const staged = await stageFile(destination, stateFor(content, before, { ...options, template }), options);
  try {
    if (keepsBackup && before !== undefined) await writeBackup(destination, before, options);
  } catch (error) {
    unlinkSync(staged);
    throw error;
  }
  putInPlace(staged, destination);
  const fault = await syncDirectory(destination);
  if (fault !== '') throw new DeployError(`sync ${dirname(destination)}: ${fault}`);
  return true;
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

async function writeBackup(destination: string, before: FileState, options: WriteOptions): Promise<void> {
  const backup = `${destination}.bak`;
  putInPlace(await stageFile(backup, before, options), backup);
}
