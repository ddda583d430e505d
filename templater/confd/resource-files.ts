/** Finds and reads the resource files of a confd directory. Each one is good or bad by itself. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import type { Resource } from '../resource.js';
import { ResourceError, type ResourceFailure, type ResourceSet, tomlFilesBelow } from '../resource-set.js';
import { decodeResource, type ResourceContext } from './resource.js';

/** @throws ResourceError when there is a confd directory without `conf.d` */
export function readConfdDirectory(directory: string, given: Omit<ResourceContext, 'file' | 'templateDirectory'>): ResourceSet {
  if (!isThere(directory)) {
    return { resources: [], failures: [], warnings: [`Cannot load template resources: confdir '${directory}' does not exist`] };
  }
  const folder = join(directory, 'conf.d');
  if (!isThere(folder)) throw new ResourceError(`stat ${folder}: no such file or directory`);
  const files = tomlFilesBelow(folder);
  if (files.length === 0) return { resources: [], failures: [], warnings: ['Found no templates'] };
  return collect(files, (file) => ({ ...given, file, templateDirectory: join(directory, 'templates') }));
}

function collect(files: readonly string[], contextOf: (file: string) => ResourceContext): ResourceSet {
  const resources: Resource[] = [];
  const warnings: string[] = [];
  const failures: ResourceFailure[] = [];
  for (const file of files) {
    try {
      const decoded = decodeResource(readText(file), contextOf(file));
      resources.push(decoded.resource);
      warnings.push(...decoded.warnings);
    } catch (error) {
      if (!(error instanceof ResourceError)) throw error;
      failures.push({ names: [file], text: error.message });
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

/** What cannot be looked at is there, for all we know. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !isSystemError(error, 'ENOTDIR');
  }
}

/** Everything whose change can change what is rendered: the directories of resource files and templates. */
export function watchedDirectories(directory: string, resources: readonly Resource[]): readonly string[] {
  const own = [join(directory, 'conf.d'), join(directory, 'templates')];
  return [...new Set([...own, ...resources.map((resource) => dirname(resource.source))])];
}
