/** confd's `env` backend: the variable APP_DB_HOST is the key /app/db/host. Nothing changes while the process runs. */
import { type KvKey, keyFromText } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue, describeDependency } from '../data-source.js';
import { type Source, SourceError } from './source.js';

export function environmentSource(variables: Readonly<Record<string, string | undefined>>): Source {
  const entries = Object.entries(variables)
    .flatMap(([name, value]) => (value === undefined ? [] : [{ name, entry: entryOf(name, value) }]))
    .sort((a, b) => (a.entry.Key < b.entry.Key ? -1 : 1));
  const answer = (dependency: Dependency): DependencyValue<DependencyKind> => {
    switch (dependency.kind) {
      case 'keyPrefix': {
        const start = dependency.prefix.toUpperCase().replaceAll('/', '_');
        return entries.filter(({ name }) => name.startsWith(start)).map(({ entry }) => entry);
      }
      case 'key':
        return entries.find(({ entry }) => entry.Key === dependency.key)?.entry ?? null;
      default:
        throw new SourceError(`the env backend has no ${describeDependency(dependency)}, only keys`);
    }
  };
  const answerTo = <K extends DependencyKind>(dependency: Dependency<K>) => answer(anyDependency(dependency)) as DependencyValue<K>;
  return {
    fetch: async (dependency) => answerTo(dependency),
    follow: (dependency, { onValue, onFailure }) => {
      try {
        onValue(answerTo(dependency));
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        onFailure(error.message);
      }
    },
  };
}

function entryOf(name: string, value: string): KvEntry {
  const key: KvKey = keyFromText(name.toLowerCase().replaceAll('_', '/'));
  const encoded = Buffer.from(value, 'utf8').toString('base64');
  return { Key: key, Value: encoded, Flags: '0', LockIndex: 0, Session: '', CreateIndex: 1, ModifyIndex: 1 };
}
