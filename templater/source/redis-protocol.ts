/** RESP 2, what redis speaks: https://redis.io/docs/latest/develop/reference/protocol-spec. Commands out, replies in; bytes, not text. */

export type RedisReply = Buffer | number | null | RedisRefusal | readonly RedisReply[];

/** An error reply: "WRONGPASS invalid username-password pair". It answers one command; the connection goes on. */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal';

  /** "NOAUTH", "LOADING", … */
  get code(): string {
    return this.message.split(' ', 1)[0] ?? '';
  }
}

/** What came is not RESP. */
export class RedisProtocolError extends Error {
  override readonly name = 'RedisProtocolError';
}

export function encodeCommand(words: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = typeof word === 'string' ? Buffer.from(word, 'utf8') : word;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, lineEnd);
  }
  return Buffer.concat(parts);
}

const lineEnd = Buffer.from('\r\n');
/** Redis itself takes values up to 512 MB. */
const replyBytesMax = 1024 * 1024 * 1024;
const nestingMax = 16;

/** Puts chunks together to replies. */
export class ReplyReader {
  #chunks: Buffer[] = [];
  #length = 0;
  /** Reading again makes no sense before there is so much: a long value would be looked through at every chunk. */
  #wanted = 0;

  /** The replies that are complete now. @throws RedisProtocolError */
  add(chunk: Buffer): readonly RedisReply[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > replyBytesMax) throw new RedisProtocolError('a reply without end');
    if (this.#length < this.#wanted) return [];
    const bytes = Buffer.concat(this.#chunks, this.#length);
    const replies: RedisReply[] = [];
    let position = 0;
    for (;;) {
      const parse = new Parse(bytes, position);
      const reply = parse.reply(0);
      if (reply === undefined) {
        this.#wanted = parse.wanted - position;
        break;
      }
      replies.push(reply);
      position = parse.position;
    }
    const rest = bytes.subarray(position);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return replies;
  }
}

/** One reply from a place in the bytes on; undefined when they end before it does. */
class Parse {
  readonly #bytes: Buffer;
  position: number;
  /** At least so many bytes are needed. */
  wanted = 0;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  reply(depth: number): RedisReply | undefined {
    const line = this.#line();
    if (line === undefined) return undefined;
    const text = line.toString('utf8', 1);
    switch (line[0]) {
      case 0x2b: // +
        return line.subarray(1);
      case 0x2d: // -
        return new RedisRefusal(text);
      case 0x3a: // :
        return numberIn(text);
      case 0x24: // $
        return this.#bulk(numberIn(text));
      case 0x2a: // *
        if (depth >= nestingMax) throw new RedisProtocolError('the reply is nested too deep');
        return this.#list(numberIn(text), depth);
      default:
        throw new RedisProtocolError(`this is no redis server: ${JSON.stringify(line.toString('latin1', 0, 40))}`);
    }
  }

  #line(): Buffer | undefined {
    const end = this.#bytes.indexOf(lineEnd, this.position, 'latin1');
    if (end < 0) return undefined;
    const line = this.#bytes.subarray(this.position, end);
    this.position = end + lineEnd.length;
    return line;
  }

  #bulk(length: number): RedisReply | undefined {
    if (length < 0) return null;
    const [start, end] = [this.position, this.position + length];
    this.wanted = end + lineEnd.length;
    if (this.wanted > this.#bytes.length) return undefined;
    this.position = this.wanted;
    return this.#bytes.subarray(start, end);
  }

  #list(length: number, depth: number): RedisReply | undefined {
    if (length < 0) return null;
    const replies: RedisReply[] = [];
    while (replies.length < length) {
      const reply = this.reply(depth + 1);
      if (reply === undefined) return undefined;
      replies.push(reply);
    }
    return replies;
  }
}

function numberIn(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new RedisProtocolError(`not a number: ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}
