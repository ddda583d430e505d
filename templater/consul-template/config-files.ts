/** Finds and reads consul-template's configuration: files in HCL or JSON, and directories of them, in the order of their names. */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseHclText } from '../../src/lib/hcl.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { type ConfigBlocks, ConfigError, decodeBlocks, isMap, type TemplateBlocks } from './config-blocks.js';
import { configBlocks, templateBlocks } from './option-tables.js';

export interface Config {
  readonly settings: ConfigBlocks;
  readonly templates: readonly TemplateBlocks[];
  /** What is said and not used, with its place and the reason. */
  readonly unused: readonly string[];
}

/** @throws ConfigError */
export function readConfigPath(path: string): readonly Config[] {
  return filesAt(path).map((file) => decodeConfig(readText(file), `from file: ${file}`));
}

/** @throws ConfigError; `origin` begins its text */
export function decodeConfig(text: string, origin: string): Config {
  const { template, ...settings } = parse(text, origin);
  const textAt = (key: string, reason: string) => `${origin}: line ${lineOf(text, key)}: ${reason}`;
  const failAt = (key: string, reason: string): never => {
    throw new ConfigError(textAt(key, reason));
  };
  const unused: string[] = [];
  const onUnused = (key: string, reason: string) => void unused.push(textAt(key, reason));
  const blocks = template === undefined ? [] : Array.isArray(template) ? template : [template];
  return {
    settings: decodeBlocks(configBlocks, settings, { root: '', failAt, onUnused }),
    templates: blocks.map((block) =>
      decodeBlocks(templateBlocks, isMap(block) ? block : failAt('template', '"template" must be a block'), {
        root: 'template',
        failAt,
        onUnused,
      }),
    ),
    unused,
  };
}

function parse(text: string, origin: string): Readonly<Record<string, unknown>> {
  try {
    return parseHclText(text);
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error;
    throw new ConfigError(`${origin}: error decoding config: ${error.message}`, { cause: error });
  }
}

/** A guess by layout, not a parse: the first line that begins with the key; 1 when there is none. */
function lineOf(text: string, key: string): number {
  const position = text.split('\n').findIndex((line) => {
    const rest = line.replace(/^[\s{,]*"?/, '');
    return rest.startsWith(key) && !/^[\w-]/.test(rest.slice(key.length));
  });
  return position + 1 || 1;
}

function filesAt(path: string): readonly string[] {
  try {
    return configFilesAt(path);
  } catch (error) {
    throw new ConfigError(`missing file/folder: ${path}: stat ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

/** The file, or those of the directory. @throws errors of the file system */
export function configFilesAt(path: string): readonly string[] {
  return statSync(path).isDirectory() ? filesIn(path) : [path];
}

/**
 * Links to directories are not followed, as in consul-template. Nor is what begins with "..": a mounted ConfigMap of Kubernetes holds each
 * file once as a link, and once in such a directory.
 */
function filesIn(directory: string): readonly string[] {
  const names = readdirSync(directory).filter((name) => !name.startsWith('..'));
  return names.sort().flatMap((name) => {
    const path = join(directory, name);
    if (lstatSync(path).isDirectory()) return filesIn(path);
    return statSync(path).isDirectory() ? [] : [path];
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`from file: ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}
