/** `mesh kv delete`. */
import { kvClient } from '../../../client/kv.js';
import { keyFromText } from '../../../model/kv-key.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';
import { optionalKey } from './key-argument.js';

export const command = defineCommand({
  usage: 'mesh kv delete [options] KEY_OR_PREFIX',
  about: 'Deletes a key, or with -recurse every key that begins with a prefix. Deleting what is not there succeeds.',
  flags: {
    cas: { kind: 'bool', about: 'delete only if the key was last changed at -modify-index' },
    'modify-index': { kind: 'uint64', about: 'index to compare with -cas' },
    recurse: { kind: 'bool', about: 'delete everything below the prefix' },
    ...clientFlags,
    ...serverFlags,
    ...namespaceFlags,
  },
  async run({ flags, words }, io) {
    const key = optionalKey(words);
    if (key === '' && !flags.recurse) throw new CommandFailure('Error! Missing KEY argument');
    refuseOddFlags(flags);
    const kv = kvClient(await openFromFlags(flags, io));
    if (flags.recurse) {
      await orFail(`Error! Did not delete prefix ${key}`, kv.delete(keyFromText(key), { recurse: true }));
      io.out(`Success! Deleted keys with prefix: ${key}\n`);
      return 0;
    }
    const cas = flags.cas ? { cas: flags['modify-index'] } : {};
    const what = flags.cas ? `Error! Did not delete key ${key}` : `Error deleting key ${key}`;
    if (!(await orFail(what, kv.delete(keyFromText(key), cas)))) throw new CommandFailure(`Error! Did not delete key ${key}: CAS failed`);
    io.out(`Success! Deleted key: ${key}\n`);
    return 0;
  },
});

function refuseOddFlags(flags: { readonly cas: boolean; readonly recurse: boolean; readonly 'modify-index': string }): void {
  const index = flags['modify-index'];
  if (!flags.cas && index !== '0') throw new CommandFailure('Cannot specify -modify-index without -cas!');
  if (flags.cas && index === '0')
    throw new CommandFailure('Cannot delete a key that does not exist. Provide a -modify-index greater than than 0.');
  if (flags.cas && flags.recurse) throw new CommandFailure('Cannot specify both -cas and -recurse!');
}
