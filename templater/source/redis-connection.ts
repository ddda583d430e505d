/**
 * One connection to redis: commands go out at once, replies come back in their order. What is published comes between them. It is asked
 * for a sign of life when it is silent, and is used up once it broke.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import type { TlsOptions } from '../../src/client/tls.js';
import type { Clock } from '../../src/lib/clock.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { RedisAddress } from './redis-address.js';
import { encodeCommand, RedisRefusal, type RedisReply, ReplyReader } from './redis-protocol.js';
import { SourceError } from './source.js';

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  readonly tls: TlsOptions;
  readonly clock: Clock;
  /** Something was published that a pattern asked for. */
  readonly onMessage?: (message: PatternMessage) => void;
  /** It broke. Not called when `connect` rejects. */
  readonly onLost?: (reason: SourceError) => void;
}

/** Also what connecting may take: the first questions are asked at once. */
const replyWithinMs = 10_000;
const livenessEveryMs = 10_000;

/** Bytes, one character each. */
export interface PatternMessage {
  readonly pattern: string;
  readonly channel: string;
  readonly text: string;
}

interface Waiting {
  readonly resolve: (reply: RedisReply) => void;
  readonly reject: (reason: unknown) => void;
}

export class RedisConnection {
  readonly #options: RedisConnectionOptions;
  readonly #socket: Socket;
  readonly #replies = new ReplyReader();
  /** In the order of their commands. */
  readonly #waiting: Waiting[] = [];
  #lost: SourceError | undefined;
  #cancelTimer = () => {};

  private constructor(options: RedisConnectionOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('error', (error) => this.#end(`does not answer: ${systemErrorText(error)}`));
    socket.on('close', () => this.#end('does not answer: it closed the connection'));
  }

  /** Logged in, with its database chosen. @throws SourceError */
  static async connect(options: RedisConnectionOptions): Promise<RedisConnection> {
    const connection = new RedisConnection(options, await openSocket(options));
    const { username, password, database } = options.address;
    try {
      const login = password === '' ? [] : [connection.ask(username === '' ? ['AUTH', password] : ['AUTH', username, password])];
      const choice = database === 0 ? [] : [connection.ask(['SELECT', `${database}`])];
      await Promise.all([...login, ...choice, connection.ask(['PING'])]);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get database(): number {
    return this.#options.address.database;
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** @throws SourceError, with the refusal as its cause when redis refuses */
  async ask(words: readonly (string | Buffer)[]): Promise<RedisReply> {
    if (this.#lost !== undefined) throw this.#lost;
    const reply = new Promise<RedisReply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
    this.#socket.write(encodeCommand(words));
    if (this.#waiting.length === 1) this.#limitSilence();
    const answer = await reply;
    if (!(answer instanceof RedisRefusal)) return answer;
    throw new SourceError(`redis at ${this.#options.address.shown} refused ${String(words[0])}: ${answer.message}`, { cause: answer });
  }

  close(): void {
    this.#end('closed');
  }

  #received(chunk: Buffer): void {
    try {
      for (const reply of this.#replies.add(chunk)) this.#given(reply);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
      return;
    }
    if (this.#waiting.length > 0) this.#limitSilence();
    else this.#askLater();
  }

  #given(reply: RedisReply): void {
    if (Array.isArray(reply) && reply[0] instanceof Buffer && reply[0].equals(patternMessage)) {
      const [, pattern = '', channel = '', text = ''] = reply.map((part) => (part instanceof Buffer ? part.toString('latin1') : ''));
      this.#options.onMessage?.({ pattern, channel, text });
    } else this.#waiting.shift()?.resolve(reply);
  }

  /** Long replies come in pieces: what must not last is the silence between them. */
  #limitSilence(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.clock.after(replyWithinMs, () => this.#end(`does not answer within ${replyWithinMs / 1000} s`));
  }

  #askLater(): void {
    this.#cancelTimer();
    // A refusal is a sign of life, too; a failure has ended the connection by itself.
    this.#cancelTimer = this.#options.clock.after(livenessEveryMs, () => void this.ask(['PING']).catch(() => {}));
  }

  #end(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = new SourceError(`redis at ${this.#options.address.shown} ${reason}`);
    this.#cancelTimer();
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
    this.#options.onLost?.(this.#lost);
  }
}

const patternMessage = Buffer.from('pmessage');

/** Certificates that do not fit are told of by throwing. */
async function openSocket(options: RedisConnectionOptions): Promise<Socket> {
  try {
    return await socketTo(options);
  } catch (error) {
    throw new SourceError(`redis at ${options.address.shown} does not answer: ${systemErrorText(error)}`, { cause: error });
  }
}

async function socketTo({ address, tls }: RedisConnectionOptions): Promise<Socket> {
  const { place } = address;
  if (!address.isTls) return 'path' in place ? connectTcp(place.path) : connectTcp({ ...place, noDelay: true });
  const { connect } = await import('node:tls');
  return connect({ ...place, ...tls, ...('host' in place && !/^[\d.]+$|:/.test(place.host) ? { servername: place.host } : {}) });
}
