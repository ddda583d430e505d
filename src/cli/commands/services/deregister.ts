/** `mesh services deregister`. */
import { agentClient } from '../../../client/agent.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';
import { definitionsIn } from './definition-words.js';

export const command = defineCommand({
  usage: 'mesh services deregister [options] [FILE...]',
  about: 'Takes services off the agent: those that definition files hold, or the one with an id. One that is not there is no error.',
  flags: { id: { kind: 'string', about: 'id of the service' }, ...clientFlags, ...serverFlags, ...namespaceFlags },
  async run({ flags, words }, io) {
    if (words.length === 0 && flags.id === '') throw new CommandFailure('Service deregistration requires at least one argument or -id.');
    if (words.length > 0 && flags.id !== '') throw new CommandFailure('Service deregistration requires arguments or -id, not both.');
    const ids = words.length > 0 ? definitionsIn(words).map(({ ID }) => ID) : [flags.id];
    const agent = agentClient(await openFromFlags(flags, io));
    for (const id of ids) {
      await orFail(`Error deregistering service ${JSON.stringify(id)}`, agent.deregisterService(id));
      io.out(`Deregistered service: ${id}\n`);
    }
    return 0;
  },
});
