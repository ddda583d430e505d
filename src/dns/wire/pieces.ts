/**
 * The quick way to an answer that is chosen from many records: every record is encoded once, and a reply is a header, the question, and
 * copies of the pieces that were drawn. Owners of answers point at the question, owners of address records at the target of the SRV they
 * belong to. Replies come out as `encodeMessage` would write them, but for names of TXT owners that are written out.
 */
import type { Random } from '../../lib/random.js';
import { classIn, headerBytes } from './codes.js';
import { optBytes, writeOpt } from './encoder.js';
import { nameBytes } from './name.js';
import { type DnsRecord, typeOf } from './record.js';
import type { Request } from './request.js';

export interface PieceChoice {
  readonly answer: DnsRecord;
  readonly extras: readonly DnsRecord[];
}

interface Extra {
  readonly bytes: Uint8Array;
  /** Its first two bytes are to become a pointer at the target. */
  readonly pointsAtTarget: boolean;
  /** How much longer with its owner written out. */
  readonly spare: number;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly extras: readonly Extra[];
  /** With the first extra alone, and with all. */
  readonly leastBytes: number;
  readonly wholeBytes: number;
  /** How much longer these are with owners written out, but for the answer's own. */
  readonly leastSpare: number;
  readonly wholeSpare: number;
}

export interface Drawn {
  /** As if there were no more than these (`a_record_limit`): leaving out the rest is no truncation. */
  readonly choicesMax: number;
  /** How many answers there may be. */
  readonly countMax: number;
  /** Of the message without OPT. */
  readonly bytesMax: number;
  /** Whether owners count as pointers, or as written out. */
  readonly compressed: boolean;
}

/** From the start of an SRV record (its owner being a pointer) to its target. */
const targetOffset = 18;
/** Pointers reach no further. */
const pointerMax = 0x3fff;
const questionPointer = 0xc000 | headerBytes;

export class Pieces {
  private readonly pieces: readonly Piece[];
  /** Always some order of all; each draw shuffles its front on. */
  private readonly order: Uint32Array;
  /** What `draw` found. */
  private count = 0;
  private isWhole = true;

  /** @returns null when a name cannot be written, or pointers might not reach: then it takes the long way */
  static from(choices: readonly PieceChoice[]): Pieces | null {
    const pieces = choices.map(pieceOf).filter((piece) => piece !== null);
    const bytes = pieces.reduce((sum, piece) => sum + piece.wholeBytes, 0);
    return pieces.length === choices.length && bytes < pointerMax - 1024 ? new Pieces(pieces) : null;
  }

  private constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
    this.order = Uint32Array.from(pieces, (_, i) => i);
  }

  /**
   * Chooses at random which answers there will be.
   *
   * @returns whether some had to be left out
   */
  draw(request: Request, { choicesMax, countMax, bytesMax, compressed }: Drawn, random: Random): boolean {
    const total = Math.min(this.pieces.length, choicesMax);
    const count = Math.min(countMax, total);
    this.shuffle(count, random);
    const base = headerBytes + request.question.length;
    // With its owner written out an answer is longer by the name of the question, less the pointer: 4 are type and class.
    const ownSpare = compressed ? 0 : request.question.length - 6;
    this.isWhole = count === total && (count === 1 || base + this.bytesOf(count, true, compressed, ownSpare) <= bytesMax);
    const least = count < total ? count : total - 1;
    this.count = this.isWhole ? count : this.fitting(least, bytesMax - base, compressed, ownSpare);
    return !this.isWhole;
  }

  /** The reply to what was drawn last. */
  write(request: Request, word: number): Buffer {
    const { question, edns } = request;
    let length = headerBytes + question.length + optBytes(edns);
    for (let i = 0; i < this.count; i++) {
      const piece = this.at(i);
      length += this.isWhole ? piece.wholeBytes : piece.leastBytes;
    }
    const buffer = Buffer.allocUnsafe(length);
    copy(question, buffer, headerBytes);
    const extras = this.writeRecords(buffer, headerBytes + question.length);
    if (edns) writeOpt(buffer, length - optBytes(edns), edns);
    writeHeader(buffer, request.id, word, this.count, extras + (edns ? 1 : 0));
    return buffer;
  }

  /** @returns how many there are in additional */
  private writeRecords(buffer: Buffer, start: number): number {
    let answerAt = start;
    let extraAt = start;
    for (let i = 0; i < this.count; i++) extraAt += this.at(i).bytes.length;
    let written = 0;
    for (let i = 0; i < this.count; i++) {
      const { bytes, extras } = this.at(i);
      copy(bytes, buffer, answerAt);
      const extrasWanted = this.isWhole ? extras.length : Math.min(extras.length, 1);
      for (let e = 0; e < extrasWanted; e++) {
        const extra = extras[e];
        if (!extra) break;
        copy(extra.bytes, buffer, extraAt);
        if (extra.pointsAtTarget) {
          const target = answerAt + targetOffset;
          buffer[extraAt] = 0xc0 | (target >> 8);
          buffer[extraAt + 1] = target & 0xff;
        }
        extraAt += extra.bytes.length;
        written++;
      }
      answerAt += bytes.length;
    }
    return written;
  }

  private bytesOf(count: number, whole: boolean, compressed: boolean, ownSpare: number): number {
    let bytes = count * ownSpare;
    for (let i = 0; i < count; i++) {
      const piece = this.at(i);
      bytes += whole ? piece.wholeBytes : piece.leastBytes;
      if (!compressed) bytes += whole ? piece.wholeSpare : piece.leastSpare;
    }
    return bytes;
  }

  /** At least one, whatever its size. */
  private fitting(count: number, bytesMax: number, compressed: boolean, ownSpare: number): number {
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      const piece = this.at(i);
      bytes += piece.leastBytes + ownSpare + (compressed ? 0 : piece.leastSpare);
      if (bytes > bytesMax && i > 0) return i;
    }
    return count;
  }

  private shuffle(count: number, random: Random): void {
    const { order } = this;
    for (let i = 0; i < count; i++) {
      const j = i + Math.floor(random() * (order.length - i));
      const drawn = order[j] ?? 0;
      order[j] = order[i] ?? 0;
      order[i] = drawn;
    }
  }

  private at(i: number): Piece {
    return this.pieces[this.order[i] ?? 0] ?? none;
  }
}

