/** Which of the three faces a command line is meant for: consul-template's, confd's, or that of our own files. */
import { readdirSync } from 'node:fs';
import { confdFlags } from './confd/flags.js';
import { consulTemplateFlags, unusedFlags } from './consul-template/flags.js';
import { isDirectory } from './resource-set.js';

export type Face = 'confd' | 'consul-template' | 'native';

/**
 * `-config` with TOML files, or directories that hold nothing else, is ours. `-config` with anything else, or a flag that consul-template
 * alone has (`-template`, `-once`, `-consul-addr`, …) is consul-template's; everything else is confd's.
 */
export function faceOf(argv: readonly string[]): Face {
  const configs = [...configsIn(argv)];
  if (configs.length > 0) return configs.every(isToml) ? 'native' : 'consul-template';
  return argv.some((word) => Object.hasOwn(consulTemplatesOwn, nameOf(word))) ? 'consul-template' : 'confd';
}

/** Whether a run with these flags goes on until somebody ends it. One that `confd.toml` or an environment ends sooner is taken for such a run. */
export function staysUp(argv: readonly string[]): boolean {
  return !argv.some((word) => ['once', 'onetime'].includes(nameOf(word)));
}

function nameOf(word: string): string {
  return /^--?([a-z][a-z-]*)/.exec(word)?.[1] ?? '';
}

function* configsIn(argv: readonly string[]): Generator<string> {
  for (const [position, word] of argv.entries()) {
    const [found, value] = /^--?config(?:=(.*))?$/s.exec(word) ?? [];
    if (found !== undefined) yield value ?? argv[position + 1] ?? '.toml';
  }
}

function isToml(path: string): boolean {
  if (!isDirectory(path)) return path.endsWith('.toml');
  const names = namesIn(path).filter((name) => !name.startsWith('.'));
  return names.some((name) => name.endsWith('.toml')) && !names.some((name) => /\.(?:hcl|json|ctmpl)$/.test(name));
}

/** None of a directory that cannot be read: whoever reads it then says so. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return [];
    throw error;
  }
}

/** `-once` is also a word of ours, but alone it is consul-template's. */
const consulTemplatesOwn = Object.fromEntries(
  Object.entries({ ...consulTemplateFlags, ...unusedFlags }).filter(([name]) => name === 'once' || !Object.hasOwn(confdFlags, name)),
);
