/** `mesh config delete`. */
import { configEntryClient } from '../../../client/config-entry.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';
import { kindFlag, nameFlag, requireFlags } from './entry-flags.js';

export const command = defineCommand({
  usage: 'mesh config delete [options] -kind KIND -name NAME',
  about: 'Deletes a config entry. One that is not there is deleted already.',
  flags: { ...kindFlag, ...nameFlag, ...clientFlags, ...serverFlags, ...namespaceFlags },
  async run({ flags }, io) {
    requireFlags(flags, ['kind', 'name']);
    const { kind, name } = flags;
    const entries = configEntryClient(await openFromFlags(flags, io));
    await orFail(`Error deleting config entry ${kind}/${name}`, entries.delete(kind, name));
    io.out(`Config entry deleted: ${kind}/${name}\n`);
    return 0;
  },
});
