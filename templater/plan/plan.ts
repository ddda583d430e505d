/** What a run would do now: which files would change, and which commands would run. Nothing is written and nothing runs. */
import { resolve } from 'node:path';
import type { Logger } from '../../src/lib/log.js';
import { dependencyId } from '../data-source.js';
import type { Looked } from '../render-all.js';
import { type Group, membersByGroup, type Resource } from '../resource.js';
import { ChangeError, changeOf, type FileChange } from '../runtime/change-set.js';
import type { RefusedItem } from '../runtime/for-each.js';
import { plannedReloads } from '../runtime/group-commands.js';
import { GroupState } from '../runtime/group-state.js';
import { MadeFiles } from '../runtime/made-files.js';
import { owedByEarlierRun } from '../runtime/owed-reload.js';
import { withoutEmptied, withoutLinked } from '../runtime/refused-items.js';
import { isMomentary } from '../runtime/rendering.js';
import { dependenciesOf } from '../runtime/resource-keys.js';
import { DeployError } from '../runtime/target.js';

export interface Plan {
  readonly changes: readonly FileChange[];
  readonly commands: readonly PlannedCommand[];
  /** Resource or group, and why nothing of it would change although something is to. */
  readonly held: readonly string[];
  readonly failures: readonly string[];
  readonly resources: number;
  /** Distinct questions that a run would follow. */
  readonly watches: number;
}

export interface PlannedCommand {
  readonly stage: 'check' | 'reload';
  readonly command: string;
  /** A resource, or a group; and why, when none of its files changes. */
  readonly of: string;
}

export interface PlanOptions {
  readonly own: { readonly uid: number; readonly gid: number };
  readonly pid: number;
  readonly stateDirectory: string;
  readonly log: Logger;
}

export function planOf(looked: readonly Looked[], options: PlanOptions): Plan {
  const parts: Mutable = { changes: [], commands: [], held: [], failures: [] };
  for (const { resource, failure } of looked) if (failure !== '') parts.failures.push(`${resource.name}: ${failure}`);
  for (const members of membersByGroup(looked.map(({ resource }) => resource)).values()) {
    const group = members[0]?.group;
    if (group !== undefined) planGroup(group, { looked: looked.filter(({ resource }) => resource.group === group), parts, options });
  }
  return { ...parts, resources: looked.length, watches: watchesOf(looked) };
}

type Mutable = { -readonly [K in 'changes' | 'commands' | 'held' | 'failures']: Plan[K][number][] };

interface GroupPlan {
  readonly looked: readonly Looked[];
  readonly parts: Mutable;
  readonly options: PlanOptions;
}

function planGroup(group: Group, { looked, parts, options }: GroupPlan): void {
  try {
    const state = keepsState(looked) ? new GroupState(options.stateDirectory, group) : undefined;
    const made = state && new MadeFiles(state, options.log);
    const changes = looked.flatMap(({ resource, rendered }) => {
      if (rendered === undefined) return [];
      const linked = withoutLinked(rendered);
      const { outputs, refused } = withoutEmptied(linked, made);
      parts.failures.push(...toldOf(resource, linked.refused, rendered.refused));
      parts.held.push(...toldOf(resource, refused, linked.refused));
      const changed = outputs.map((output) => changeOf(resource, { ...output, destination: resolve(output.destination) }, options.own));
      return [...changed, ...(made?.removals({ resource, outputs, refused }) ?? [])].filter((change) => change !== undefined);
    });
    const owed = owedByEarlierRun(group, options);
    if (changes.length + owed.length === 0) return;
    const pin = changes.length === 0 ? undefined : state?.pin();
    if (pin !== undefined)
      parts.held.push(`${group.name} is pinned to version ${pin.version}; its changes wait for "mesh-template resume ${group.name}"`);
    const taken = pin === undefined ? changes : [];
    const changing = new Set([...taken.map(({ resource }) => resource.name), ...owed]);
    const concerned = looked.flatMap(({ resource }) => (changing.has(resource.name) ? resource : []));
    parts.changes.push(...taken);
    if (taken.length > 0) parts.commands.push(...checksOf(group, taken), ...reloadsOf(group, concerned));
    else
      parts.commands.push(
        ...reloadsOf(group, concerned).map((command) => ({ ...command, of: `${command.of}, cut off in an earlier run` })),
      );
  } catch (error) {
    if (!(error instanceof DeployError) && !(error instanceof ChangeError)) throw error;
    parts.failures.push(`${group.name}: ${error.message}`);
  }
}

/** Those that have come to `before`, once each. */
function toldOf({ name }: Resource, refused: readonly RefusedItem[], before: readonly RefusedItem[]): readonly string[] {
  return [...new Set(refused.filter((item) => !before.includes(item)).map(({ message }) => `${name}: ${message}`))];
}

/** Only groups that keep something have anything in the state directory. */
function keepsState(looked: readonly Looked[]): boolean {
  return looked.some(({ resource }) => resource.group.keepVersions > 0 || resource.forEach !== undefined);
}

/** As they stand in the configuration: the name of the staged file is known only when it is made. */
function checksOf(group: Group, changes: readonly FileChange[]): readonly PlannedCommand[] {
  const own = uniqueResources(changes.filter(({ wanted }) => wanted !== undefined)).filter(({ commands }) => commands.check !== '');
  const checks = own.map(({ name, commands }): PlannedCommand => ({ stage: 'check', command: commands.check, of: name }));
  return group.commands.check === '' ? checks : [...checks, { stage: 'check', command: group.commands.check, of: `group ${group.name}` }];
}

/** Also of those whose files an earlier run put in place without getting to their reload. */
function reloadsOf(group: Group, concerned: readonly Resource[]): readonly PlannedCommand[] {
  return plannedReloads(group, concerned).map(({ command, resource }) => ({
    stage: 'reload',
    command,
    of: resource?.name ?? `group ${group.name}`,
  }));
}

function uniqueResources(changes: readonly FileChange[]): readonly Resource[] {
  return [...new Set(changes.map(({ resource }) => resource))];
}

function watchesOf(looked: readonly Looked[]): number {
  const ids = new Set<string>();
  for (const { resource, asked } of looked) {
    for (const dependency of dependenciesOf(resource)) ids.add(dependencyId(dependency));
    for (const [id, { dependency }] of asked) if (!isMomentary(dependency.kind)) ids.add(id);
  }
  return ids.size;
}
