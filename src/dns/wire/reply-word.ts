/** The flags of a reply, from those of its question. */
import { Flag, headerBytes, Opcode, type Rcode } from './codes.js';
import { opcodeOf, type Refusal } from './request.js';

export interface ReplyFlags {
  readonly isAuthoritative: boolean;
  readonly isTruncated: boolean;
  readonly recursionAvailable: boolean;
}

/** RD and CD come back as asked for, except for NOTIFY; all others of the question are dropped. */
export function replyWord(asked: number, rcode: Rcode, flags: ReplyFlags): number {
  const kept = opcodeOf(asked) === Opcode.NOTIFY ? 0x7800 : 0x7800 | Flag.RD | Flag.CD;
  let word = Flag.QR | (asked & kept) | rcode;
  if (flags.isAuthoritative) word |= Flag.AA;
  if (flags.isTruncated) word |= Flag.TC;
  if (flags.recursionAvailable) word |= Flag.RA;
  return word;
}

/** A header, and the question when it could be read. */
export function refusalBytes({ id, word, rcode, question }: Refusal): Buffer {
  const bytes = Buffer.alloc(headerBytes + (question?.length ?? 0));
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt16BE(Flag.QR | (word & (0x7800 | Flag.RD)) | rcode, 2);
  bytes.writeUInt16BE(question ? 1 : 0, 4);
  if (question) bytes.set(question, headerBytes);
  return bytes;
}
