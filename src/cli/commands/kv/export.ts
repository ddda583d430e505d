/** `mesh kv export`. */

import { unquoteFlags } from '../../../client/json.js';
import { kvClient } from '../../../client/kv.js';
import { formatJson } from '../../../lib/go-json.js';
import { keyFromText, keyToText } from '../../../model/kv-key.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { defineCommand } from '../../command.js';
import { orFail, statusOnly } from '../../failures.js';
import { optionalKey } from './key-argument.js';

export const command = defineCommand({
  usage: 'mesh kv export [options] [PREFIX]',
  about: 'Prints every key below a prefix as JSON that "mesh kv import" and "consul kv import" read.',
  flags: { ...clientFlags, ...serverFlags, ...namespaceFlags },
  async run({ flags, words }, io) {
    const prefix = optionalKey(words);
    const kv = kvClient(await openFromFlags(flags, io));
    const { value } = await orFail('Error querying Mesh agent', kv.list(keyFromText(prefix)), statusOnly);
    const exported = value.map((entry) => ({ key: keyToText(entry.Key), flags: entry.Flags, value: entry.Value }));
    io.out(`${unquoteFlags(formatJson(exported, '\t'))}\n`);
    return 0;
  },
});
