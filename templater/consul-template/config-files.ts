/** Finds and reads consul-template's configuration: files in HCL or JSON, and directories of them, in the order of their names. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
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
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .sort()
      .flatMap((name) => filesAt(join(path, name)));
  } catch (error) {
    throw new ConfigError(`missing file/folder: ${path}: stat ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`from file: ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}
