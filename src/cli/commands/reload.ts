/** `mesh reload`. */
import { agentClient } from '../../client/agent.js';
import { clientFlags, openFromFlags } from '../client-flags.js';
import { defineCommand } from '../command.js';
import { orFail } from '../failures.js';

export const command = defineCommand({
  usage: 'mesh reload [options]',
  about: 'Makes the agent read its configuration files again. A file with a mistake is reported and changes nothing.',
  flags: { ...clientFlags },
  async run({ flags }, io) {
    const agent = agentClient(await openFromFlags(flags, io));
    await orFail('Error reloading', agent.reload());
    io.out('Configuration reload triggered\n');
    return 0;
  },
});
