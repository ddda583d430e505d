/**
 * Writes messages. Names are compressed by pointing at names written before (RFC 1035 §4.1.4), letter for letter, so that their case stays;
 * the target of an SRV is written out (RFC 2782) but may be pointed at.
 */
import { classIn, clientSubnetOption, headerBytes, messageBytesMax, nameBytesMax, Type } from './codes.js';
import { nameBytes } from './name.js';
import { type DnsRecord, type RecordData, typeOf } from './record.js';
import type { Edns } from './request.js';

export interface Message {
  readonly id: number;
  /** Opcode, flags and rcode. */
  readonly word: number;
  /** The bytes of the question section, repeated as they came; null for none. */
  readonly question: Uint8Array | null;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  readonly edns: Edns | null;
}

/** Pointers have 14 bits. */
const pointerMax = 0x3fff;
/** Larger than any message: a record is written before it is known whether it fits. */
const output = Buffer.allocUnsafe(2 * messageBytesMax + 4096);

/** Records whose names cannot be written (a node called "a..b") are left out, and so is what does not fit 64 KiB. */
export function encodeMessage(message: Message, compress: boolean): Buffer {
  const writer = new Writer(compress);
  writer.header(message);
  const counts = [message.answers, message.authority, message.additional].map((section) => writer.section(section));
  const opt = message.edns ? writer.opt(message.edns) : 0;
  return writer.finish(counts, opt);
}

/** How long the message would be; Infinity when it does not fit 64 KiB. */
export function messageBytes(message: Message, compress: boolean): number {
  const writer = new Writer(compress);
  writer.header(message);
  for (const section of [message.answers, message.authority, message.additional]) writer.section(section);
  return writer.isFull ? Number.POSITIVE_INFINITY : writer.bytesWritten + optBytes(message.edns);
}

/** How long an OPT record with this is. */
export function optBytes(edns: Edns | null): number {
  return edns ? 11 + (edns.clientSubnet ? 4 + edns.clientSubnet.length : 0) : 0;
}

/** RFC 6891 §6.1: the size asked for, no extended rcode, version 0, no DO. */
export function writeOpt(buffer: Buffer, start: number, edns: Edns): number {
  let position = start;
  buffer[position] = 0;
  position = buffer.writeUInt16BE(Type.OPT, position + 1);
  position = buffer.writeUInt16BE(edns.udpBytes, position);
  position = buffer.writeUInt32BE(0, position);
  position = buffer.writeUInt16BE(optBytes(edns) - 11, position);
  if (!edns.clientSubnet) return position;
  position = buffer.writeUInt16BE(clientSubnetOption, position);
  position = buffer.writeUInt16BE(edns.clientSubnet.length, position);
  return position + edns.clientSubnet.copy(buffer, position);
}

class Writer {
  /** Set when a record did not fit. */
  isFull = false;
  private position = headerBytes;
  /** Where names, and their ends, were written: by their bytes. */
  private readonly names = new Map<string, number>();
  private readonly compress: boolean;

  constructor(compress: boolean) {
    this.compress = compress;
  }

  get bytesWritten(): number {
    return this.position;
  }

  header({ id, word, question }: Message): void {
    output.writeUInt16BE(id, 0);
    output.writeUInt16BE(word, 2);
    output.writeUInt16BE(question ? 1 : 0, 4);
    if (!question) return;
    output.set(question, headerBytes);
    this.remember(output.subarray(headerBytes, headerBytes + question.length - 4), headerBytes);
    this.position = headerBytes + question.length;
  }

  section(records: readonly DnsRecord[]): number {
    let written = 0;
    for (const record of records) {
      if (this.isFull) break;
      const start = this.position;
      const isRecord = this.record(record);
      this.isFull = this.position > messageBytesMax;
      if (isRecord && !this.isFull) written++;
      else this.position = start;
    }
    return written;
  }

  opt(edns: Edns): number {
    if (this.position + optBytes(edns) > messageBytesMax) return 0;
    this.position = writeOpt(output, this.position, edns);
    return 1;
  }

  finish(counts: readonly number[], opt: number): Buffer {
    const [answers = 0, authority = 0, additional = 0] = counts;
    output.writeUInt16BE(answers, 6);
    output.writeUInt16BE(authority, 8);
    output.writeUInt16BE(additional + opt, 10);
    return Buffer.from(output.subarray(0, this.position));
  }

  private record({ owner, ttl, data }: DnsRecord): boolean {
    if (!this.name(owner, true)) return false;
    this.uint16(typeOf(data));
    this.uint16(classIn);
    this.position = output.writeUInt32BE(ttl, this.position);
    const lengthAt = this.position;
    this.position += 2;
    if (!this.data(data)) return false;
    output.writeUInt16BE(this.position - lengthAt - 2, lengthAt);
    return true;
  }

  private data(data: RecordData): boolean {
    switch (data.kind) {
      case 'address':
        this.bytes(data.address);
        return true;
      case 'name':
        return this.name(data.target, true);
      case 'SRV':
        this.uint16(data.priority);
        this.uint16(data.weight);
        this.uint16(data.port);
        return this.name(data.target, false);
      case 'TXT':
        for (const text of data.strings) {
          output[this.position++] = text.length;
          this.bytes(text);
        }
        return true;
      case 'SOA': {
        const { serial, refresh, retry, expire, minTtl } = data.numbers;
        if (!this.name(data.nameServer, true) || !this.name(data.mailbox, true)) return false;
        for (const number of [serial, refresh, retry, expire, minTtl]) this.position = output.writeUInt32BE(number, this.position);
        return true;
      }
    }
  }

  private name(text: string, mayPoint: boolean): boolean {
    const bytes = nameBytes(text);
    if (!bytes || this.position > messageBytesMax) return false;
    const start = this.position;
    const known = mayPoint ? this.longestKnown(bytes) : null;
    if (known) {
      this.bytes(bytes.subarray(0, known.at));
      this.uint16(0xc000 | known.pointer);
    } else this.bytes(bytes);
    this.remember(bytes, start, known?.at);
    return true;
  }

  /** The longest end of the name that was written before. */
  private longestKnown(bytes: Uint8Array): { readonly at: number; readonly pointer: number } | null {
    if (!this.compress) return null;
    for (let at = 0; (bytes[at] ?? 0) !== 0; at += (bytes[at] ?? 0) + 1) {
      const pointer = this.names.get(suffixKey(bytes, at));
      if (pointer !== undefined) return { at, pointer };
    }
    return null;
  }

  /** Every end of the name that begins before `until` can be pointed at from now on. */
  private remember(bytes: Uint8Array, start: number, until = bytes.length): void {
    for (let at = 0; at < until && (bytes[at] ?? 0) !== 0 && start + at <= pointerMax; at += (bytes[at] ?? 0) + 1) {
      const key = suffixKey(bytes, at);
      if (!this.names.has(key)) this.names.set(key, start + at);
    }
  }

  private uint16(value: number): void {
    this.position = output.writeUInt16BE(value, this.position);
  }

  private bytes(bytes: Uint8Array): void {
    output.set(bytes, this.position);
    this.position += bytes.length;
  }
}

function suffixKey(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(bytes.length - at, nameBytesMax)).toString('latin1');
}
