/** Whether a command line is meant for consul-template or for confd, whose flags mesh-template both takes. */
import { confdFlags } from '../confd/flags.js';
import { consulTemplateFlags, refusedFlags } from './flags.js';

/**
 * True when a flag is given that consul-template alone has (`-template`, `-once`, `-consul-addr`, …), or `-config` with something else
 * than TOML files.
 */
export function wantsConsulTemplate(argv: readonly string[]): boolean {
  return argv.some((word, position) => {
    const [, name = '', value] = /^--?([a-z][a-z-]*)(?:=(.*))?$/.exec(word) ?? [];
    if (name === 'config') return !(value ?? argv[position + 1] ?? '.toml').endsWith('.toml');
    return Object.hasOwn(ownFlags, name);
  });
}

const ownFlags = Object.fromEntries(
  Object.entries({ ...consulTemplateFlags, ...refusedFlags }).filter(([name]) => !Object.hasOwn(confdFlags, name)),
);
