/**
 * What a failed reload goes back to: the files as they were before the change, when those were in use; else the newest version that is
 * kept and not known to fail. After a run that ended in the middle of a reload nobody knows what the files in place are good for.
 */

import type { Resource } from '../resource.js';
import {
  ChangeError,
  discardAll,
  type FileChange,
  putAllBack,
  putAllInPlace,
  type StagedChange,
  stageAll,
  syncDirectoriesOf,
} from './change-set.js';
import { keepsFailed, type PlannedCommand, plannedReloads } from './group-commands.js';
import { roundChanges } from './round-changes.js';
import { destinationsOf, type GoodVersion, type RoundContext, runPlanned } from './round-context.js';
import type { Staging } from './staged-name.js';
import { DeployError, lookAt } from './target.js';

export type WayBack =
  /** The files stay, and why. `isGood`: as far as anybody knows it is not their fault. */
  | { readonly kind: 'none'; readonly text: string; readonly isGood?: true }
  /** Those of the change, as they were. */
  | { readonly kind: 'files' }
  | { readonly kind: 'version'; readonly good: GoodVersion };

export interface ChangeParts {
  /** None: only what is owed is reloaded. */
  readonly changes: readonly FileChange[];
  /** Those whose reload it is. */
  readonly concerned: readonly Resource[];
  /** The reload of what is in place never came to its end. */
  readonly isUnproven: boolean;
}

/** To be asked before anything gets in place. @throws DeployError, ChangeError */
export function wayBackOf(context: RoundContext, { changes, concerned, isUnproven }: ChangeParts): WayBack {
  const { group } = context;
  const files = ['the files stay', 'the new file stays'][changes.length] ?? 'the new files stay';
  if (keepsFailed(group, concerned)) return { kind: 'none', text: `${files}, as keep_failed says` };
  const none: WayBack = { kind: 'none', text: `${files}, there is no good one to put back${changes.length === 0 ? whyNone(context) : ''}` };
  const isBad = changes.some((change) => isUnloadable(context, change));
  if (isUnproven || isBad) {
    const good = context.keeper?.goodVersion();
    if (good !== undefined && !isInPlace(context, good)) return { kind: 'version', good };
    if (good !== undefined && changes.length === 0)
      return { kind: 'none', text: `${files}, they are those of version ${good.version}`, isGood: true };
    if (good === undefined && (isBad || changes.length === 0)) return none;
  }
  return hasOld(context, changes) ? { kind: 'files' } : none;
}

function whyNone({ group, keeper }: RoundContext): string {
  if (group.keepVersions === 0) return ': no versions are kept ("keep")';
  return keeper === undefined ? ': they are those of the version that is pinned' : ': no version was in use before';
}

function isUnloadable({ deployment }: RoundContext, { destination, before }: FileChange): boolean {
  const unloadable = deployment.unloadable.get(destination);
  return before !== undefined && unloadable !== undefined && Buffer.compare(unloadable, before.content) === 0;
}

/** Files of the group that do not change count: it had a good state, in which the new ones were not there. */
function hasOld(context: RoundContext, changes: readonly FileChange[]): boolean {
  if (changes.some(({ before }) => before !== undefined)) return true;
  const changing = new Set(changes.map(({ destination }) => destination));
  return destinationsOf(context).some((destination) => !changing.has(destination) && lookAt(destination) !== undefined);
}

function isInPlace(context: RoundContext, { due }: GoodVersion): boolean {
  return roundChanges({ ...context, due }).length === 0;
}

/** @returns what became of the files, in words. @throws never for reasons of the file system or of the commands */
export async function putFilesBack(
  context: RoundContext,
  {
    changes,
    ran,
    staging,
  }: { readonly changes: readonly StagedChange[]; readonly ran: readonly PlannedCommand[]; readonly staging: Staging },
): Promise<string> {
  const [old, was] = changes.length === 1 ? ['the old file', 'was'] : ['the old files', 'were'];
  try {
    await putAllBack(changes, staging);
    await syncDirectoriesOf(changes);
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    return `putting ${old} back failed as well: ${error.message}`;
  }
  return reloadedAgain(context, ran, `${old} ${was} put back`);
}

/** As `putFilesBack`. */
export async function putVersionBack(
  context: RoundContext,
  { good, concerned, staging }: { readonly good: GoodVersion; readonly concerned: readonly Resource[]; readonly staging: Staging },
): Promise<string> {
  const { group, keeper, members } = context;
  const { version, time, due } = good;
  let changing: readonly Resource[];
  try {
    const changes = roundChanges({ ...context, due });
    changing = changes.map(({ resource }) => resource);
    await keeper?.made.expect(due);
    await putInPlace(await stageAll(changes, staging));
    await keeper?.made.settle(due);
  } catch (error) {
    if (!(error instanceof DeployError) && !(error instanceof ChangeError)) throw error;
    return `putting version ${version} back failed as well: ${error.message}`;
  }
  const names = new Set([...concerned, ...changing].map(({ name }) => name));
  const reloads = plannedReloads(
    group,
    members.filter(({ name }) => names.has(name)),
  );
  return reloadedAgain(context, reloads, `version ${version} of ${time} was put back`);
}

async function putInPlace(staged: readonly StagedChange[]): Promise<void> {
  const placed: StagedChange[] = [];
  try {
    putAllInPlace(staged, placed);
  } finally {
    discardAll(staged.filter((change) => !placed.includes(change)));
  }
  await syncDirectoriesOf(staged);
}

async function reloadedAgain(context: RoundContext, reloads: readonly PlannedCommand[], done: string): Promise<string> {
  for (const reload of reloads) {
    const again = await runPlanned(context, reload);
    if (again.exitCode !== 0) return `${done}, but the reload failed too: ${again.text}`;
  }
  return `${done} and reloaded`;
}
