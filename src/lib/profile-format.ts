/**
 * Profiles of V8 in the form that `go tool pprof` and its like read: the message Profile of
 * https://github.com/google/pprof/blob/main/proto/profile.proto, gzipped. Numbers of fields stand beside what they hold.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A place in the code; the caller is told by `parent`. */
export interface ProfileNode {
  readonly functionName: string;
  readonly file: string;
  /** From 1; 0 when unknown. */
  readonly line: number;
  readonly parent: ProfileNode | null;
}

export interface ProfileSample {
  readonly node: ProfileNode;
  /** One for each kind of value. */
  readonly values: readonly number[];
}

export interface ProfileData {
  /** `['samples', 'count']`, `['cpu', 'nanoseconds']` */
  readonly kinds: readonly (readonly [kind: string, unit: string])[];
  readonly samples: readonly ProfileSample[];
  /** Wall-clock milliseconds. */
  readonly startedAtMs: number;
  readonly durationMs: number;
}

const compress = promisify(gzip);

export function encodeProfile(data: ProfileData): Promise<Buffer> {
  const texts = new Table<string>((text) => text);
  texts.id(''); // number 0 has to be the empty text
  const functions = new Table<ProfileNode>((node) => `${node.functionName}\0${node.file}`);
  const locations = new Table<ProfileNode>((node) => `${node.functionName}\0${node.file}\0${node.line}`);
  const message = new Message();
  for (const [kind, unit] of data.kinds) message.part(1, new Message().number(1, texts.id(kind)).number(2, texts.id(unit)));
  for (const { node, values } of data.samples) {
    const stack: number[] = [];
    for (let at: ProfileNode | null = node; at; at = at.parent) stack.push(locations.id(at) + 1);
    message.part(2, new Message().numbers(1, stack).numbers(2, values));
  }
  for (const node of locations.values) {
    const line = new Message().number(1, functions.id(node) + 1).number(2, node.line);
    message.part(4, new Message().number(1, locations.id(node) + 1).part(4, line));
  }
  for (const node of functions.values) {
    const name = texts.id(node.functionName);
    message.part(
      5,
      new Message()
        .number(1, functions.id(node) + 1)
        .number(2, name)
        .number(3, name)
        .number(4, texts.id(node.file)),
    );
  }
  for (const text of texts.values) message.bytes(6, Buffer.from(text));
  message.number(9, data.startedAtMs * 1e6).number(10, data.durationMs * 1e6);
  return compress(message.encoded());
}

/** Gives each different thing a number, from 0, in the order of their coming. */
class Table<T> {
  readonly values: T[] = [];
  private readonly ids = new Map<string, number>();
  private readonly keyOf: (value: T) => string;

  constructor(keyOf: (value: T) => string) {
    this.keyOf = keyOf;
  }

  id(value: T): number {
    const key = this.keyOf(value);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.values.length);
    this.values.push(value);
    return this.values.length - 1;
  }
}

/** A protobuf message: https://protobuf.dev/programming-guides/encoding/ */
class Message {
  private readonly chunks: Buffer[] = [];

  number(field: number, value: number): this {
    this.chunks.push(varint(field * 8), varint(value));
    return this;
  }

  numbers(field: number, values: readonly number[]): this {
    return this.bytes(field, Buffer.concat(values.map(varint)));
  }

  part(field: number, message: Message): this {
    return this.bytes(field, message.encoded());
  }

  bytes(field: number, bytes: Buffer): this {
    this.chunks.push(varint(field * 8 + 2), varint(bytes.length), bytes);
    return this;
  }

  encoded(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

/** Not negative; nanoseconds of today's clock are beyond 2^53 and lose the last few hundred. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(Math.max(0, Math.round(value)));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
