/** Files in YAML, JSON and TOML, read whole: which ones there are below the paths, and the keys that they hold together. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { YamlError } from '../../src/lib/yaml.js';
import type { KvKey } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import type { GlobPattern } from '../functions/go-path.js';
import { entryOf, noRevision } from './key-store.js';
import { SourceError } from './source.js';
import { TreeError, treeEntries } from './tree-entries.js';

export interface TreeFilesOptions {
  readonly paths: readonly string[];
  readonly filter: GlobPattern;
}

/** The keys of all files; of two equal keys the one read last counts. @throws SourceError */
export async function readTreeFiles({ paths, filter }: TreeFilesOptions): Promise<ReadonlyMap<string, KvEntry>> {
  const entries = new Map<string, KvEntry>();
  for (const path of paths) {
    for (const file of await filesAt(path, filter)) {
      for (const [key, value] of await readTree(file)) entries.set(key, entryOf(key, Buffer.from(value, 'utf8'), noRevision));
    }
  }
  return entries;
}

/** A file that is named is read whatever the filter says. */
async function filesAt(path: string, filter: GlobPattern): Promise<readonly string[]> {
  try {
    return (await stat(path)).isDirectory() ? await filesBelow(path, filter) : [path];
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** In the order of their names, sub-directories where they stand. */
async function filesBelow(directory: string, filter: GlobPattern): Promise<string[]> {
  const entries = (await readdir(directory, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    // A Kubernetes volume keeps its real files in "..2026_01_31/", and shows them by links that are found here anyway.
    if (entry.isDirectory() && !entry.name.startsWith('..')) files.push(...(await filesBelow(path, filter)));
    else if (!entry.isDirectory() && filter.matches(entry.name) && (await stat(path)).isFile()) files.push(path);
  }
  return files;
}

async function readTree(file: string): Promise<readonly (readonly [key: KvKey, value: string])[]> {
  try {
    return [...treeEntries(await parse(await readFile(file, 'utf8'), extname(file)))];
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** JSON is a part of YAML, and much faster read by itself; numbers of more digits than a float has are not for its own reader. */
async function parse(text: string, extension: string): Promise<unknown> {
  switch (extension.toLowerCase()) {
    case '.toml':
      return (await import('../../src/lib/config-file-toml.js')).parseTomlText(text);
    case '.json':
      if (!/\d{16}/.test(text)) return (await import('../../src/lib/config-file.js')).parseJsonText(text);
      break;
  }
  return (await import('../../src/lib/yaml.js')).parseYaml(text);
}

/** Anything that is no fault of the file goes on as it is. */
function unreadable(path: string, error: unknown): unknown {
  const reason = faultOf(error);
  // Of a directory it is one of its files that cannot be read: a link that leads nowhere, for one.
  const at = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : path;
  return reason === undefined ? error : new SourceError(`cannot read ${at}: ${reason}`, { cause: error });
}

function faultOf(error: unknown): string | undefined {
  if (error instanceof YamlError) return `${error.message} (line ${error.line}, column ${error.column})`;
  if (error instanceof ConfigFileError || error instanceof TreeError) return error.message;
  return error instanceof Error && 'code' in error && 'syscall' in error ? systemErrorText(error) : undefined;
}
