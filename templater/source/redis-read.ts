/** Reading keys of redis, with the commands confd uses for it. */
import type { KvKey } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import { entryOf, inKeyOrder, type KeyQuery, noRevision } from './key-store.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisKeys } from './redis-keys.js';
import { RedisRefusal, type RedisReply } from './redis-protocol.js';
import { SourceError } from './source.js';

/** Looked at by redis in one step of a walk, and read at once. */
const stepKeys = 1_000;
/** A walk that finds so much is not meant: it would fill the memory. */
const foundMax = 1_000_000;

/** @throws SourceError */
export async function readKeys(
  connection: RedisConnection,
  { keys, query }: { readonly keys: RedisKeys; readonly query: KeyQuery },
): Promise<readonly KvEntry[]> {
  const reader = new Reader(connection, keys);
  return inKeyOrder((query.isExact ? await reader.one(query.path) : await reader.tree(query.path)).values());
}

type Found = ReadonlyMap<string, KvEntry>;

class Reader {
  readonly #connection: RedisConnection;
  readonly #keys: RedisKeys;

  constructor(connection: RedisConnection, keys: RedisKeys) {
    this.#connection = connection;
    this.#keys = keys;
  }

  /** The string of this name, or the field of the hash above it. */
  async one(path: KvKey): Promise<Found> {
    const parent = this.#keys.parent(path);
    const value =
      (await this.#unlessOtherType(['GET', bytesOf(this.#keys.inRedis(path))])) ??
      (parent === undefined ? null : await this.#unlessOtherType(['HGET', bytesOf(parent.key), bytesOf(parent.field)]));
    return value instanceof Buffer ? new Map([[path, entryOf(path, value, noRevision)]]) : new Map();
  }

  async tree(path: KvKey): Promise<Found> {
    const key = this.#keys.inRedis(path);
    const type = key === '' ? 'none' : String(await this.#connection.ask(['TYPE', bytesOf(key)]));
    if (type === 'string') {
      const value = await this.#unlessOtherType(['GET', bytesOf(key)]);
      return value instanceof Buffer ? this.#found([[key, value]]) : new Map();
    }
    return type === 'hash' ? this.#fields(key) : this.#below(key);
  }

  async #fields(key: string): Promise<Found> {
    const pairs: [string, Buffer][] = [];
    for await (const items of this.#walk((cursor) => ['HSCAN', bytesOf(key), cursor, 'COUNT', `${stepKeys}`])) {
      for (let position = 0; position + 1 < items.length; position += 2) {
        const [field, value] = [items[position], items[position + 1]];
        // Fields are separated as keys are, whatever their name looks like.
        if (field !== undefined && value !== undefined) pairs.push([`${this.#keys.below(key)}${field.toString('latin1')}`, value]);
      }
    }
    return this.#found(pairs);
  }

  async #below(key: string): Promise<Found> {
    const pattern = bytesOf(this.#keys.patternBelow(key));
    const pairs: [string, Buffer][] = [];
    for await (const names of this.#walk((cursor) => ['SCAN', cursor, 'MATCH', pattern, 'COUNT', `${stepKeys}`])) {
      if (names.length === 0) continue;
      const values = listOf(await this.#connection.ask(['MGET', ...names]));
      // What is no string, or gone since it was found, has no value.
      for (const [position, name] of names.entries()) {
        const value = values[position];
        if (value instanceof Buffer) pairs.push([name.toString('latin1'), value]);
      }
    }
    return this.#found(pairs);
  }

  async *#walk(command: (cursor: string) => readonly (string | Buffer)[]): AsyncGenerator<readonly Buffer[], void, void> {
    let [cursor, found] = ['0', 0];
    do {
      const [next, items] = listOf(await this.#connection.ask(command(cursor)));
      cursor = String(next ?? '0');
      const step = listOf(items ?? []).filter((item): item is Buffer => item instanceof Buffer);
      found += step.length;
      if (found > foundMax) throw new SourceError(`redis holds more than ${foundMax} keys there; name a longer prefix`);
      yield step;
    } while (cursor !== '0');
  }

  #found(pairs: readonly (readonly [key: string, value: Buffer])[]): Found {
    const entries = pairs.map(([key, value]) => entryOf(this.#keys.fromRedis(key), value, noRevision));
    return new Map(entries.map((entry) => [entry.Key, entry]));
  }

  async #unlessOtherType(words: readonly (string | Buffer)[]): Promise<RedisReply> {
    try {
      return await this.#connection.ask(words);
    } catch (error) {
      if (error instanceof SourceError && error.cause instanceof RedisRefusal && error.cause.code === 'WRONGTYPE') return null;
      throw error;
    }
  }
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const listOf = (reply: RedisReply): readonly RedisReply[] => (Array.isArray(reply) ? reply : []);
