/**
 * A gRPC client over node:http2: one connection that carries all calls, single answers and streams in both directions. Messages are bytes
 * here; protobuf.ts makes them. Protocol: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. A connection that broke is made
 * anew by the next call. While calls are open, the other side is asked for a sign of life, so a peer that vanished ends them.
 */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from './clock.js';
import { Deadline } from './deadline.js';
import { GrpcFrames, grpcFrame } from './grpc-frames.js';
import { isSystemError, systemErrorText } from './system-error.js';

/** The server refused a call. Codes: https://grpc.github.io/grpc/core/md_doc_statuscodes.html (16 is Unauthenticated). */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** There is no connection, or it broke, or the other side does not speak gRPC. `cause` is the system's error, if it was one. */
export class GrpcConnectionError extends Error {
  override readonly name = 'GrpcConnectionError';
}

export interface GrpcChannelOptions {
  /** "http://127.0.0.1:2379", "https://…" */
  readonly origin: string;
  readonly tls: SecureContextOptions & { readonly rejectUnauthorized?: boolean };
  readonly clock: Clock;
}

export interface GrpcCall {
  /** "/etcdserverpb.KV/Range" */
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Sent at once, in this order. */
  readonly messages: readonly Uint8Array[];
  readonly signal: AbortSignal;
}

/** Servers refuse to be asked more often than every 5 s. */
const livenessEveryMs = 10_000;
const answerWithinMs = 5_000;
/** Answers of many megabytes should not wait for permission after every 64 KiB. */
const windowBytes = 4 * 1024 * 1024;

export class GrpcChannel {
  readonly #options: GrpcChannelOptions;
  #session: ClientHttp2Session | undefined;
  /** Why the last connection ended: streams are only told that it did. */
  #reason: Error | undefined;

  constructor(options: GrpcChannelOptions) {
    this.#options = options;
  }

  /** One question, one answer. @throws GrpcError, GrpcConnectionError, and the signal's reason */
  async ask(call: GrpcCall, { timeoutMs }: { readonly timeoutMs: number }): Promise<Buffer> {
    const deadline = new Deadline(timeoutMs, call.signal);
    try {
      for await (const message of this.open({ ...call, signal: deadline.signal }, { staysOpen: false })) return message;
      throw new GrpcConnectionError('the answer is empty');
    } catch (error) {
      if (deadline.passed) throw new GrpcConnectionError(`no answer within ${timeoutMs / 1000} s`, { cause: error });
      throw error;
    } finally {
      deadline.clear();
    }
  }

  /** The answers of a stream until the server ends it; leaving the loop ends it as well. @throws as `ask` */
  async *open(call: GrpcCall, { staysOpen }: { readonly staysOpen: boolean }): AsyncGenerator<Buffer, void, void> {
    const { path, metadata, messages, signal } = call;
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...metadata };
    const stream = this.#begin(headers, signal);
    const end = new CallEnd(stream);
    // The loop below hears of an error, unless the stream was closed before: then nobody would.
    stream.on('error', () => {});
    for (const message of messages) stream.write(grpcFrame(message));
    if (!staysOpen) stream.end();
    const frames = new GrpcFrames();
    try {
      for await (const chunk of stream) yield* frames.add(chunk);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const cause = this.#reason ?? error;
      const isCut = isSystemError(cause, 'ERR_STREAM_PREMATURE_CLOSE');
      throw new GrpcConnectionError(isCut ? 'the connection was closed' : systemErrorText(cause), { cause });
    }
    end.check();
  }

  /** Keys that do not fit, and a connection that is just being left, are told of by throwing. */
  #begin(headers: OutgoingHttpHeaders, signal: AbortSignal): ClientHttp2Stream {
    try {
      return this.#connected().request(headers, { signal });
    } catch (error) {
      throw new GrpcConnectionError(systemErrorText(error), { cause: error });
    }
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #connected(): ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed) return this.#session;
    this.#reason = undefined;
    const session = connect(this.#options.origin, { ...this.#options.tls, settings: { initialWindowSize: windowBytes } });
    this.#session = session;
    session.on('error', (error) => {
      if (this.#session === session) this.#reason = error;
    });
    session.once('connect', () => session.setLocalWindowSize(4 * windowBytes));
    this.#watchOver(session);
    return session;
  }

  /** Also limits how long the connecting itself may take. */
  #watchOver(session: ClientHttp2Session): void {
    const { clock } = this.#options;
    const lost = (what: string) => session.destroy(new GrpcConnectionError(what));
    let cancel = clock.after(answerWithinMs, () => lost(`no connection within ${answerWithinMs / 1000} s`));
    const ask = () => {
      cancel = clock.after(answerWithinMs, () => lost(`no sign of life within ${answerWithinMs / 1000} s`));
      // A session on its way out takes no more questions; its 'close' follows.
      if (session.destroyed) return;
      session.ping(() => askLater());
    };
    const askLater = () => {
      cancel();
      if (!session.destroyed) cancel = clock.after(livenessEveryMs, ask);
    };
    session.once('connect', askLater);
    session.once('close', () => cancel());
  }
}

/** What the server says when a call ends: in the trailers, or in the only headers when there is no answer. */
class CallEnd {
  #status: IncomingHttpHeaders = {};
  #httpStatus = 0;

  constructor(stream: ClientHttp2Stream) {
    stream.once('response', (headers) => {
      this.#httpStatus = headers[':status'] ?? 0;
      this.#status = headers;
    });
    stream.once('trailers', (headers) => {
      this.#status = headers;
    });
  }

  check(): void {
    const code = this.#status['grpc-status'];
    if (this.#httpStatus !== 200) throw new GrpcConnectionError(`this is no gRPC server (HTTP status ${this.#httpStatus})`);
    if (code === undefined) throw new GrpcConnectionError('the answer was cut off');
    if (code !== '0') throw new GrpcError(Number(code), unescaped(String(this.#status['grpc-message'] ?? '')));
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not escaped as it should be: better shown as it is than not at all.
    return text;
  }
}
