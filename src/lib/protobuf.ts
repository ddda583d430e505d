/**
 * The wire format of protocol buffers, without schemas: a message is a list of numbered fields. Enough for clients of a few calls.
 * Format: https://protobuf.dev/programming-guides/encoding/ (varints, groups left out as nobody sends them).
 */

/** Text is UTF-8. Whole numbers are varints as `int64`, `uint64`, `bool` and enumerations are. */
export type ProtobufValue = Uint8Array | string | number | bigint | boolean;

export interface ProtobufField {
  /** The number the schema gives it. */
  readonly number: number;
  /** bigint of a varint or a fixed number (unsigned), otherwise the bytes. */
  readonly value: bigint | Buffer;
}

export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** A message; fields left undefined are not sent. Zero values are: in a `oneof` they say which member is meant. */
export function encodeMessage(fields: readonly (readonly [number: number, value: ProtobufValue | undefined])[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === 'string' || value instanceof Uint8Array) {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
      parts.push(varint(BigInt(number) * 8n + 2n), varint(BigInt(bytes.length)), bytes);
    } else parts.push(varint(BigInt(number) * 8n), varint(BigInt(value)));
  }
  return Buffer.concat(parts);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  // Negative numbers are their 64 bits.
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    if (rest < 0x80n) return Uint8Array.of(...bytes, Number(rest));
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}

/** Every field of a message in its order; bytes are views of `message`. @throws ProtobufError */
export function* decodeMessage(message: Buffer): Generator<ProtobufField, void, void> {
  const reader = new Reader(message);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    yield { number: tag >>> 3, value: reader.value(tag & 7) };
  }
}

class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  varint(): bigint {
    let [low, shift] = [0, 0];
    // Most numbers are small: bigints only where they are needed.
    for (; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (; shift < 70; shift += 7) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('a number is longer than 64 bits');
  }

  value(wireType: number): bigint | Buffer {
    switch (wireType) {
      case 0:
        return this.varint();
      case 1:
        return this.#take(8).readBigUInt64LE();
      case 2:
        return this.#take(Number(this.varint()));
      case 5:
        return BigInt(this.#take(4).readUInt32LE());
      default:
        throw new ProtobufError(`unknown wire type ${wireType}`);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw new ProtobufError('the message ends in the middle of a number');
    return byte;
  }

  #take(length: number): Buffer {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new ProtobufError('the message ends in the middle of a field');
    const bytes = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return bytes;
  }
}
