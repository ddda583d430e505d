/** What catalog and health lists have in common: choice by node metadata, order by nearness, and by filter expressions. */
import type { Fields } from '../../model/filter/fields.js';
import { compileFilter } from '../../model/filter/filter.js';
import type { ListArguments } from '../../model/query.js';
import type { NodeRecord } from '../../model/records.js';
import { asMatched } from '../../state/stored.js';

type Choice = Pick<ListArguments, 'nodeMeta'>;
type Filtered = Pick<ListArguments, 'filter'>;

export function choosesNodes({ nodeMeta }: Choice): boolean {
  for (const _ in nodeMeta) return true;
  return false;
}

/** Every pair must be there. */
export function hasNodeMeta(node: NodeRecord | undefined, { nodeMeta }: Choice): boolean {
  if (!node) return false;
  for (const key in nodeMeta) if (!node.Meta || !Object.hasOwn(node.Meta, key) || node.Meta[key] !== nodeMeta[key]) return false;
  return true;
}

/**
 * The named node is at no distance from itself and comes first; nothing is known of the others, which stay in order behind it. A
 * name that nobody has changes nothing.
 */
export function nearestFirst<T>(items: readonly T[], near: string, nodeOf: (item: T) => string): readonly T[] {
  if (near === '') return items;
  const wanted = asMatched(near);
  const isNear = (item: T) => asMatched(nodeOf(item)) === wanted;
  return [...items.filter(isNear), ...items.filter((item) => !isNear(item))];
}

/** What a read with a filter refuses. @param fields of what its list holds */
export function refuseFilter<T>(fields: Fields<T>): (query: Filtered) => void {
  return ({ filter }) => {
    if (filter !== '') compileFilter(filter, fields);
  };
}

export function filtered<T>(items: readonly T[], { filter }: Filtered, fields: Fields<T>): readonly T[] {
  return filter === '' ? items : items.filter(compileFilter(filter, fields));
}

export function listKey({ near, nodeMeta, filter }: ListArguments): string {
  const chosen = choosesNodes({ nodeMeta }) ? JSON.stringify(Object.entries(nodeMeta).sort()) : '';
  return chosen === '' && filter === '' ? near : `${near}\0${chosen}\0${filter}`;
}
