/**
 * One answer of HTTP/1.1 as its bytes come in (RFC 9112): a length, chunks, or all there is till the connection ends. Nothing is asked for
 * that would need more: no compression, no upgrade.
 */
import { ConnectionError } from './errors.js';
import type { Response } from './transport.js';

/** As much as node:http allows is 16 KiB; proxies in between like to add to it. */
const headBytesMax = 64 * 1024;
const noBytes = Buffer.alloc(0);

type State = 'head' | 'body' | 'chunk size' | 'chunk' | 'chunk end' | 'trailers' | 'until the end' | 'done';

export class AnswerReader {
  readonly #bodyBytesMax: number;
  #state: State = 'head';
  /** Bytes that have come and are not used yet. */
  #rest: Buffer = noBytes;
  /** Of the body, or of the chunk. */
  #bytesLeft = 0;
  #bodyBytes = 0;
  readonly #body: Buffer[] = [];
  #status = 0;
  #headers: Record<string, string> = {};
  #mayStay = false;

  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** @returns whether the answer is whole. @throws ConnectionError when this is no answer */
  take(bytes: Buffer): boolean {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#state !== 'done' && this.#step());
    return this.#state === 'done';
  }

  /** The connection ended. @returns whether the answer is whole */
  end(): boolean {
    if (this.#state === 'until the end') this.#state = 'done';
    return this.#state === 'done';
  }

  /** Another answer may follow on the connection. */
  get isConnectionKept(): boolean {
    return this.#mayStay && this.#state === 'done';
  }

  /** What came behind the answer. */
  get behind(): Buffer {
    return this.#rest;
  }

  get response(): Response {
    const [only = noBytes] = this.#body;
    return {
      status: this.#status,
      headers: this.#headers,
      body: this.#body.length < 2 ? only : Buffer.concat(this.#body, this.#bodyBytes),
    };
  }

  /** @returns whether it got on */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead();
      case 'body':
        return this.#readBody('done');
      case 'chunk size':
        return this.#readChunkSize();
      case 'chunk':
        return this.#readBody('chunk end');
      case 'chunk end':
        return this.#readLine((line) => {
          if (line !== '') throw malformed();
          this.#state = 'chunk size';
        });
      case 'trailers':
        return this.#readLine((line) => {
          if (line === '') this.#state = 'done';
        });
      case 'until the end':
        this.#bytesLeft = this.#rest.length;
        return this.#readBody('until the end');
      case 'done':
        return false;
    }
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end > headBytesMax || (end < 0 && this.#rest.length > headBytesMax)) throw malformed();
    if (end < 0) return false;
    const [statusLine = '', ...lines] = this.#rest.toString('latin1', 0, end).split('\r\n');
    this.#rest = this.#rest.subarray(end + 4);
    const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(statusLine) ?? [];
    if (status === undefined || status === '101') throw malformed();
    this.#status = Number(status);
    this.#headers = headersFrom(lines);
    if (this.#status >= 200) this.#expectBody(minor === '1');
    return true;
  }

  #expectBody(isKeptByDefault: boolean): void {
    const { connection = '', 'transfer-encoding': coding, 'content-length': length } = this.#headers;
    this.#mayStay = isKeptByDefault && !/\bclose\b/i.test(connection);
    if (this.#status === 204 || this.#status === 304) this.#state = 'done';
    else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked') throw malformed();
      // Both together are an attempt to have the two sides disagree on where the answer ends.
      this.#mayStay &&= length === undefined;
      this.#state = 'chunk size';
    } else if (length !== undefined) {
      if (!/^\d{1,15}$/.test(length)) throw malformed();
      this.#expect(Number(length), 'body');
      if (this.#bytesLeft === 0) this.#state = 'done';
    } else {
      this.#mayStay = false;
      this.#state = 'until the end';
    }
  }

  #readChunkSize(): boolean {
    return this.#readLine((line) => {
      const [, size] = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(line) ?? [];
      if (size === undefined) throw malformed();
      this.#expect(Number.parseInt(size, 16), 'chunk');
      if (this.#bytesLeft === 0) this.#state = 'trailers';
    });
  }

  #expect(bytes: number, state: 'body' | 'chunk'): void {
    if (this.#bodyBytes + bytes > this.#bodyBytesMax) throw tooLong(this.#bodyBytesMax);
    this.#bytesLeft = bytes;
    this.#state = state;
  }

  #readBody(next: State): boolean {
    if (this.#rest.length === 0) return false;
    const piece = this.#rest.subarray(0, this.#bytesLeft);
    this.#rest = this.#rest.subarray(piece.length);
    this.#bytesLeft -= piece.length;
    this.#bodyBytes += piece.length;
    if (this.#bodyBytes > this.#bodyBytesMax) throw tooLong(this.#bodyBytesMax);
    this.#body.push(piece);
    if (this.#bytesLeft === 0) this.#state = next;
    return true;
  }

  #readLine(use: (line: string) => void): boolean {
    const end = this.#rest.indexOf('\r\n');
    if (end > headBytesMax || (end < 0 && this.#rest.length > headBytesMax)) throw malformed();
    if (end < 0) return false;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    use(line);
    return true;
  }
}

/** Names in lower case; what comes twice is one list. */
function headersFrom(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) throw malformed();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

function malformed(): ConnectionError {
  return new ConnectionError('malformed HTTP response');
}

function tooLong(bytes: number): ConnectionError {
  return new ConnectionError(`the answer is longer than ${bytes} bytes`);
}
