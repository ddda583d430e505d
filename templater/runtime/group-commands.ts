/** Which commands a change of a group runs: the checks of staged files, and the reloads. Equal ones run once, in the order of first need. */
import { relative, sep } from 'node:path';
import type { Commands, Group, Resource } from '../resource.js';
import type { StagedChange } from './change-set.js';

export interface PlannedCommand {
  readonly command: string;
  readonly timeoutMs: number;
  /** Whose it is, for the log; undefined: the group's. */
  readonly resource: Resource | undefined;
  /** Set besides our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CheckPlan {
  readonly group: Group;
  readonly changes: readonly StagedChange[];
  /** @throws TemplateError */
  readonly render: (command: string, data: { readonly src: string; readonly dest: string }) => Promise<string>;
  /** Where the files of the whole group lie as they are to be, at the paths they are to have; made when the group has a check. */
  readonly tree: string;
}

/** What each changed file has to pass, then what the group has to pass as a whole. `render` failing is said by `onFault`. */
export async function* plannedChecks({ group, changes, render, tree }: CheckPlan): AsyncGenerator<PlannedCommand> {
  const done = new Set<string>();
  for (const { resource, destination, staged } of changes) {
    const { check, checkTimeoutMs: timeoutMs } = resource.commands;
    if (check === '' || staged === undefined) continue;
    const command = await render(check, { src: staged, dest: destination });
    if (done.has(command)) continue;
    done.add(command);
    yield { command, timeoutMs, resource };
  }
  const { check, checkTimeoutMs: timeoutMs } = group.commands;
  if (check === '') return;
  yield {
    command: await render(check, { src: tree, dest: sep }),
    timeoutMs,
    resource: undefined,
    env: { MESH_STAGED: tree },
  };
}

/** @param resources those that change, in their order */
export function plannedReloads(group: Group, resources: readonly Resource[]): readonly PlannedCommand[] {
  const planned = new Map<string, PlannedCommand>();
  const add = ({ reload: command, reloadTimeoutMs: timeoutMs }: Commands, resource: Resource | undefined) => {
    if (command !== '' && !planned.has(command)) planned.set(command, { command, timeoutMs, resource });
  };
  for (const resource of resources) add(resource.commands, resource);
  add(group.commands, undefined);
  return [...planned.values()];
}

/** Whether new files stay although their reload failed: the group says so, or all whose reload it is do. */
export function keepsFailed(group: Group, concerned: readonly Resource[]): boolean {
  return group.commands.keepFailed || concerned.every(({ commands }) => commands.keepFailed);
}

/** "/etc/nginx/a.conf" below "/tmp/x" -> "/tmp/x/etc/nginx/a.conf" */
export function pathInTree(tree: string, absolute: string): string {
  return `${tree}${sep}${relative(sep, absolute)}`;
}
