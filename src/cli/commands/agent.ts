/** `mesh agent`. */
import { agentFlags } from '../../config/flags.js';
import { defineCommand } from '../command.js';

export const command = defineCommand({
  usage: 'mesh agent [options]',
  about: 'Runs an agent until it is told to stop.',
  flags: agentFlags,
  async run(parsed, io) {
    const { runAgent } = await import('../../daemon/run.js');
    return runAgent(parsed, io);
  },
});
