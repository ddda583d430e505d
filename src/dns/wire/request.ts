/**
 * Reads a question, fast and without trust: what every client sends (one question, perhaps an OPT) costs a few steps, and whatever
 * else comes is refused by the rules of the recorded server, in its order: header first, then the rest.
 */
import { clientSubnetOption, Flag, headerBytes, labelBytesMax, nameBytesMax, Opcode, Rcode, Type, udpBytesMax } from './codes.js';

export interface Request {
  readonly kind: 'request';
  readonly id: number;
  /** Opcode and flags as they came. */
  readonly word: number;
  /** The packet from byte 12 to the end of the question. */
  readonly question: Buffer;
  /** Name and type, in lower case, one character per byte: the same for the same thing asked for. */
  readonly key: string;
  readonly type: number;
  /** null: no OPT. */
  readonly edns: Edns | null;
  /** How many bytes a reply over UDP may have. */
  readonly udpBytes: number;
}

export interface Edns {
  /** As asked for, whatever it is; it is repeated. */
  readonly udpBytes: number;
  /** The option's data with scope 0; null when there was none. RFC 7871 §6. */
  readonly clientSubnet: Buffer | null;
}

/** Refused before it was looked at what is asked. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly id: number;
  readonly word: number;
  readonly rcode: Rcode;
  /** Repeated when it could be read. */
  readonly question: Buffer | null;
}

/** @returns null for what gets no reply: less than a header, and replies */
export function readRequest(packet: Buffer): Request | Refusal | null {
  if (packet.length < headerBytes) return null;
  const id = packet.readUInt16BE(0);
  const word = packet.readUInt16BE(2);
  if (word & Flag.QR) return null;
  const opcode = opcodeOf(word);
  if (opcode !== Opcode.QUERY && opcode !== Opcode.NOTIFY) return { kind: 'refusal', id, word, rcode: Rcode.NOTIMP, question: null };
  const malformed: Refusal = { kind: 'refusal', id, word, rcode: Rcode.FORMERR, question: null };
  const [answers, authorities, additionals] = [packet.readUInt16BE(6), packet.readUInt16BE(8), packet.readUInt16BE(10)];
  if (packet.readUInt16BE(4) !== 1 || answers > 1 || authorities > 1 || additionals > 2) return malformed;
  const nameEnd = skipQuestionName(packet);
  if (nameEnd < 0 || nameEnd + 4 > packet.length) return malformed;
  const records = answers + authorities + additionals;
  const edns = records === 0 ? null : readRecords(packet, nameEnd + 4, records);
  const question = packet.subarray(headerBytes, nameEnd + 4);
  if (edns === malformedRecords) return { ...malformed, question };
  return {
    kind: 'request',
    id,
    word,
    question,
    key: keyOf(packet, nameEnd),
    type: packet.readUInt16BE(nameEnd),
    edns,
    udpBytes: Math.max(edns?.udpBytes ?? 0, udpBytesMax),
  };
}

export function opcodeOf(word: number): number {
  return (word >> 11) & 15;
}

/** @returns where the name ends, -1 when it does not; pointers are refused: nothing but the header lies before the question */
function skipQuestionName(packet: Buffer): number {
  let position = headerBytes;
  for (;;) {
    const length = packet[position];
    if (length === undefined || length > labelBytesMax) return -1;
    position += length + 1;
    if (length === 0) return position - headerBytes <= nameBytesMax ? position : -1;
  }
}

const scratch = Buffer.alloc(nameBytesMax + 2);

function keyOf(packet: Buffer, nameEnd: number): string {
  const length = nameEnd + 2 - headerBytes;
  for (let i = 0; i < length; i++) {
    const byte = packet[headerBytes + i] ?? 0;
    // Length bytes are below 64, so they are never taken for capitals; the two of the type are left alone.
    scratch[i] = byte > 0x40 && byte < 0x5b && i < length - 2 ? byte | 0x20 : byte;
  }
  return scratch.toString('latin1', 0, length);
}

const malformedRecords = { udpBytes: -1, clientSubnet: null };

/** Of two OPT records the last counts. */
function readRecords(packet: Buffer, start: number, count: number): Edns | null {
  let position = start;
  let edns: Edns | null = null;
  for (let i = 0; i < count; i++) {
    const fixed = skipRecordName(packet, position);
    if (fixed < 0 || fixed + 10 > packet.length) return malformedRecords;
    const end = fixed + 10 + packet.readUInt16BE(fixed + 8);
    if (end > packet.length) return malformedRecords;
    if (packet.readUInt16BE(fixed) === Type.OPT) {
      edns = readOpt(packet, fixed, end);
      if (edns === malformedRecords) return edns;
    }
    position = end;
  }
  return edns;
}

function skipRecordName(packet: Buffer, start: number): number {
  let position = start;
  for (;;) {
    const length = packet[position];
    if (length === undefined || position - start > nameBytesMax) return -1;
    if (length >= 0xc0) return position + 2;
    if (length > labelBytesMax) return -1;
    position += length + 1;
    if (length === 0) return position;
  }
}

function readOpt(packet: Buffer, fixed: number, end: number): Edns {
  let clientSubnet: Buffer | null = null;
  let position = fixed + 10;
  while (position < end) {
    if (position + 4 > end) return malformedRecords;
    const data = position + 4;
    const length = packet.readUInt16BE(position + 2);
    if (data + length > end) return malformedRecords;
    if (packet.readUInt16BE(position) === clientSubnetOption) {
      if (!isClientSubnet(packet, data, length)) return malformedRecords;
      clientSubnet = Buffer.from(packet.subarray(data, data + length));
      clientSubnet[3] = 0;
    }
    position = data + length;
  }
  return { udpBytes: packet.readUInt16BE(fixed + 2), clientSubnet };
}

/** RFC 7871 §6: family, source prefix length, scope, and as many bytes of address as the prefix needs. */
function isClientSubnet(packet: Buffer, data: number, length: number): boolean {
  if (length < 4) return false;
  const family = packet.readUInt16BE(data);
  const bits = packet[data + 2] ?? 0;
  const bitsMax = family === 1 ? 32 : family === 2 ? 128 : 0;
  return bits <= bitsMax && length - 4 === Math.ceil(bits / 8);
}
