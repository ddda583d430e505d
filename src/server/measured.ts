/** A `Backend` and a `Storage` that count what goes through them, under the names of Consul's telemetry. */
import { type Counter, type Metrics, monotonicMs, type Sample } from '../lib/metrics.js';
import type { Backend } from '../model/backend.js';
import type { Storage } from '../model/storage.js';
import type { WriteKind } from '../model/write.js';

const appliedAs: Readonly<Partial<Record<WriteKind, string>>> = {
  'kv.put': 'kvs.apply',
  'kv.delete': 'kvs.apply',
  'kv.delete-tree': 'kvs.apply',
  txn: 'txn.apply',
  'catalog.register': 'catalog.register',
  'catalog.deregister': 'catalog.deregister',
  'session.create': 'session.apply',
  'session.destroy': 'session.apply',
  'session.renew': 'session.renew',
};

export function measuredBackend(backend: Backend, metrics: Metrics): Backend {
  const requests = metrics.counter({ name: 'rpc.request', help: 'Reads and writes that this server was asked for' });
  const queries = metrics.counter({ name: 'rpc.query', help: 'Reads that this server was asked for' });
  const samples = new Map<string, Sample>();
  for (const name of new Set(Object.values(appliedAs)))
    samples.set(name, metrics.sample({ name, help: 'Time of writes until they are durable and visible, in milliseconds' }));
  return {
    query: (query, options) => {
      requests.count++;
      queries.count++;
      return backend.query(query, options);
    },
    write: async (write, options) => {
      requests.count++;
      const sample = samples.get(appliedAs[write.kind] ?? '');
      if (!sample) return backend.write(write, options);
      const startMs = monotonicMs();
      try {
        return await backend.write(write, options);
      } finally {
        sample.add(monotonicMs() - startMs);
      }
    },
  };
}

export function measuredStorage(storage: Storage, metrics: Metrics): Storage {
  const applied: Counter = metrics.counter({ name: 'raft.apply', help: 'Transactions that were committed' });
  const commitTime = metrics.sample({ name: 'raft.commitTime', help: 'Time of commits until they are durable, in milliseconds' });
  return {
    ...(storage.isSoleWriter !== undefined && { isSoleWriter: storage.isSoleWriter }),
    load: () => storage.load(),
    commit: async (group) => {
      const startMs = monotonicMs();
      const outcome = await storage.commit(group);
      commitTime.add(monotonicMs() - startMs);
      applied.count += group.length - outcome.refused.length;
      return outcome;
    },
    changes: (after, signal) => storage.changes(after, signal),
    barrier: () => storage.barrier(),
    close: () => storage.close(),
  };
}
