/**
 * A body that is made once and sent many times. An answer that has not changed is the same object (see Backend), so its bytes are kept
 * by that object's identity: one look-up, one write.
 */
import { gzip } from 'node:zlib';
import { indentJson } from './json.js';

export class Encoded {
  readonly body: Buffer;
  /** The length in bytes as the header shows it. */
  readonly contentLength: string;
  private gzipped: Buffer | null = null;
  private indented: Encoded | null = null;

  constructor(body: string | Buffer) {
    this.body = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
    this.contentLength = String(this.body.length);
  }

  /** Of JSON only. */
  pretty(): Encoded {
    this.indented ??= new Encoded(indentJson(this.body.toString()));
    return this.indented;
  }

  /** Off the main thread, the first time; null when it could not be done. */
  gzip(done: (compressed: Buffer | null) => void) {
    if (this.gzipped !== null) return done(this.gzipped);
    gzip(this.body, (error, compressed) => {
      if (!error) this.gzipped = compressed;
      done(error ? null : compressed);
    });
  }
}

/** `encode`, done once per value as long as the text is kept. */
export function keptText<V extends object>(encode: (value: V) => string): (value: V) => string {
  return kept(
    (value: V) => inOnePiece(encode(value)),
    (text) => text.length,
  );
}

/** V8 keeps all the parts that a text was put together from, until somebody looks into it: three times the memory. */
function inOnePiece(text: string): string {
  return /^/.test(text) ? text : '';
}

/** The body of an answer, made once per value as long as it is kept. */
export function keptBody<V extends object>(encode: (value: V) => string | Buffer): (value: V) => Encoded {
  return kept(
    (value: V) => new Encoded(encode(value)),
    ({ body }) => body.length,
  );
}

/** What is kept at most, roughly: two generations of so many bytes. Without a limit, whoever reads everything once doubles the store. */
const generationBytesMax = 16 * 1024 * 1024;
/** One that is larger would drive out all others. */
const keptBytesMax = generationBytesMax / 4;
const keptNow = { generation: 0, bytes: 0 };

/**
 * Kept by the identity of what it is made of, and gone with it. When a generation is full the next begins; what is asked for again moves
 * into it, and the rest goes with the generation after.
 */
function kept<V extends object, T>(make: (value: V) => T, bytesOf: (made: T) => number): (value: V) => T {
  let [young, old] = [new WeakMap<V, T>(), new WeakMap<V, T>()];
  let { generation } = keptNow;
  return (value) => {
    if (generation !== keptNow.generation) {
      old = generation + 1 === keptNow.generation ? young : new WeakMap();
      young = new WeakMap();
      generation = keptNow.generation;
    }
    const known = young.get(value);
    if (known !== undefined) return known;
    const made = old.get(value) ?? make(value);
    const bytes = bytesOf(made);
    if (bytes > keptBytesMax) return made;
    young.set(value, made);
    keptNow.bytes += bytes;
    if (keptNow.bytes > generationBytesMax) {
      keptNow.generation++;
      keptNow.bytes = 0;
    }
    return made;
  };
}
