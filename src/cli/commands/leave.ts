/** `mesh leave`. */
import { agentClient } from '../../client/agent.js';
import { atMost } from '../arguments.js';
import { clientFlags, openFromFlags } from '../client-flags.js';
import { defineCommand } from '../command.js';
import { orFail } from '../failures.js';

export const command = defineCommand({
  usage: 'mesh leave [options]',
  about: 'Makes the agent leave the cluster gracefully and stop.',
  flags: { ...clientFlags },
  async run({ flags, words }, io) {
    atMost(0, words);
    const agent = agentClient(await openFromFlags(flags, io));
    await orFail('Error leaving', agent.leave());
    io.out('Graceful leave complete\n');
    return 0;
  },
});
