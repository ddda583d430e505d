/** `mesh kv get`. */
import { kvClient } from '../../../client/kv.js';
import { keyFromText, keyToText } from '../../../model/kv-key.js';
import type { KvEntry } from '../../../model/records.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand, type Io } from '../../command.js';
import { orFail, statusOnly } from '../../failures.js';
import { detailed, shownValue } from './entry-text.js';
import { optionalKey } from './key-argument.js';

const failed = 'Error querying Mesh agent';

export const command = defineCommand({
  usage: 'mesh kv get [options] [KEY_OR_PREFIX]',
  about: 'Prints the value of a key, or with -recurse every key that begins with a prefix. A key that does not exist is an error.',
  flags: {
    base64: { kind: 'bool', about: 'print values as base64' },
    detailed: { kind: 'bool', about: 'print every field of an entry' },
    keys: { kind: 'bool', about: 'print names only' },
    recurse: { kind: 'bool', about: 'print everything below the prefix' },
    separator: { kind: 'string', fallback: '/', about: 'with -keys, names are cut after the first of these behind the prefix' },
    ...clientFlags,
    ...serverFlags,
    ...namespaceFlags,
  },
  async run({ flags, words }, io) {
    const name = optionalKey(words);
    if (name === '' && !flags.recurse && !flags.keys) throw new CommandFailure('Error! Missing KEY argument');
    const kv = kvClient(await openFromFlags(flags, io));
    const key = keyFromText(name);
    if (flags.keys) {
      const { value } = await orFail(failed, kv.keys(key, { separator: flags.separator }), statusOnly);
      io.out(value.map((found) => `${keyToText(found)}\n`).join(''));
    } else if (flags.recurse) {
      const { value } = await orFail(failed, kv.list(key), statusOnly);
      printAll(value, flags, io);
    } else {
      const { value } = await orFail(failed, kv.get(key), statusOnly);
      if (!value) throw new CommandFailure(`Error! No key exists at: ${name}`);
      printOne(value, flags, io);
    }
    return 0;
  },
});

interface Layout {
  readonly base64: boolean;
  readonly detailed: boolean;
}

function printAll(entries: readonly KvEntry[], { base64, detailed: all }: Layout, io: Io): void {
  const shown = all
    ? entries.flatMap((entry, position) => [...(position > 0 ? [lineFeed] : []), detailed(entry, base64)])
    : entries.flatMap((entry) => [Buffer.from(`${keyToText(entry.Key)}:`), shownValue(entry, base64), lineFeed]);
  io.out(Buffer.concat(shown));
}

function printOne(entry: KvEntry, { base64, detailed: all }: Layout, io: Io): void {
  io.out(all ? detailed(entry, base64) : Buffer.concat([shownValue(entry, base64), lineFeed]));
}

const lineFeed = Buffer.from('\n');
