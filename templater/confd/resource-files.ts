/** Finds and reads resource files: a whole confd directory, or files by their paths. Each one is good or bad by itself. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { Resource } from '../resource.js';
import { decodeResource, type ResourceContext, ResourceError, templateDirectoryOf } from './resource.js';

export interface ResourceSet {
  /** In path order, sub-directories included; the order they are processed in. */
  readonly resources: readonly Resource[];
  readonly warnings: readonly string[];
  /** Files that cannot be used, and why; the text names the file. */
  readonly failures: readonly { readonly file: string; readonly text: string }[];
}

/** Where resources come from: confd's layout, or single files. */
export type ResourcePlace =
  | { readonly kind: 'confdir'; readonly directory: string }
  | { readonly kind: 'files'; readonly files: readonly string[] };

/** @throws ResourceError when there is a confd directory without `conf.d` */
export function readResources(place: ResourcePlace, given: Omit<ResourceContext, 'file' | 'rules' | 'templateDirectory'>): ResourceSet {
  if (place.kind === 'files') {
    return collect(place.files, (file) => ({
      ...given,
      file,
      rules: 'native',
      templateDirectory: templateDirectoryOf(resolve(file), isDirectory),
    }));
  }
  const { directory } = place;
  if (!isDirectory(directory) && !exists(directory)) {
    return { resources: [], failures: [], warnings: [`Cannot load template resources: confdir '${directory}' does not exist`] };
  }
  const folder = join(directory, 'conf.d');
  if (!isDirectory(folder)) throw new ResourceError(`stat ${folder}: no such file or directory`);
  const files = resourceFiles(folder);
  if (files.length === 0) return { resources: [], failures: [], warnings: ['Found no templates'] };
  return collect(files, (file) => ({ ...given, file, rules: 'confd', templateDirectory: join(directory, 'templates') }));
}

function collect(files: readonly string[], contextOf: (file: string) => Parameters<typeof decodeResource>[1]): ResourceSet {
  const resources: Resource[] = [];
  const warnings: string[] = [];
  const failures: { file: string; text: string }[] = [];
  for (const file of files) {
    try {
      const decoded = decodeResource(readText(file), contextOf(file));
      resources.push(decoded.resource);
      warnings.push(...decoded.warnings);
    } catch (error) {
      if (!(error instanceof ResourceError)) throw error;
      failures.push({ file, text: error.message });
    }
  }
  return { resources, warnings, failures };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ResourceError(`Cannot process template resource ${file} - ${systemErrorText(error)}`, {
      cause: error,
    });
  }
}

/** confd takes every name that ends in "toml", also ".x.toml", but not "x.toml.bak". */
function resourceFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    // A Kubernetes volume keeps its real files in "..2026_01_31/", and shows them by links that are found here anyway.
    if (entry.isDirectory()) return entry.name.startsWith('..') ? [] : resourceFiles(path);
    return entry.name.endsWith('toml') && !isDirectory(path) ? [path] : [];
  });
}

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;
const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Everything whose change can change what is rendered: the directories of resource files and templates. */
export function watchedDirectories(place: ResourcePlace, resources: readonly Resource[]): readonly string[] {
  const own =
    place.kind === 'confdir'
      ? [join(place.directory, 'conf.d'), join(place.directory, 'templates')]
      : place.files.map((file) => dirname(resolve(file)));
  return [...new Set([...own, ...resources.map((resource) => dirname(resource.source))])];
}
