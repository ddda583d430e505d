/** The checks of a change: nothing is in place yet, and nothing will be when one of them fails. */
import type { Resource } from '../resource.js';
import { TemplateError } from '../template-error.js';
import type { StagedChange } from './change-set.js';
import { plannedChecks } from './group-commands.js';
import { destinationsOf, fieldsOf, type RoundContext, RoundFailure, runPlanned } from './round-context.js';

/** @throws RoundFailure, DeployError */
export async function checkChanges(context: RoundContext, changes: readonly StagedChange[]): Promise<void> {
  const { deployment, group } = context;
  if (deployment.syncOnly) return;
  if (group.commands.check === '') return runChecks(context, changes, '');
  // Made only for groups that have a check of their own.
  const { makeStagedTree, removeStagedTree } = await import('./staged-tree.js');
  const changing = new Set(changes.map(({ destination }) => destination));
  const others = destinationsOf(context).filter((destination) => !changing.has(destination));
  const { temporaryDirectory: directory, pid, isRunning, own } = deployment;
  const tree = makeStagedTree({ directory, pid, isRunning, own, changes, others });
  try {
    await runChecks(context, changes, tree);
  } finally {
    removeStagedTree(tree);
  }
}

async function runChecks(context: RoundContext, changes: readonly StagedChange[], tree: string): Promise<void> {
  const render = (command: string, data: { readonly src: string; readonly dest: string }) => renderCheck(context, command, data);
  for await (const check of plannedChecks({ group: context.group, changes, tree, render })) {
    const end = await runPlanned(context, check);
    if (end.exitCode === 0) continue;
    throw new RoundFailure('check', `Config check failed: ${end.text}`, fieldsOf(context, { ...check, output: end.output }));
  }
}

async function renderCheck(context: RoundContext, command: string, data: { readonly src: string; readonly dest: string }): Promise<string> {
  try {
    return await context.deployment.renderCommand(command, data);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const resource = ownerOf(context, command);
    throw new RoundFailure('check', `Config check failed: ${error.message}`, fieldsOf(context, { command, resource }));
  }
}

function ownerOf({ due }: RoundContext, check: string): Resource | undefined {
  return due.find(({ resource }) => resource.commands.check === check)?.resource;
}
