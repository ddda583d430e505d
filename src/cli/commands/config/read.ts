/** `mesh config read`. */
import { configEntryClient } from '../../../client/config-entry.js';
import { isEntryKind } from '../../../model/config-entry/shapes.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';
import { kindFlag, nameFlag, requireFlags } from './entry-flags.js';

export const command = defineCommand({
  usage: 'mesh config read [options] -kind KIND -name NAME',
  about: 'Prints a config entry as JSON.',
  flags: { ...kindFlag, ...nameFlag, ...clientFlags, ...serverFlags, ...namespaceFlags },
  async run({ flags }, io) {
    requireFlags(flags, ['kind', 'name']);
    const { kind, name } = flags;
    const failed = `Error reading config entry ${kind}/${name}`;
    if (!isEntryKind(kind)) throw new CommandFailure(`${failed}: invalid config entry kind: ${kind}`);
    const entries = configEntryClient(await openFromFlags(flags, io));
    const { value } = await orFail(failed, entries.read(kind, name));
    io.out(`${JSON.stringify(value, null, 4)}\n`);
    return 0;
  },
});
