/** HEX.addr: the address is in the name, and is answered whatever type is asked for. */
import type { Asked } from '../asked.js';
import type { Context } from '../context.js';
import { nameError, type Reply, replyWith } from '../reply.js';
import { addressRecord } from './instances.js';

/** Lengths that are taken for an address: rounded down, as an odd digit is then found to be none. */
const addressLengths = new Set([8, 9, 32, 33]);

export function addressReply(context: Context, { digits, owner }: Asked & { kind: 'address' }): Reply {
  if (!addressLengths.has(digits.length)) return replyWith({});
  if (digits.length % 2 !== 0 || !/^[0-9a-f]+$/.test(digits)) return nameError(context);
  const address = Uint8Array.from(Buffer.from(digits, 'hex'));
  return replyWith({ answers: [addressRecord(`${owner}.${context.settings.domain}`, context.nodeTtl, address)] });
}
