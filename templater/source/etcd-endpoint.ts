/**
 * One server of an etcd cluster: its connection, and the token of the user there. All who ask share a login (the server spends a tenth of a
 * second of CPU on each), and a token that is no longer good is replaced without anybody hearing of it.
 */
import type { Clock } from '../../src/lib/clock.js';
import { GrpcChannel, type GrpcChannelOptions, GrpcError } from '../../src/lib/grpc-client.js';
import { maskUserInfo } from '../../src/lib/mask-tokens.js';
import { authenticateAnswer, authenticateRequest } from './etcd-messages.js';

export interface EtcdEndpointOptions {
  readonly origin: string;
  /** '' for none. */
  readonly username: string;
  readonly password: string;
  readonly tls: GrpcChannelOptions['tls'];
  readonly clock: Clock;
}

export interface EtcdCall {
  /** "KV/Range" */
  readonly name: string;
  readonly message: Buffer;
  readonly signal: AbortSignal;
}

const askTimeoutMs = 10_000;
/** A member that has lost the others says so instead of telling nothing, or old news. */
const noLonely = { hasleader: 'true' };
/** A login is for all who ask, whoever of them leaves; it has its time limit. */
const { signal: unhurried } = new AbortController();

export class EtcdEndpoint {
  /** Its address, for messages. */
  readonly shown: string;
  readonly #options: EtcdEndpointOptions;
  readonly #channel: GrpcChannel;
  #token: Promise<string> | undefined;

  constructor(options: EtcdEndpointOptions) {
    const { origin, tls, clock } = options;
    this.shown = maskUserInfo(origin);
    this.#options = options;
    this.#channel = new GrpcChannel({ origin, tls, clock });
  }

  /** @throws GrpcError, GrpcConnectionError, and the signal's reason */
  async ask(call: EtcdCall): Promise<Buffer> {
    const token = this.#token;
    try {
      return await this.#ask(call);
    } catch (error) {
      // With a token of this very moment it would be no better.
      if (token === undefined || !isOutdatedToken(error)) throw error;
      this.forgetToken(token);
      return this.#ask(call);
    }
  }

  /** What the server tells until it ends it. @throws as `ask` */
  async *open({ name, message, signal }: EtcdCall): AsyncGenerator<Buffer, void, void> {
    const call = { path: pathOf(name), metadata: await this.#metadata(), messages: [message], signal };
    yield* this.#channel.open(call, { staysOpen: true });
  }

  /** @param known not one that somebody else has fetched since */
  forgetToken(known = this.#token): void {
    if (this.#token === known) this.#token = undefined;
  }

  close(): void {
    this.#channel.close();
  }

  async #ask({ name, message, signal }: EtcdCall): Promise<Buffer> {
    const call = { path: pathOf(name), metadata: await this.#metadata(), messages: [message], signal };
    return this.#channel.ask(call, { timeoutMs: askTimeoutMs });
  }

  async #metadata(): Promise<Record<string, string>> {
    if (this.#options.username === '') return noLonely;
    const begun = this.#token ?? this.#logIn();
    this.#token = begun;
    try {
      const token = await begun;
      return token === '' ? noLonely : { ...noLonely, token };
    } catch (error) {
      this.forgetToken(begun);
      throw error;
    }
  }

  /** '' where nobody has to log in: etcd's own tools take the user for granted then. */
  async #logIn(): Promise<string> {
    const { username, password } = this.#options;
    const messages = [authenticateRequest({ username, password })];
    const call = { path: pathOf('Auth/Authenticate'), metadata: noLonely, messages, signal: unhurried };
    try {
      return authenticateAnswer(await this.#channel.ask(call, { timeoutMs: askTimeoutMs }));
    } catch (error) {
      if (error instanceof GrpcError && error.message.includes('authentication is not enabled')) return '';
      throw error;
    }
  }
}

const pathOf = (name: string) => `/etcdserverpb.${name}`;

/**
 * It has run out or is not known (Unauthenticated), was given before users and roles changed, or there were none when it was to be fetched:
 * the last two have the code of an invalid argument in common with much else.
 */
export function isOutdatedToken(error: unknown): boolean {
  if (!(error instanceof GrpcError)) return false;
  return error.code === 16 || (error.code === 3 && /revision of auth store is old|user name is empty/.test(error.message));
}
