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

/** `encode`, done once per value. */
export function keptText<V extends object>(encode: (value: V) => string): (value: V) => string {
  const kept = new WeakMap<V, string>();
  return (value) => {
    const known = kept.get(value);
    if (known !== undefined) return known;
    const text = encode(value);
    kept.set(value, text);
    return text;
  };
}

/** The body of an answer, made once per value. */
export function keptBody<V extends object>(encode: (value: V) => string | Buffer): (value: V) => Encoded {
  const kept = new WeakMap<V, Encoded>();
  return (value) => {
    const known = kept.get(value);
    if (known !== undefined) return known;
    const body = new Encoded(encode(value));
    kept.set(value, body);
    return body;
  };
}
