/** What settings are resolved with, besides flags: the environment, files, the resolver. */
import { readFileSync } from 'node:fs';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import type { ProcessParts } from '../process.js';
import type { resolveSettings } from './settings.js';
import { SettingsError } from './settings-layers.js';

export function surroundings({ environment }: ProcessParts): Parameters<typeof resolveSettings>[1] {
  return {
    environment: (name) => environment[name],
    readText: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return undefined;
        throw new SettingsError(`cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
      }
    },
    parseToml: async (text) => (await import('../../src/lib/config-file-toml.js')).parseTomlText(text),
    serviceAddresses: async (record) => (await import('../../src/lib/service-addresses.js')).serviceAddresses(record),
  };
}
