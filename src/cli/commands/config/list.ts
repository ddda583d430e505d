/** `mesh config list`. */
import { configEntryClient } from '../../../client/config-entry.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';
import { kindFlag, requireFlags } from './entry-flags.js';

export const command = defineCommand({
  usage: 'mesh config list [options] -kind KIND',
  about: 'Lists the names of the config entries of a kind.',
  flags: { ...kindFlag, ...clientFlags, ...serverFlags, ...namespaceFlags },
  async run({ flags }, io) {
    requireFlags(flags, ['kind']);
    const { kind } = flags;
    const entries = configEntryClient(await openFromFlags(flags, io));
    const { value } = await orFail(`Error listing config entries for kind ${JSON.stringify(kind)}`, entries.list(kind));
    // The kind that exists once has no name in its answers: it is its own.
    for (const { Name = kind } of value) io.out(`${Name}\n`);
    return 0;
  },
});
