/**
 * From `-config-file` and `-config-dir` to the files that count, in order, with their text. Of a directory: its files in byte order of
 * their names, not those of directories below; links to files are followed and the target's name decides; `.json` and `.hcl` count, any
 * other name is skipped with a warning unless a format is forced.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';

export type ConfigFormat = 'json' | 'hcl';

export interface ConfigSource {
  /** As the user gave it, or below the directory the user gave. */
  readonly name: string;
  readonly format: ConfigFormat;
  readonly text: string;
}

export interface FoundSources {
  readonly sources: readonly ConfigSource[];
  readonly warnings: readonly string[];
}

/** @throws MeshError config-invalid `config: Open failed on x. open x: no such file or directory` */
export function readSources(paths: readonly string[], forcedFormat: ConfigFormat | null): FoundSources {
  const [sources, warnings]: [ConfigSource[], string[]] = [[], []];
  for (const name of paths.flatMap(filesOf)) {
    const format = forcedFormat ?? formatOf(name);
    if (format) sources.push({ name, format, text: reading(name, () => readFileSync(name, 'utf8')) });
    else warnings.push(`skipping file ${name}, extension must be .hcl or .json, or config format must be set`);
  }
  return { sources, warnings };
}

function formatOf(name: string): ConfigFormat | null {
  if (name.endsWith('.json')) return 'json';
  return name.endsWith('.hcl') ? 'hcl' : null;
}

function filesOf(path: string): string[] {
  return reading(path, () => {
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    return entries.flatMap((entry) => {
      const name = join(path, entry.name);
      if (entry.isSymbolicLink()) return fileBehindLink(name);
      return entry.isFile() ? [name] : [];
    });
  });
}

/** A link that leads nowhere is an error: somebody wanted a file there. */
function fileBehindLink(name: string): string[] {
  return reading(name, () => (statSync(name).isFile() ? [realpathSync(name)] : []));
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const text = `config: Open failed on ${path}. open ${path}: ${systemErrorText(error)}`;
    throw new MeshError('config-invalid', text, { cause: error });
  }
}
