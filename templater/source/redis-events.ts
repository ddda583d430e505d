/**
 * What redis tells of keys that change (keyspace notifications: https://redis.io/docs/latest/develop/pubsub/keyspace-notifications), over
 * one connection for all who listen. Redis tells only when `notify-keyspace-events` is set; whether it is, is looked at with every
 * connection.
 */
import type { PatternMessage, RedisConnection, RedisConnectionOptions } from './redis-connection.js';
import { SourceError } from './source.js';

export interface KeyListener {
  /** One of the patterns' keys changed. */
  readonly onChange: () => void;
  /** Nothing is told any more. */
  readonly onLost: (reason: SourceError) => void;
}

/** `untold`: of some changes, at least. `unknown`: redis does not let us look. */
export type Telling = 'told' | 'untold' | 'unknown';

type Connect = (handlers: Pick<RedisConnectionOptions, 'onMessage' | 'onLost'>) => Promise<RedisConnection>;

interface Line {
  readonly connection: RedisConnection;
  readonly telling: Telling;
  readonly prefix: string;
}

/** Not a change, although redis can be told to tell of it. */
const noChange = 'keymiss';

export class RedisEvents {
  readonly #connectWith: Connect;
  readonly #listeners = new Map<string, Set<KeyListener>>();
  #line: Promise<Line> | undefined;

  constructor(connect: Connect) {
    this.#connectWith = connect;
  }

  /** Listens from when this resolves until `leave` is called. @throws SourceError */
  async listen(patterns: readonly string[], listener: KeyListener): Promise<{ readonly telling: Telling; readonly leave: () => void }> {
    this.#line ??= this.#connect();
    const { connection, telling, prefix } = await this.#line;
    const channels = patterns.map((pattern) => prefix + pattern);
    const leave = () => this.#leave(connection, { channels, listener });
    for (const channel of channels) {
      const known = this.#listeners.get(channel);
      if (known !== undefined) known.add(listener);
      else this.#listeners.set(channel, new Set([listener]));
    }
    try {
      // Also when somebody else has asked for it just now: the answer says that it is in effect.
      await Promise.all(channels.map((channel) => connection.ask(['PSUBSCRIBE', Buffer.from(channel, 'latin1')])));
    } catch (error) {
      leave();
      throw error;
    }
    return { telling, leave };
  }

  close(): void {
    void this.#line?.then(({ connection }) => connection.close()).catch(() => {});
  }

  async #connect(): Promise<Line> {
    try {
      const connection = await this.#connectWith({ onMessage: (message) => this.#told(message), onLost: (reason) => this.#lost(reason) });
      return { connection, telling: await tellingOf(connection), prefix: `__keyspace@${connection.database}__:` };
    } catch (error) {
      this.#line = undefined;
      throw error;
    }
  }

  #told({ pattern, text }: PatternMessage): void {
    if (text === noChange) return;
    for (const listener of this.#listeners.get(pattern) ?? []) listener.onChange();
  }

  #lost(reason: SourceError): void {
    this.#line = undefined;
    const listeners = new Set([...this.#listeners.values()].flatMap((some) => [...some]));
    this.#listeners.clear();
    for (const listener of listeners) listener.onLost(reason);
  }

  #leave(
    connection: RedisConnection,
    { channels, listener }: { readonly channels: readonly string[]; readonly listener: KeyListener },
  ): void {
    for (const channel of channels) {
      const left = this.#listeners.get(channel);
      if (left === undefined || !left.delete(listener) || left.size > 0) continue;
      this.#listeners.delete(channel);
      // A connection that is gone tells of nothing anyway.
      connection.ask(['PUNSUBSCRIBE', Buffer.from(channel, 'latin1')]).catch(() => {});
    }
  }
}

/** Of any kind of value, of strings, of hashes, of what expired. */
const toldKinds = ['g', '$', 'h', 'x'];

async function tellingOf(connection: RedisConnection): Promise<Telling> {
  try {
    const reply = await connection.ask(['CONFIG', 'GET', 'notify-keyspace-events']);
    const flags = Array.isArray(reply) && reply[1] instanceof Buffer ? reply[1].toString('latin1') : undefined;
    if (flags === undefined) return 'unknown';
    return flags.includes('K') && (flags.includes('A') || toldKinds.every((kind) => flags.includes(kind))) ? 'told' : 'untold';
  } catch (error) {
    // A user without the right to look; a connection that broke shows itself at the next question.
    if (error instanceof SourceError) return 'unknown';
    throw error;
  }
}
