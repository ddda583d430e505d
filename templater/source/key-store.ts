/**
 * What a backend that holds nothing but keys has to do to be a source: read what is below a path, and tell when that changes. The rest
 * (which question is which path, pauses after failures, refusing what is no key) is done here once for all of them.
 */
import { type BackoffLimits, backoffMs } from '../../src/lib/backoff.js';
import { type Clock, sleep } from '../../src/lib/clock.js';
import type { Random } from '../../src/lib/random.js';
import type { KvKey } from '../../src/model/kv-key.js';
import type { KvEntry } from '../../src/model/records.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue, describeDependency } from '../data-source.js';
import { type FollowOptions, type OpenSource, SourceError } from './source.js';

/** What is asked of a store. */
export interface KeyQuery {
  /** Without a leading slash; '' is everything. */
  readonly path: KvKey;
  /** The one key; otherwise all that the store counts as being below the path, as confd's backend for it does. */
  readonly isExact: boolean;
}

export interface KeyStore {
  /** What the user calls it: "etcd". */
  readonly name: string;
  /** Places that would all do. After a failure the next one is asked. */
  readonly places: number;
  /**
   * The entries of this moment, in byte order of their keys; none is a store that has none. A store that cannot be asked is an error,
   * never an empty list: files would be emptied.
   * @throws SourceError
   */
  read(query: KeyQuery, signal: AbortSignal): Promise<readonly KvEntry[]>;
  /**
   * The entries of this moment, and again after every change. Ends by an error when the store fails, and is begun anew after a pause.
   * @throws SourceError
   */
  states(query: KeyQuery, signal: AbortSignal): AsyncGenerator<readonly KvEntry[], void, void>;
  close(): void;
}

/** Pauses after failures: long enough not to press a store in trouble, short enough that its return is hardly noticed. */
const retryLimits: BackoffLimits = { firstMs: 100, mostMs: 5_000 };
/** A store that lasted so long was in order: the next failure is a first one again. */
const soundMs = 10_000;

export interface KeyStoreParts {
  readonly clock: Clock;
  readonly random: Random;
}

export function keySource(store: KeyStore, parts: KeyStoreParts): OpenSource {
  return {
    fetch: async (dependency, signal) => {
      const query = queryOf(store, anyDependency(dependency));
      for (let attempt = 1; ; attempt++) {
        try {
          return valueFor(dependency, await store.read(query, signal));
        } catch (error) {
          if (!(error instanceof SourceError) || attempt >= store.places || signal.aborted) throw error;
        }
      }
    },
    follow: (dependency, options) => void followStore(store, { dependency, options, ...parts }),
    close: () => store.close(),
  };
}

function queryOf({ name }: KeyStore, dependency: Dependency): KeyQuery {
  switch (dependency.kind) {
    case 'key':
      return { path: dependency.key, isExact: true };
    case 'keyPrefix':
      return { path: dependency.prefix, isExact: false };
    default:
      throw new SourceError(`the ${name} backend has no ${describeDependency(dependency)}, only keys`);
  }
}

function valueFor<K extends DependencyKind>(dependency: Dependency<K>, entries: readonly KvEntry[]): DependencyValue<K> {
  const asked = anyDependency(dependency);
  const value = asked.kind === 'key' ? (entries.find(({ Key }) => Key === asked.key) ?? null) : entries;
  return value as DependencyValue<K>;
}

interface Following<K extends DependencyKind> extends KeyStoreParts {
  readonly dependency: Dependency<K>;
  readonly options: FollowOptions<DependencyValue<K>>;
}

async function followStore<K extends DependencyKind>(store: KeyStore, following: Following<K>): Promise<void> {
  const { dependency, clock, random } = following;
  const { signal, onValue, onFailure } = following.options;
  for (let failures = 1; !signal.aborted; failures++) {
    const begunMs = clock.now();
    try {
      const query = queryOf(store, anyDependency(dependency));
      for await (const entries of store.states(query, signal)) {
        if (signal.aborted) return;
        onValue(valueFor(dependency, entries));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      onFailure(error.message);
    }
    if (clock.now() - begunMs >= soundMs) failures = 1;
    await sleep(clock, backoffMs(failures, retryLimits, random), signal).catch(() => {});
  }
}

/** An entry of a store that knows less than an agent does. */
export function entryOf(key: KvKey, value: Uint8Array, revision: { readonly created: number; readonly modified: number }): KvEntry {
  const Value = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return { Key: key, Value, Flags: '0', LockIndex: 0, Session: '', CreateIndex: revision.created, ModifyIndex: revision.modified };
}

/** For stores without revisions: nothing tells them apart but their values. */
export const noRevision = { created: 1, modified: 1 };

export function inKeyOrder(entries: Iterable<KvEntry>): KvEntry[] {
  return [...entries].sort((a, b) => (a.Key < b.Key ? -1 : a.Key > b.Key ? 1 : 0));
}

/** The path itself, and what is below it as in a file system: "app" has "app/x" below it and not "apple"; "app/" does as well. */
export function isWithin(key: string, path: string): boolean {
  return path === '' || key === path || key.startsWith(path.endsWith('/') ? path : `${path}/`);
}
