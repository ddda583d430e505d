/** `mesh validate`. */
import { type LoadRequest, loadConfig, nothingRequested } from '../../config/load.js';
import { thisMachine } from '../../config/machine.js';
import { toldWithPlaces } from '../../config/places.js';
import { MeshError } from '../../model/errors.js';
import { CommandFailure, defineCommand, type Io } from '../command.js';

export const command = defineCommand({
  usage: 'mesh validate [options] FILE_OR_DIRECTORY...',
  about:
    'Reads configuration files as the agent would and says whether they make a configuration. Several files and directories together make one. What only a starting agent can see, such as the names of services, is not looked at.',
  flags: {
    'config-format': { kind: 'string', about: 'read files as "json" or "hcl" whatever their names' },
    quiet: { kind: 'bool', about: 'print nothing when all is well' },
  },
  async run({ flags, words }, io) {
    if (words.length === 0) throw new CommandFailure('Must specify at least one config file or directory');
    const format = flags['config-format'];
    if (!isFormat(format)) throw new CommandFailure("-config-format must be either 'hcl' or 'json");
    const { warnings } = validate({ ...nothingRequested, paths: words, format: format === '' ? null : format }, io);
    if (flags.quiet) return 0;
    for (const warning of warnings) io.err(`${warning}\n`);
    io.out('Configuration is valid!\n');
    return 0;
  },
});

function isFormat(text: string): text is '' | 'json' | 'hcl' {
  return ['', 'json', 'hcl'].includes(text);
}

/** Scripts compare the text of a mistake; people want to know where it stands as well. */
function validate(request: LoadRequest, { isTerminal }: Pick<Io, 'isTerminal'>): { readonly warnings: readonly string[] } {
  try {
    return loadConfig(request, thisMachine());
  } catch (error) {
    if (error instanceof MeshError)
      throw new CommandFailure(`Config validation failed: ${isTerminal ? toldWithPlaces(error, { isTerminal }) : error.message}`, {
        cause: error,
      });
    throw error;
  }
}
