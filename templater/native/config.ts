/**
 * All files of ours, read: resources, groups and settings. A mistake in a template stops that resource, one in a group its members, and
 * a file that cannot be read its resources; all others are there. A mistake in what concerns everybody is an error of the whole.
 */
import { resolve } from 'node:path';
import type { Group, Resource } from '../resource.js';
import {
  isDirectory,
  ResourceError,
  type ResourceFailure,
  type ResourceSet,
  templateDirectoryOf,
  tomlFilesBelow,
} from '../resource-set.js';
import { type NativeDocument, readDocument, type TemplateTable, type UnreadableDocument } from './document.js';
import { groupOf } from './groups.js';
import { defaultsKeys, templateKeys } from './keys.js';
import { mergedTable } from './merge.js';
import { type ResourceContext, type TemplateValues, toResource } from './resource.js';
import { decodeTable, type FailAt, isTable, unknownKeys, type Values } from './table-values.js';

/** All files, parsed; what is in them is not looked at yet. */
export interface NativeFiles {
  readonly documents: readonly NativeDocument[];
  readonly unreadable: readonly UnreadableDocument[];
}

/** @throws ResourceError when a file cannot be read that seems to say how everything is to run */
export function readFiles(paths: readonly string[]): NativeFiles {
  const files = paths.flatMap((path) => (isDirectory(path) ? tomlFilesBelow(path) : [path]));
  const read = files.map(readDocument);
  const unreadable = read.filter((one) => 'fault' in one);
  const fatal = unreadable.find(({ hasSettings }) => hasSettings);
  if (fatal !== undefined) throw new ResourceError(fatal.fault);
  return { documents: read.filter((one): one is NativeDocument => !('fault' in one)), unreadable };
}

/** Reads resources again and again, and remembers whose they were: what a file that cannot be read now held goes on as it was. */
export class NativeResources {
  #namesByFile = new Map<string, readonly string[]>();

  /** @throws ResourceError when what concerns all resources cannot be used */
  in({ documents, unreadable }: NativeFiles, rules: RunRules): ResourceSet {
    const collected = new Collected(documents, rules);
    const namesByFile = new Map(documents.map((document) => [document.file, collected.addTemplates(document)]));
    const failures = unreadable.map(({ file, fault }) => {
      const names = this.#namesByFile.get(file) ?? [];
      namesByFile.set(file, names);
      return { names, text: fault };
    });
    this.#namesByFile = namesByFile;
    const all = [...collected.failures, ...failures];
    const isEmpty = collected.resources.length === 0 && all.length === 0;
    return { resources: collected.resources, failures: all, warnings: isEmpty ? ['Found no templates'] : [] };
  }
}

/** Its members cannot be used either; that has been said, for all of them. */
class BadGroupError extends Error {
  override readonly name = 'BadGroupError';
}

/** What command line and settings say for all resources. */
export type RunRules = Pick<ResourceContext, 'prefix' | 'owners' | 'missing' | 'waitTimeoutMs' | 'source'>;
type Defaults = Values<typeof defaultsKeys>;

class Collected {
  readonly resources: Resource[] = [];
  readonly failures: ResourceFailure[] = [];
  readonly #rules: RunRules;
  readonly #defaults: Defaults;
  readonly #groups = new Map<string, Group>();
  /** Groups that cannot be used, each with the names of its members. */
  readonly #badGroups = new Map<string, string[]>();
  readonly #names = new Map<string, string>();
  readonly #destinations = new Map<string, string>();

  constructor(documents: readonly NativeDocument[], rules: RunRules) {
    this.#rules = rules;
    this.#defaults = defaultsIn(documents);
    for (const document of documents) for (const name of Object.keys(document.groups)) this.#addGroup(document, name);
  }

