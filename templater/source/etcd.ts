/**
 * Keys from etcd: read once, then kept up by a watch that begins where the read ended. A watch that breaks, and one that is told that its
 * past is compacted, is begun anew by a read.
 */
import { ClientOptionError } from '../../src/client/errors.js';
import { readTlsFiles } from '../../src/client/tls.js';
import { maskUserInfo } from '../../src/lib/mask-tokens.js';
import { type KvKey, keyFromByteString, keyFromText } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import { openEtcdClient } from './etcd-client.js';
import { type EtcdKey, type EtcdRange, prefixRange } from './etcd-messages.js';
import { entryOf, inKeyOrder, isWithin, type KeyQuery, type KeyStore, type KeyStoreParts } from './key-store.js';
import type { EtcdSettings } from './settings.js';
import { SourceError } from './source.js';
import { tlsFiles } from './tls-files.js';

/** @throws ClientOptionError for TLS files that cannot be read */
export function etcdStore(settings: EtcdSettings, { clock }: KeyStoreParts): KeyStore {
  const wrong = settings.addresses.find((address) => !URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol));
  if (wrong !== undefined)
    throw new ClientOptionError(`invalid address "${maskUserInfo(wrong)}" of etcd; give it as "host:port" or "https://host:port"`);
  const client = openEtcdClient(settings, { tls: readTlsFiles(tlsFiles(settings.tls)), clock });
  const root = keyFromText(settings.root);
  const read = async (query: KeyQuery, signal: AbortSignal) => {
    const { keys, revision } = await client.read(rangeOf(query, root), signal);
    const entries = new Map<string, KvEntry>();
    for (const key of keys) if (isAskedFor(key.key, query, root)) entries.set(key.key, entryIn(key, root));
    return { entries, revision };
  };
  return {
    name: 'etcd',
    places: settings.addresses.length,
    read: async (query, signal) => inKeyOrder((await read(query, signal)).entries.values()),
    async *states(query, signal) {
      const { entries, revision } = await read(query, signal);
      yield inKeyOrder(entries.values());
      for await (const answer of client.watch(rangeOf(query, root), { revision: revision + 1, signal })) {
        // The writer of the cluster's past was faster than we were: read again.
        if (answer.compactRevision > 0) return;
        if (answer.isCanceled) throw new SourceError(`etcd ended the watch: ${answer.cancelReason}`);
        let isNews = false;
        for (const { kind, key } of answer.events) {
          if (!isAskedFor(key.key, query, root)) continue;
          isNews = true;
          if (kind === 'put') entries.set(key.key, entryIn(key, root));
          else entries.delete(key.key);
        }
        if (isNews) yield inKeyOrder(entries.values());
      }
    },
    close: () => client.close(),
  };
}

function rangeOf({ path, isExact }: KeyQuery, root: KvKey): EtcdRange {
  const start = Buffer.from(root + path, 'latin1');
  return isExact ? { start, end: undefined } : prefixRange(start);
}

function isAskedFor(key: string, { path, isExact }: KeyQuery, root: KvKey): boolean {
  return isExact || isWithin(key.slice(root.length), path);
}

function entryIn({ key, value, created, modified }: EtcdKey, root: KvKey): KvEntry {
  return entryOf(keyFromByteString(key.slice(root.length)), value, { created, modified });
}
