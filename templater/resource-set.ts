/** What reading resource files gives, whatever their form; and where such files and their templates are looked for. */
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemErrorText } from '../src/lib/system-error.js';
import type { Resource } from './resource.js';

/** A resource file that cannot be used, or a resource in it. The message holds file and line. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError';
}

export interface ResourceSet {
  /** In the order they are processed in. */
  readonly resources: readonly Resource[];
  readonly warnings: readonly string[];
  readonly failures: readonly ResourceFailure[];
}

export interface ResourceFailure {
  /** Names the file and the line. */
  readonly text: string;
  /** Resources that it concerns: what runs under these names goes on as it was. */
  readonly names: readonly string[];
}

/**
 * Every file below whose name ends in "toml", also ".x.toml" but not "x.toml.bak", in path order: as confd has it.
 * @throws ResourceError when a directory cannot be read
 */
export function tomlFilesBelow(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    // A Kubernetes volume keeps its real files in "..2026_01_31/", and shows them by links that are found here anyway.
    if (entry.isDirectory()) return entry.name.startsWith('..') ? [] : tomlFilesBelow(path);
    return entry.name.endsWith('toml') && !isDirectory(path) ? [path] : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new ResourceError(`${folder}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** False also for what cannot be looked at: whoever reads it then is told why. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return false;
    throw error;
  }
}

/** Where the templates of a resource file given by its own path are: `templates/` beside its `conf.d`, else its own directory. */
export function templateDirectoryOf(file: string): string {
  const [own, beside] = [dirname(file), join(dirname(dirname(file)), 'templates')];
  return basename(own) === 'conf.d' && isDirectory(beside) ? beside : own;
}
