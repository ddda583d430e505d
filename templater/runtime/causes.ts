/** What changed between two renderings, told by what they used: the keys and services that a log line names as the cause of a reload. */

import type { HealthEntry } from '../../src/model/catalog-answers.js';
import type { KvEntry } from '../../src/model/records.js';
import { type Dependency, describeDependency } from '../data-source.js';
import { emptyOnes } from './emptied.js';
import type { Rendered } from './observer.js';
import type { Used, UsedData } from './used-data.js';

/** @param before undefined for the first rendering */
export function causesBetween(before: UsedData | undefined, now: UsedData): readonly string[] {
  if (before === undefined) return ['start', ...nothingIn(now)];
  const found: string[] = [];
  for (const [id, { dependency, value }] of now) {
    const old = before.get(id);
    if (old === undefined || old.value === value) continue;
    found.push(...(dependency.kind === 'keyPrefix' ? changedKeys(old.value, value) : [describeDependency(dependency)]));
  }
  return [...new Set(found)];
}

/** Unchanged entries are the same objects in both answers (reconcile.ts). */
function changedKeys(before: unknown, now: unknown): readonly string[] {
  const [old, fresh] = [entriesIn(before), entriesIn(now)];
  const kept = new Set(old);
  const stays = new Set(fresh.map(({ Key }) => Key));
  const changed = fresh.filter((entry) => !kept.has(entry)).map(({ Key }) => Key);
  const gone = old.map(({ Key }) => Key).filter((key) => !stays.has(key));
  return [...changed, ...gone].map((key) => describeDependency({ kind: 'key', key, datacenter: '' }));
}

function entriesIn(value: unknown): readonly KvEntry[] {
  return Array.isArray(value) ? (value as readonly KvEntry[]) : [];
}

/** More would make a line nobody reads. */
const namedMax = 10;

/** `key "app/x", service "web"` */
export function causesText(causes: readonly string[]): string {
  // Somebody changed the file itself, or what its resource says of it.
  if (causes.length === 0) return 'nothing in the data';
  const more = causes.length - namedMax;
  return more > 0 ? `${causes.slice(0, namedMax).join(', ')} and ${more} more` : causes.join(', ');
}

/** The highest modify index among the answers; 0 when none has one. */
export function highestIndex(used: UsedData): number {
  let highest = 0;
  for (const { dependency, value } of used.values()) for (const index of indexesOf(dependency, value)) highest = Math.max(highest, index);
  return highest;
}

function* indexesOf({ kind }: Dependency, value: Used['value']): Generator<number> {
  switch (kind) {
    case 'key':
    case 'keyPrefix':
      for (const entry of Array.isArray(value) ? (value as readonly KvEntry[]) : [value as KvEntry | null]) yield entry?.ModifyIndex ?? 0;
      return;
    case 'service':
      for (const { Service, Checks } of value as readonly HealthEntry[]) {
        yield Service.ModifyIndex;
        for (const { ModifyIndex } of Checks) yield ModifyIndex;
      }
      return;
    default:
  }
}

/** Whoever begins does not know that there was something once: where a file is emptied by that, it is told. */
function nothingIn(used: UsedData): readonly string[] {
  return emptyOnes(used).map((dependency) => `nothing in ${describeDependency(dependency)}`);
}

/** What an observer is told of a rendering that was whole. */
export function renderedOf(used: UsedData, { durationMs, causes }: { durationMs: number; causes: () => readonly string[] }): Rendered {
  return {
    get dependencies() {
      return [...used.values()].map(({ dependency }) => dependency);
    },
    durationMs,
    get causes() {
      return causes();
    },
  };
}