const none: Piece = { bytes: new Uint8Array(), extras: [], leastBytes: 0, wholeBytes: 0, leastSpare: 0, wholeSpare: 0 };

function pieceOf({ answer, extras }: PieceChoice): Piece | null {
  const bytes = answerBytes(answer);
  const target = answer.data.kind === 'SRV' ? answer.data.target : null;
  const written = extras.map((extra) => extraOf(extra, target)).filter((extra) => extra !== null);
  if (!bytes || written.length < extras.length) return null;
  const sum = (parts: readonly Extra[], of: (extra: Extra) => number) => parts.reduce((total, extra) => total + of(extra), 0);
  const least = written.slice(0, 1);
  return {
    bytes,
    extras: written,
    leastBytes: bytes.length + sum(least, (extra) => extra.bytes.length),
    wholeBytes: bytes.length + sum(written, (extra) => extra.bytes.length),
    leastSpare: sum(least, (extra) => extra.spare),
    wholeSpare: sum(written, (extra) => extra.spare),
  };
}

function answerBytes(record: DnsRecord): Uint8Array | null {
  return recordBytes(Uint8Array.of(questionPointer >> 8, questionPointer & 0xff), record);
}

function extraOf(record: DnsRecord, target: string | null): Extra | null {
  const owner = nameBytes(record.owner);
  const pointsAtTarget = record.owner === target;
  const bytes = owner && recordBytes(pointsAtTarget ? new Uint8Array(2) : owner, record);
  return bytes && { bytes, pointsAtTarget, spare: pointsAtTarget ? owner.length - 2 : 0 };
}

function recordBytes(owner: Uint8Array, { ttl, data }: DnsRecord): Uint8Array | null {
  const rest = dataBytes(data);
  if (!rest) return null;
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(typeOf(data), 0);
  fixed.writeUInt16BE(classIn, 2);
  fixed.writeUInt32BE(ttl, 4);
  fixed.writeUInt16BE(rest.length, 8);
  return Buffer.concat([owner, fixed, rest]);
}

function dataBytes(data: DnsRecord['data']): Uint8Array | null {
  if (data.kind === 'address') return data.address;
  if (data.kind === 'TXT') return Buffer.concat(data.strings.flatMap((text) => [Uint8Array.of(text.length), text]));
  if (data.kind !== 'SRV') return null;
  const target = nameBytes(data.target);
  if (!target) return null;
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(data.priority, 0);
  numbers.writeUInt16BE(data.weight, 2);
  numbers.writeUInt16BE(data.port, 4);
  return Buffer.concat([numbers, target]);
}

function writeHeader(buffer: Buffer, id: number, word: number, answers: number, additional: number): void {
  buffer[0] = id >> 8;
  buffer[1] = id & 0xff;
  buffer[2] = word >> 8;
  buffer[3] = word & 0xff;
  buffer[4] = 0;
  buffer[5] = 1;
  buffer[6] = answers >> 8;
  buffer[7] = answers & 0xff;
  buffer[8] = 0;
  buffer[9] = 0;
  buffer[10] = additional >> 8;
  buffer[11] = additional & 0xff;
}

/** For the few dozen bytes of a record a loop is quicker than a call into native code. */
function copy(from: Uint8Array, to: Uint8Array, at: number): void {
  if (from.length > 96) {
    to.set(from, at);
    return;
  }
  for (let i = 0; i < from.length; i++) to[at + i] = from[i] ?? 0;
}
