/** `mesh catalog datacenters`. */
import { catalogClient } from '../../../client/catalog.js';
import { atMost } from '../../arguments.js';
import { clientFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';

export const command = defineCommand({
  usage: 'mesh catalog datacenters [options]',
  about: 'Lists the datacenters that the agent knows, nearest first.',
  flags: { ...clientFlags, ...serverFlags },
  async run({ flags, words }, io) {
    atMost(0, words);
    // Every agent knows all datacenters: there is none to ask for, and Consul ignores the flag here.
    const catalog = catalogClient(await openFromFlags({ ...flags, datacenter: '' }, io));
    const { value } = await orFail('Error listing datacenters', catalog.datacenters());
    io.out(value.map((name) => `${name}\n`).join(''));
    return 0;
  },
});
