/**
 * Secrets of Vault's KV engines as keys, as confd has them: a secret whose only field is "value" is one key; any other is a key that holds
 * all of it as JSON, with a key below it for each field. Both versions of the engine are read by the path that users know
 * ("secret/app"); the longer one of version 2 ("secret/data/app") is read as it is, with all that stands there.
 */
import { sleep } from '../../src/lib/clock.js';
import { formatJson } from '../../src/lib/go-json.js';
import { type KvKey, keyFromText, keyToText } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import { asTable, numberIn, type Table, textIn } from './json-table.js';
import { entryOf, inKeyOrder, type KeyQuery, type KeyStore, type KeyStoreParts } from './key-store.js';
import type { VaultSettings } from './settings.js';
import { SourceError } from './source.js';
import { VaultClient } from './vault-client.js';
import { type Mount, VaultMounts } from './vault-mounts.js';
import { VaultRefusal } from './vault-request.js';

/** Secrets asked for at the same time. */
const atOnce = 8;
const depthMax = 50;

/** @throws ClientOptionError for addresses and TLS files that cannot be used */
export async function vaultStore(settings: VaultSettings, { clock }: KeyStoreParts): Promise<KeyStore> {
  const client = await VaultClient.open(settings, clock);
  const mounts = new VaultMounts(client);
  const read = async ({ path, isExact }: KeyQuery, signal: AbortSignal) => {
    const reader = new Reader(client, mounts, signal);
    const named = keyToText(path).replace(/^\/+|\/+$/g, '');
    if (named === '') throw new SourceError('vault shows nothing without a path; name one below a mount, such as "/secret/app"');
    await (isExact ? reader.one(named) : reader.tree(named));
    return inKeyOrder(reader.found.values());
  };
  return {
    name: 'vault',
    places: settings.addresses.length,
    read,
    async *states(query, signal) {
      for (;;) {
        yield await read(query, signal);
        await sleep(clock, settings.pollMs, signal);
      }
    },
    close: () => client.close(),
  };
}

class Reader {
  readonly found = new Map<string, KvEntry>();
  readonly #client: VaultClient;
  readonly #mounts: VaultMounts;
  readonly #signal: AbortSignal;

  constructor(client: VaultClient, mounts: VaultMounts, signal: AbortSignal) {
    this.#client = client;
    this.#mounts = mounts;
    this.#signal = signal;
  }

  /** The secret of this name, or the field of the secret above it. */
  async one(path: string): Promise<void> {
    const mount = await this.#mounts.of(path, this.#signal);
    if (await this.#secret(path, mount)) return;
    const above = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (above !== '' && !mount.isItself(above)) await this.#secret(above, mount);
  }

  /** A path may be a secret and have others below it. One who may read it need not be allowed to list what is below. */
  async tree(path: string): Promise<void> {
    const mount = await this.#mounts.of(path, this.#signal);
    const isFound = mount.isItself(path) ? false : await this.#secret(path, mount);
    try {
      await this.#below(path, mount, 0);
    } catch (error) {
      if (!(isFound && error instanceof VaultRefusal && error.status === 403)) throw error;
    }
  }

  async #below(path: string, mount: Mount, depth: number): Promise<void> {
    if (depth > depthMax) throw new SourceError(`vault: ${path} is nested more than ${depthMax} deep`);
    const names = await this.#list(path, mount);
    for (let start = 0; start < names.length; start += atOnce) {
      const some = names.slice(start, start + atOnce);
      await Promise.all(
        some.map((name) =>
          name.endsWith('/') ? this.#below(`${path}/${name.slice(0, -1)}`, mount, depth + 1) : this.#secret(`${path}/${name}`, mount),
        ),
      );
    }
  }

  async #list(path: string, mount: Mount): Promise<readonly string[]> {
    const listed = mount.listPath(path);
    if (listed === undefined) return [];
    const answer = await this.#client.ask({ method: 'GET', path: listed, parameters: [['list', 'true']] }, this.#signal);
    const names = asTable(answer?.data)?.keys;
    return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
  }

  /** @returns whether there is such a secret */
  async #secret(path: string, mount: Mount): Promise<boolean> {
    const answer = await this.#client.ask({ method: 'GET', path: mount.readPath(path) }, this.#signal);
    const data = asTable(answer?.data);
    const secret = mount.isWrapped(path) ? asTable(data?.data) : data;
    if (secret === undefined) return false;
    const version = numberIn(asTable(data?.metadata), 'version') || 1;
    const add = (key: string, value: string) => {
      const name: KvKey = keyFromText(key);
      this.found.set(name, entryOf(name, Buffer.from(value, 'utf8'), { created: 1, modified: version }));
    };
    const only = Object.keys(secret).length === 1 && typeof secret.value === 'string' ? secret.value : undefined;
    add(path, only ?? formatJson(secret));
    if (only === undefined) for (const [key, value] of fields(secret, path)) add(key, value);
    return true;
  }
}

/** Texts, numbers and truth values; maps are gone into. Lists and nulls are in the JSON only. */
function* fields(secret: Table, path: string): Generator<readonly [string, string], void, void> {
  for (const [name, value] of Object.entries(secret)) {
    const key = `${path}/${name}`;
    const table = asTable(value);
    if (table !== undefined) yield* fields(table, key);
    else if (typeof value === 'string') yield [key, textIn(secret, name)];
    else if (typeof value === 'number' || typeof value === 'boolean') yield [key, String(value)];
  }
}
