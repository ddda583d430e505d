/** gRPC messages in a stream of bytes: one byte 0 (not compressed), four bytes of length, the message. */
import { ProtobufError } from './protobuf.js';

const headBytes = 5;
/** More than servers send in one message; a guard against a wrong server. */
const messageBytesMax = 512 * 1024 * 1024;

export function grpcFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Puts chunks together. A list that is joined once per message: joining at every chunk costs the square of a message's length. */
export class GrpcFrames {
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes of the frame under way with its head; the head alone until that is there. */
  #wanted = headBytes;

  /** The messages that are complete now. @throws ProtobufError */
  *add(chunk: Buffer): Generator<Buffer, void, void> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#wanted) {
      const bytes = Buffer.concat(this.#chunks, this.#length);
      const length = this.#headOf(bytes);
      this.#wanted = headBytes + length;
      this.#chunks = [bytes];
      if (bytes.length < this.#wanted) return;
      yield bytes.subarray(headBytes, this.#wanted);
      this.#chunks = [bytes.subarray(this.#wanted)];
      this.#length = bytes.length - this.#wanted;
      this.#wanted = headBytes;
    }
  }

  #headOf(bytes: Buffer): number {
    if (bytes[0] !== 0) throw new ProtobufError('a compressed message, which was not asked for');
    const length = bytes.readUInt32BE(1);
    if (length > messageBytesMax) throw new ProtobufError(`a message of ${length} bytes`);
    return length;
  }
}
