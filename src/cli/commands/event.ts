/** `mesh event`. */
import { eventClient } from '../../client/event.js';
import { FlagError } from '../../lib/argv.js';
import { linearPattern, PatternError } from '../../lib/linear-pattern.js';
import { clientFlags, openFromFlags, serverFlags } from '../client-flags.js';
import { CommandFailure, defineCommand } from '../command.js';
import { orFail } from '../failures.js';

export const command = defineCommand({
  usage: 'mesh event [options] -name=NAME [PAYLOAD]',
  about: 'Sends an event to the agents of a datacenter: all of them, or those that the patterns choose. See "mesh watch -type=event".',
  flags: {
    name: { kind: 'string', about: 'name of the event' },
    node: { kind: 'string', about: 'regular expression that the name of a node must match' },
    service: { kind: 'string', about: 'regular expression that a service of the node must match' },
    tag: { kind: 'string', about: 'regular expression that a tag of that service must match; needs -service' },
    ...clientFlags,
    ...serverFlags,
  },
  async run({ flags, words }, io) {
    const { name, node, service, tag } = flags;
    if (name === '') throw new FlagError('Event name must be specified\n');
    if (words.length > 1) throw new FlagError('Too many command line arguments.\n');
    refusePattern('node', node);
    refusePattern('service', service);
    refusePattern('tag', tag);
    if (tag !== '' && service === '') throw new CommandFailure('Cannot provide tag filter without service filter.');
    const events = eventClient(await openFromFlags(flags, io));
    const [word = ''] = words;
    const payload = word === '' ? {} : { payload: Buffer.from(word, 'utf8') };
    const { ID } = await orFail('Error firing event', events.fire(name, { ...payload, node, service, tag }));
    io.out(`Event ID: ${ID}\n`);
    return 0;
  },
});

/** Refused here: the agent that fires would, but in other words. */
function refusePattern(what: string, source: string): void {
  try {
    if (source !== '') linearPattern(source);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new CommandFailure(`Failed to compile ${what} filter regexp: ${error.message}`, { cause: error });
  }
}
