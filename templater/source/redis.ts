/**
 * Keys from redis, as confd reads them: a path is a string, or a hash whose fields are the keys below it, or else stands for all strings
 * below it. Redis tells which keys change when it is set so; otherwise it is asked again and again.
 */
import { readTlsFiles } from '../../src/client/tls.js';
import { ChangeFlag } from './change-flag.js';
import type { KeyStore, KeyStoreParts } from './key-store.js';
import { parseRedisAddress, type RedisAddress } from './redis-address.js';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.js';
import { RedisEvents, type Telling } from './redis-events.js';
import { RedisKeys } from './redis-keys.js';
import { readKeys } from './redis-read.js';
import type { RedisSettings } from './settings.js';
import { tlsFiles } from './tls-files.js';
import { TurningList } from './turning-list.js';

/** How often it is asked although nothing was told. */
const askedEveryMs: Record<Telling, number | undefined> = { told: undefined, untold: 10_000, unknown: 60_000 };

/** @throws ClientOptionError for addresses and TLS files that cannot be used */
export function redisStore(settings: RedisSettings, parts: KeyStoreParts & { readonly warn: (text: string) => void }): KeyStore {
  const { clock, warn } = parts;
  const tls = readTlsFiles(tlsFiles(settings.tls));
  const servers = new TurningList<RedisAddress>(settings.addresses.map((address) => parseRedisAddress(address, settings)));
  const keys = new RedisKeys(settings.separator);
  const connect = async (handlers: Pick<RedisConnectionOptions, 'onMessage' | 'onLost'>): Promise<RedisConnection> => {
    const address = servers.current;
    try {
      return await RedisConnection.connect({ address, tls, clock, ...handlers });
    } catch (error) {
      servers.leave(address);
      throw error;
    }
  };
  const line = new QuestionLine(() => connect({}));
  const events = new RedisEvents(connect);
  const warnOnce = once(() => warn(untoldText(servers.current)));
  return {
    name: 'redis',
    places: settings.addresses.length,
    read: async (query) => readKeys(await line.connected(), { keys, query }),
    async *states(query, signal) {
      const change = new ChangeFlag();
      const { telling, leave } = await events.listen(keys.watched(query), change);
      if (telling === 'untold') warnOnce();
      try {
        for (;;) {
          change.clear();
          yield await readKeys(await line.connected(), { keys, query });
          await change.raised({ clock, mostMs: askedEveryMs[telling], signal });
        }
      } finally {
        leave();
      }
    },
    close: () => {
      line.close();
      events.close();
    },
  };
}

/** The connection for questions: made by the first one, and anew by the first one after it broke. */
class QuestionLine {
  readonly #connect: () => Promise<RedisConnection>;
  #connection: Promise<RedisConnection> | undefined;

  constructor(connect: () => Promise<RedisConnection>) {
    this.#connect = connect;
  }

  async connected(): Promise<RedisConnection> {
    const tried = this.#connection;
    const known = await tried?.catch(() => undefined);
    if (known !== undefined && !known.isLost) return known;
    // The first of those who found it broken makes the new one.
    const next = this.#connection === tried || this.#connection === undefined ? this.#connect() : this.#connection;
    this.#connection = next;
    return next;
  }

  close(): void {
    // One that could not be made has nothing to let go of.
    this.#connection?.then((connection) => connection.close()).catch(() => {});
  }
}

function untoldText({ shown }: RedisAddress): string {
  return `redis at ${shown} does not tell of all changes, it is asked every 10 s as well; set its notify-keyspace-events to "KA" to have them at once`;
}

function once(task: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) task();
    isDone = true;
  };
}
