/** `mesh config write`. */
import { configEntryClient } from '../../../client/config-entry.js';
import { ConfigFileError } from '../../../lib/config-file.js';
import { parseHclText } from '../../../lib/hcl.js';
import { decodeConfigEntry } from '../../../model/config-entry/decode.js';
import type { ConfigEntryInput } from '../../../model/config-entry/entry.js';
import { DecodeError } from '../../../model/decode.js';
import { dataFrom } from '../../arguments.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';

export const command = defineCommand({
  usage: 'mesh config write [options] FILE',
  about: 'Writes a config entry, given as JSON or HCL in a file; "-" reads it from standard input.',
  flags: {
    cas: { kind: 'bool', about: 'write only if the entry was last changed at -modify-index; 0 means only create' },
    'modify-index': { kind: 'uint64', about: 'index to compare with -cas' },
    ...clientFlags,
    ...serverFlags,
    ...namespaceFlags,
  },
  async run({ flags, words }, io) {
    const [file] = words;
    if (file === undefined || words.length !== 1)
      throw new CommandFailure('Must provide exactly one positional argument to specify the config entry to write');
    const data = await dataFrom(file === '-' ? file : `@${file}`, io, 'Failed to load data: ');
    const entry = decoded(data.toString('utf8'));
    const name = `${entry.Kind}/${entry.Name}`;
    const entries = configEntryClient(await openFromFlags(flags, io));
    const cas = flags.cas ? { cas: flags['modify-index'] } : {};
    const written = await orFail(`Error writing config entry ${name}`, entries.put(entry, cas));
    if (!written) throw new CommandFailure(`Config entry not updated: ${name}`);
    io.out(`Config entry written: ${name}\n`);
    return 0;
  },
});

function decoded(text: string): ConfigEntryInput {
  try {
    return decodeConfigEntry(parseHclText(text));
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof ConfigFileError)) throw error;
    throw new CommandFailure(`Failed to decode config entry input: ${error.message}`, { cause: error });
  }
}