  /** @returns the names of what is in the file, good or bad */
  addTemplates(document: NativeDocument): readonly string[] {
    for (const template of document.templates) {
      try {
        this.resources.push(this.#resource(document, template));
      } catch (error) {
        if (error instanceof BadGroupError) continue;
        if (!(error instanceof ResourceError)) throw error;
        this.failures.push({ names: [nameOf(template, document.file)], text: error.message });
      }
    }
    return document.templates.map((template) => nameOf(template, document.file));
  }

  #addGroup({ file, groups, failAt }: NativeDocument, name: string): void {
    const failHere = failAt(['group', name]);
    try {
      const table = groups[name];
      if (!isTable(table)) failHere('', `"group.${name}" must be a table: [group.${name}]`);
      else if (this.#groups.has(name) || this.#badGroups.has(name)) failHere('', `there are two groups "${name}"`);
      else this.#groups.set(name, groupOf(table, { name, file, keep: this.#defaults.keep, failAt: failHere }));
    } catch (error) {
      if (!(error instanceof ResourceError)) throw error;
      this.#groups.delete(name);
      const names = this.#badGroups.get(name) ?? [];
      this.#badGroups.set(name, names);
      this.failures.push({ names, text: error.message });
    }
  }

  #resource({ file }: NativeDocument, { table, form, failAt }: TemplateTable): Resource {
    const [unknown] = unknownKeys(table, Object.keys(templateKeys));
    if (unknown !== undefined) return failAt(unknown.key, unknown.text);
    const values = { ...withoutGroupsOwn(this.#defaults, table), ...decodeTable(table, templateKeys, failAt) };
    const resource = toResource(values, {
      ...this.#rules,
      file,
      form,
      templateDirectory: templateDirectoryOf(resolve(file)),
      unsetOwner: 'kept',
      groupNamed: (name, failHere) => this.#groupNamed(name, { member: nameOf({ table, form, failAt }, file), failAt: failHere }),
      failAt,
    });
    // The file first: whose name is not given is called as its file.
    if (resource.forEach === undefined)
      this.#claim(this.#destinations, resolve(resource.destination), { what: 'writes', file, failHere: (text) => failAt('dest', text) });
    this.#claim(this.#names, resource.name, { what: 'is called', file, failHere: (text) => failAt('name', text) });
    return resource;
  }

  #groupNamed(name: string, { member, failAt }: { readonly member: string; readonly failAt: FailAt }): Group {
    const bad = this.#badGroups.get(name);
    if (bad !== undefined) {
      bad.push(member);
      throw new BadGroupError(name);
    }
    return this.#groups.get(name) ?? failAt('group', `there is no [group.${name}]${this.#groupsThere()}`);
  }

  #groupsThere(): string {
    const names = [...this.#groups.keys()];
    return names.length === 0 ? '' : `, only ${names.map((name) => `[group.${name}]`).join(', ')}`;
  }

  #claim(
    taken: Map<string, string>,
    name: string,
    { what, file, failHere }: { readonly what: string; readonly file: string; readonly failHere: (text: string) => never },
  ): void {
    const other = taken.get(name);
    if (other !== undefined) failHere(`another resource (in ${other}) ${what} ${JSON.stringify(name)} as well`);
    taken.set(name, file);
  }
}

/** Flags win over `missing` and `wait_timeout`, so these come with the rules; `keep` is for the group to say when there is one. */
function withoutGroupsOwn({ missing: _, wait_timeout: __, keep, ...defaults }: Defaults, table: TemplateTable['table']): TemplateValues {
  return table.group === undefined && keep !== undefined ? { ...defaults, keep } : defaults;
}

/** What it would be called: what runs under that name goes on while the table cannot be used. */
function nameOf({ table, form }: TemplateTable, file: string): string {
  const name = table.name ?? (form === 'single' ? file : table.dest);
  return typeof name === 'string' ? name : file;
}

/** @throws ResourceError */
function defaultsIn(documents: readonly NativeDocument[]): Defaults {
  return mergedTable(documents, 'defaults', defaultsKeys);
}
