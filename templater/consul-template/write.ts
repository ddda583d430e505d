/**
 * From rendered bytes to a file: only other contents are a change (mode and owner alone are not), the new version is staged beside the
 * destination and renamed over it. A symbolic link at the destination is replaced.
 */
import { mkdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Random } from '../../src/lib/random.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { OwnerLookup } from '../confd/resource.js';
import { putInPlace, stageFile, syncDirectory } from '../runtime/stage.js';
import { DeployError, type FileState, lookAt } from '../runtime/target.js';
import type { TemplateSettings } from './settings.js';

export interface WriteOptions {
  readonly random: Random;
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
  if (makesDirectories) makeDirectory(dirname(destination));
  const staged = await stageFile(destination, stateFor(content, before, { ...options, template }), options.random);
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

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new DeployError(`mkdir ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

async function writeBackup(destination: string, before: FileState, { random }: WriteOptions): Promise<void> {
  const backup = `${destination}.bak`;
  putInPlace(await stageFile(backup, before, random), backup);
}
