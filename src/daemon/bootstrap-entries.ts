/** `config_entries.bootstrap`: entries that are there from the start. One that is there already, however it came, is left alone. */
import type { Settings } from '../config/table.js';
import type { Logger } from '../lib/log.js';
import type { Backend } from '../model/backend.js';
import { decodeConfigEntry } from '../model/config-entry/decode.js';
import { MeshError } from '../model/errors.js';

/** In the order of the configuration. What does not go with what is stored is logged: the agent is of use without it. */
export async function bootstrapEntries(
  backend: Backend,
  settings: Pick<Settings, 'config_entries.bootstrap'>,
  logger: Logger,
): Promise<void> {
  for (const given of settings['config_entries.bootstrap']) {
    const entry = decodeConfigEntry(given);
    try {
      await backend.write({ kind: 'config.put', entry, cas: 0 }, { token: '', datacenter: '' });
    } catch (error) {
      if (!(error instanceof MeshError) || error.code !== 'refused') throw error;
      logger.log('error', 'a config entry of the configuration is refused', { kind: entry.Kind, name: entry.Name, error: error.message });
    }
  }
}
