/** `mesh kv import`. */
import { quoteLargeFlags } from '../../../client/json.js';
import { kvClient } from '../../../client/kv.js';
import { keyFromText } from '../../../model/kv-key.js';
import { atMost, dataFrom } from '../../arguments.js';
import { decodeBase64 } from '../../base64.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';

export const command = defineCommand({
  usage: 'mesh kv import [options] DATA',
  about: 'Writes the keys that "mesh kv export" printed. DATA is the JSON; "@file" takes it from a file, "-" from standard input.',
  flags: {
    prefix: { kind: 'string', about: 'put before every key, with a slash between' },
    ...clientFlags,
    ...serverFlags,
    ...namespaceFlags,
  },
  async run({ flags, words }, io) {
    const [word] = words;
    if (word === undefined || word === '') throw new CommandFailure('Error! Missing DATA argument');
    atMost(1, words, 'Error! ');
    const entries = decodeEntries((await dataFrom(word, io, 'Error! ')).toString('utf8'));
    const kv = kvClient(await openFromFlags(flags, io));
    for (const { key, flags: number, value } of entries) {
      const bytes = decodeBase64(value);
      if (!Buffer.isBuffer(bytes)) throw new CommandFailure(`Error base 64 decoding value for key ${key}: ${bytes.fault}`);
      const target = joined(flags.prefix, key);
      await orFail(`Error! Failed writing data for key ${target}`, kv.put(keyFromText(target), bytes, { flags: number }));
      io.out(`Imported: ${target}\n`);
    }
    return 0;
  },
});

interface Exported {
  readonly key: string;
  readonly flags: string;
  /** Base64. */
  readonly value: string;
}

function decodeEntries(json: string): readonly Exported[] {
  const parsed = parse(json);
  if (!Array.isArray(parsed)) throw new CommandFailure('Cannot unmarshal data: a list of entries was expected');
  return parsed.map((entry: unknown) => {
    const members: Record<string, unknown> = Object(entry);
    const { key = '', flags = 0, value = '' } = members;
    if (typeof key !== 'string' || typeof value !== 'string' || !/^\d+$/.test(String(flags)))
      throw new CommandFailure(
        `Cannot unmarshal data: an entry holds "key" and "value" as strings and "flags" as a number, not ${JSON.stringify(entry)}`,
      );
    return { key, flags: String(flags), value };
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(quoteLargeFlags(json));
  } catch (error) {
    throw new CommandFailure(`Cannot unmarshal data: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** As Go's path.Join puts two parts together, but for the parts' own dots, which are plain bytes in a key. */
function joined(prefix: string, key: string): string {
  if (prefix === '') return key;
  return `${prefix.replace(/\/+$/, '')}/${key.replace(/^\/+/, '')}`;
}
