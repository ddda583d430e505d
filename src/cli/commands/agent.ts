/** `mesh agent`. */
import { agentFlags, requestOf } from '../../config/flags.js';
import { toldWithPlaces } from '../../config/places.js';
import { MeshError } from '../../model/errors.js';
import { CommandFailure, defineCommand } from '../command.js';

export const command = defineCommand({
  usage: 'mesh agent [options]',
  about:
    'Runs an agent until it is told to stop. Its settings come from flags and from the JSON and HCL files that -config-file and -config-dir name; docs/configuration.md lists them.',
  flags: agentFlags,
  async run(parsed, { isTerminal }) {
    if (parsed.words.length > 0) throw new CommandFailure(`==> Unexpected extra arguments: [${parsed.words.join(' ')}]`);
    try {
      const request = requestOf(parsed);
      const { runAgent } = await import('../../daemon/run.js');
      return await runAgent(request);
    } catch (error) {
      if (error instanceof MeshError) throw new CommandFailure(`==> ${toldWithPlaces(error, { isTerminal })}`, { cause: error });
      throw error;
    }
  },
});
