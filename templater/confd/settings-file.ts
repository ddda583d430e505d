/** `-config-file`: confd's settings file, read and held against the table of flags. */
import type { ParsedArguments } from '../../src/lib/argv.js';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { lineOfToml } from '../../src/lib/toml-places.js';
import { type ConfdFlag, confdFlags, configFileKeys } from './flags.js';
import { type FileValues, type Layers, SettingsError } from './settings-layers.js';

export interface ReadingParts {
  /** undefined when the file does not exist. */
  readText(path: string): string | undefined;
  /** Loaded only when there is something to parse. @throws ConfigFileError */
  parseToml(text: string): Promise<Readonly<Record<string, unknown>>>;
}

export interface ConfigFile {
  readonly values: FileValues;
  readonly warnings: readonly string[];
}

/** Only a confd directory has a settings file by default; beside single resource files it is read when it is named. */
export async function readConfigFile(
  parsed: ParsedArguments<typeof confdFlags>,
  { readText, parseToml, variables }: ReadingParts & Pick<Layers, 'variables'>,
): Promise<ConfigFile> {
  const path = parsed.given.has('config-file') ? parsed.flags['config-file'] : (variables['config-file'] ?? parsed.flags['config-file']);
  const isWanted = parsed.flags.config.length === 0 || parsed.given.has('config-file');
  const text = isWanted ? readText(path) : undefined;
  if (text === undefined || text.trim() === '') return { values: {}, warnings: [] };
  try {
    return decodeConfigFile(await parseToml(text), { path, text });
  } catch (error) {
    if (error instanceof ConfigFileError) throw new SettingsError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

function decodeConfigFile(
  document: Readonly<Record<string, unknown>>,
  { path, text }: { readonly path: string; readonly text: string },
): ConfigFile {
  const values: [ConfdFlag, unknown][] = [];
  const warnings: string[] = [];
  for (const [key, given] of Object.entries(document)) {
    const place = `${path}: line ${lineOfToml(text, [key])}`;
    const name = key.toLowerCase();
    const flag = Object.hasOwn(configFileKeys, name) ? configFileKeys[name] : undefined;
    if (flag === undefined) warnings.push(`${place}: unknown setting "${key}"; it is ignored`);
    else if (!hasKind(given, confdFlags[flag].kind)) throw new SettingsError(`${place}: "${key}" has the wrong type`);
    else values.push([flag, given]);
  }
  return { values: Object.fromEntries(values) as FileValues, warnings };
}

function hasKind(given: unknown, kind: (typeof confdFlags)[ConfdFlag]['kind']): boolean {
  switch (kind) {
    case 'bool':
      return typeof given === 'boolean';
    case 'int':
      return Number.isInteger(given);
    case 'string':
      return typeof given === 'string';
    case 'list':
      return Array.isArray(given) && given.every((element) => typeof element === 'string');
  }
}
