/** `mesh info`. */
import { agentClient } from '../../client/agent.js';
import { clientFlags, openFromFlags } from '../client-flags.js';
import { defineCommand } from '../command.js';
import { orFail } from '../failures.js';

export const command = defineCommand({
  usage: 'mesh info [options]',
  about: 'Prints figures of the running agent, by section.',
  flags: { ...clientFlags },
  async run({ flags }, io) {
    const agent = agentClient(await openFromFlags(flags, io));
    const { Stats } = await orFail('Error querying agent', agent.self());
    io.out(
      byName(Stats)
        .map(([section, figures]) => `${section}:\n${lines(figures)}`)
        .join(''),
    );
    return 0;
  },
});

function lines(figures: Readonly<Record<string, string>>): string {
  return byName(figures)
    .map(([name, value]) => `\t${name} = ${value}\n`)
    .join('');
}

function byName<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
