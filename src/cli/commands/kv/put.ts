/** `mesh kv put`. */
import { kvClient } from '../../../client/kv.js';
import { keyFromText } from '../../../model/kv-key.js';
import { dataFrom } from '../../arguments.js';
import { decodeBase64 } from '../../base64.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand, type Io } from '../../command.js';
import { orFail } from '../../failures.js';

const failed = 'Error! Failed writing data';

export const command = defineCommand({
  usage: 'mesh kv put [options] KEY [DATA]',
  about: 'Writes a key. DATA is the value; "@file" takes it from a file, "-" from standard input; without it the value is empty.',
  flags: {
    acquire: { kind: 'bool', about: 'take the lock on the key for -session; creates the key' },
    base64: { kind: 'bool', about: 'DATA is base64' },
    cas: { kind: 'bool', about: 'write only if the key was last changed at -modify-index; 0 means only create' },
    flags: { kind: 'uint64', about: 'number to store beside the value' },
    'modify-index': { kind: 'uint64', about: 'index to compare with -cas' },
    release: { kind: 'bool', about: 'give back the lock that -session holds' },
    session: { kind: 'string', about: 'session for -acquire and -release' },
    ...clientFlags,
    ...serverFlags,
    ...namespaceFlags,
  },
  async run({ flags, words }, io) {
    const [key, word] = keyAndData(words);
    if ((flags.acquire || flags.release) && flags.session === '')
      throw new CommandFailure('Error! Missing -session (required with -acquire and -release)');
    const value = decodedValue(await dataFrom(word, io, 'Error! '), flags.base64, io);
    if (key.startsWith('/')) throw new CommandFailure(`${failed}: Invalid key. Key must not begin with a '/': ${key}`);
    const kv = kvClient(await openFromFlags(flags, io));
    const done = await orFail(
      failed,
      kv.put(keyFromText(key), value, {
        flags: flags.flags,
        ...(flags.cas ? { cas: flags['modify-index'] } : {}),
        ...(flags.acquire ? { acquire: flags.session } : {}),
        ...(flags.release && !flags.acquire ? { release: flags.session } : {}),
      }),
    );
    if (!done) throw new CommandFailure(refusal(key, flags));
    io.out(`${success(key, flags)}\n`);
    return 0;
  },
});

function keyAndData(words: readonly string[]): readonly [string, string] {
  const [key, data = ''] = words;
  if (key === undefined) throw new CommandFailure('Error! Missing KEY argument');
  if (words.length > 2) throw new CommandFailure(`Error! Too many arguments (expected 1 or 2, got ${words.length})`);
  return [key, data];
}

/** Consul says that the data is no base64 and stores nothing in its place; so do we. */
function decodedValue(data: Buffer, base64: boolean, io: Io): Uint8Array {
  if (!base64) return data;
  const decoded = decodeBase64(data.toString('latin1'));
  if (Buffer.isBuffer(decoded)) return decoded;
  io.err(`Error! Cannot base 64 decode data: ${decoded.fault}\n`);
  return Buffer.alloc(0);
}

interface Mode {
  readonly acquire: boolean;
  readonly release: boolean;
  readonly cas: boolean;
  readonly 'modify-index': string;
}

function refusal(key: string, flags: Mode): string {
  if (flags.cas && !flags.acquire && !flags.release) {
    const why = flags['modify-index'] === '0' ? 'CAS performed with index=0 and key already exists.' : 'CAS failed';
    return `Error! Did not write to ${key}: ${why}`;
  }
  if (flags.acquire) return 'Error! Did not acquire lock';
  return flags.release ? 'Error! Did not release lock' : `Error! Did not write to ${key}`;
}

function success(key: string, flags: Mode): string {
  if (flags.acquire) return `Success! Lock acquired on: ${key}`;
  return flags.release ? `Success! Lock released on: ${key}` : `Success! Data written to: ${key}`;
}
