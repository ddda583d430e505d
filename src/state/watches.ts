/**
 * Who waits for what. Tables mark topics while a revision is applied; when all of it has landed, `fire` wakes every waiter of a marked
 * topic once. A waiter belongs to one blocked query and takes itself off its topics when it is done.
 */
import { PrefixMap } from '../lib/prefix-map.js';
import type { Topic, TopicKind, TopicTable } from './topics.js';

export interface Waiter {
  /** Called in the turn in which the change was applied. Must not throw. */
  wake(): void;
}

/** Most topics have one waiter: a Set for each would double the cost of a blocked query. */
type Waiters = Waiter | Set<Waiter>;

interface WaitersByName {
  get(name: string): Waiters | undefined;
  set(name: string, waiters: Waiters): void;
  delete(name: string): void;
}

export class Watches {
  private readonly byKind = new Map<TopicKind, Map<string, Waiters>>();
  private readonly prefixes = new PrefixMap<Waiters>();
  private readonly marked = new Set<Waiters>();

  add(topics: readonly Topic[], waiter: Waiter): void {
    for (const topic of topics) {
      const waiters = this.mapOf(topic.kind);
      const present = waiters.get(topic.name);
      if (present === undefined) waiters.set(topic.name, waiter);
      else if (present instanceof Set) present.add(waiter);
      else if (present !== waiter) waiters.set(topic.name, new Set([present, waiter]));
    }
  }

  remove(topics: readonly Topic[], waiter: Waiter): void {
    for (const topic of topics) {
      const waiters = this.mapOf(topic.kind);
      const present = waiters.get(topic.name);
      if (present === waiter) waiters.delete(topic.name);
      else if (present instanceof Set && present.delete(waiter) && present.size === 0) waiters.delete(topic.name);
    }
  }

  mark(kind: Exclude<TopicKind, 'key' | 'prefix' | 'table'>, name: string): void {
    this.markWaiters(this.byKind.get(kind)?.get(name));
  }

  markTable(name: TopicTable): void {
    this.markWaiters(this.byKind.get('table')?.get(name));
  }

  /** The key and every prefix of it that somebody waits for. */
  markKey(key: string): void {
    this.markWaiters(this.byKind.get('key')?.get(key));
    if (this.prefixes.size > 0) this.prefixes.visitPrefixesOf(key, (waiters) => this.marked.add(waiters));
  }

  /** Wakes everybody whose topics were marked since the last time. */
  fire(): void {
    if (this.marked.size === 0) return;
    const woken = new Set<Waiter>();
    for (const waiters of this.marked) {
      if (waiters instanceof Set) for (const waiter of waiters) woken.add(waiter);
      else woken.add(waiters);
    }
    this.marked.clear();
    for (const waiter of woken) waiter.wake();
  }

  fireAll(): void {
    for (const byName of this.byKind.values()) for (const waiters of byName.values()) this.marked.add(waiters);
    for (const waiters of this.prefixes.all()) this.marked.add(waiters);
    this.fire();
  }

  private markWaiters(waiters: Waiters | undefined): void {
    if (waiters !== undefined) this.marked.add(waiters);
  }

  private mapOf(kind: TopicKind): WaitersByName {
    if (kind === 'prefix') return this.prefixes;
    const waiters = this.byKind.get(kind);
    if (waiters) return waiters;
    const created = new Map<string, Waiters>();
    this.byKind.set(kind, created);
    return created;
  }
}
