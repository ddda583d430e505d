/**
 * Trees and services that have nothing in them all of a sudden: a tree that is gone, a service without an instance. A mistake elsewhere
 * is likelier than the wish for empty files, so these stay as they are unless the resource says otherwise.
 */
import { type Dependency, dependencyId, describeDependency } from '../data-source.js';
import type { Used, UsedData } from './used-data.js';

export function emptyOnes(used: UsedData): readonly Dependency[] {
  return [...used.values()].filter(({ dependency, value }) => canBeEmpty(dependency) && isEmpty(value)).map(({ dependency }) => dependency);
}

/** Ids of what has something in it. */
export function* fullOnes(used: UsedData): Generator<string> {
  for (const [id, { dependency, value }] of used) if (canBeEmpty(dependency) && !isEmpty(value)) yield id;
}

/** Those that have nothing now. @param full ids of what had something before */
export function emptiedSince(full: ReadonlySet<string>, used: UsedData): readonly Dependency[] {
  return emptyOnes(used).filter((dependency) => full.has(dependencyId(dependency)));
}

/** `service "web": there was something and now there is nothing` */
export function emptiedText(emptied: readonly Dependency[]): string {
  return `${emptied.map(describeDependency).join(', ')}: there was something and now there is nothing`;
}

/** The same, where that is why nothing is written. */
export function emptiedRefusal(emptied: readonly Dependency[]): string {
  return `${emptiedText(emptied)}; files stay as they are (allow_empty = true would empty them)`;
}

function canBeEmpty({ kind }: Dependency): boolean {
  return kind === 'keyPrefix' || kind === 'service';
}

function isEmpty(value: Used['value']): boolean {
  return Array.isArray(value) && value.length === 0;
}
