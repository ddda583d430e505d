/**
 * One file to keep rendered: what a `[template]` table becomes once it is decoded, whatever file format it came from. Everything is
 * resolved (absolute paths, numbers for owners), so the runtime asks nobody else.
 */
import type { KvKey } from '../src/model/kv-key.js';
import type { DataFrom, Dependency } from './data-source.js';
import type { RolloutSettings } from './rollout/settings.js';
import type { Dialect, TemplateOptions } from './template.js';

export interface Resource {
  /** The file the resource was read from: what log lines call it. */
  readonly name: string;
  /** The template's file; with `contents` what the template is called in messages. */
  readonly source: string;
  /** The template itself, when it is in no file. */
  readonly contents: string | undefined;
  /** Go syntax only; undefined for `{{` and `}}`. */
  readonly delimiters: readonly [left: string, right: string] | undefined;
  /** How strict the template is taken; left out, as it is without these. */
  readonly strictness?: Pick<TemplateOptions, 'missingKey' | 'sandbox' | 'denied'>;
  readonly syntax: 'go' | 'handlebars';
  readonly dialect: Dialect;
  /** Where templates include others from. */
  readonly templateDirectory: string;
  readonly destination: string;
  /** Makes the directories of the destination that are not there (0755); otherwise that is an error, as in confd. */
  readonly makesDirectories: boolean;
  /** Prefixes whose keys are fetched before anything is rendered; '' is the whole store. */
  readonly keyPrefixes: readonly KvKey[];
  /** Left out, everything comes from the main source. */
  readonly dataFrom?: DataFrom;
  /** Cut off from the front of absolute keys ("/app/port") before the template sees them. */
  readonly cutPrefix: string;
  readonly permissions: Permissions;
  /** Of this file alone; those of the group come after them. Of equal commands of one change, one runs. */
  readonly commands: Commands;
  /** What is checked, put in place and reloaded together with it: the same object for all members, or one of its own (`ownGroup`). */
  readonly group: Group;
  /** One output per item instead of one output; `destination` is then the pattern, for log lines. */
  readonly forEach: ForEach | undefined;
  readonly missing: MissingRule;
  /** How long it may wait for what is missing; then that is a failure, which is said and ends a one-time run. undefined: for ever. */
  readonly waitTimeoutMs: number | undefined;
  /** A tree or a service that was there and is empty now may empty the file. */
  readonly allowEmpty: boolean;
}

/** What a key that does not exist means: wait for it, fail (the file stays as it is), or take it for an empty text. */
export type MissingRule = 'wait' | 'fail' | 'empty';

export function isMissingRule(text: string): text is MissingRule {
  return text === 'wait' || text === 'fail' || text === 'empty';
}

export interface ForEach {
  /** Its items: what lies directly below the prefix (a folder's, "app/vhosts/"), or the instances of the service. */
  readonly dependency: Dependency<'keyPrefix'> | Dependency<'service'>;
  /** An absolute directory; all outputs stay below it, and no link leads out of it. */
  readonly root: string;
  /** The path of an output, with `{{item.key}}` and the like in it. */
  readonly destination: string;
}

/** Resources that settle together, and are checked, put in place, reloaded and taken back as one. */
export interface Group {
  /** For the log and the status. A resource without a group is one of its own, under its own name. */
  readonly name: string;
  /** Unique on this machine, and the same after a restart: what the group is called in the state directory. */
  readonly stateKey: string;
  /**
   * Changes are held back until there were none for `minMs`, at most `maxMs` after the first. undefined: what comes in the same turn
   * goes together, at once.
   */
  readonly settle: { readonly minMs: number; readonly maxMs: number } | undefined;
  /** At most `count` reloads in any `perMs`; what comes too early waits, and goes together. */
  readonly maxRate: { readonly count: number; readonly perMs: number } | undefined;
  /** So many good versions of its files are kept for `rollback`; 0 keeps none. */
  readonly keepVersions: number;
  /** Of the whole group: `check` sees all staged files, `reload` runs last, once for all. */
  readonly commands: Commands;
  /** Machines take turns. */
  readonly rollout: RolloutSettings | undefined;
}

/** By the group's `stateKey`; in their order, groups in the order of their first members. */
export function membersByGroup(resources: readonly Resource[]): ReadonlyMap<string, readonly Resource[]> {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const members = groups.get(resource.group.stateKey);
    if (members === undefined) groups.set(resource.group.stateKey, [resource]);
    else members.push(resource);
  }
  return groups;
}

/** For groups of several resources whose configuration does not say: what one writer changes key by key goes together. */
export const defaultSettle = { minMs: 100, maxMs: 2_000 } as const;

export const noCommands: Commands = { check: '', reload: '', checkTimeoutMs: 30_000, reloadTimeoutMs: 60_000, keepFailed: false };

/** The group of a resource that has none: deployed at once. `stateKey` is the absolute path of its file, and what names it there. */
export function ownGroup(name: string, stateKey: string): Group {
  return { name, stateKey, settle: undefined, maxRate: undefined, keepVersions: 0, commands: noCommands, rollout: undefined };
}

export interface Permissions {
  /** Permission bits; undefined keeps those of the file, and is 0644 for a new one. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** What an owner that is not given means: the owner the file has, or this process. A new file is always this process's. */
  readonly unsetOwner: 'kept' | 'own';
}

export interface Commands {
  /** A Go template for a shell, with `.src` (the staged file) and `.dest`; '' is none. A group's: docs/mesh-template.md, "Groups". */
  readonly check: string;
  /** For a shell; '' is none. */
  readonly reload: string;
  readonly checkTimeoutMs: number;
  readonly reloadTimeoutMs: number;
  /** Leaves the new file in place when its reload fails, as confd does. */
  readonly keepFailed: boolean;
}
