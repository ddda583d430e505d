/** What catalog and health lists have in common: choice by node metadata, order by nearness, and by filter expressions. */
import { nodeDistanceSeconds } from '../../model/coordinate.js';
import type { Fields } from '../../model/filter/fields.js';
import { compileFilter } from '../../model/filter/filter.js';
import type { ListArguments } from '../../model/query.js';
import type { NodeRecord } from '../../model/records.js';
import type { StateView } from '../../state/state.js';
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
 * By round trip from the named node, which is at no distance from itself and comes first. Nodes that nothing is known of stay in order
 * behind the others; a name that nobody has changes nothing.
 */
export function nearestFirst<T>({ coordinates }: StateView, items: readonly T[], near: string, nodeOf: (item: T) => string): readonly T[] {
  if (near === '') return items;
  const wanted = asMatched(near);
  const from = coordinates.ofNode(wanted);
  const distanceOf = (node: string) => (node === wanted ? -1 : nodeDistanceSeconds(from, coordinates.ofNode(node)));
  const measured = items.map((item) => ({ item, distance: distanceOf(asMatched(nodeOf(item))) }));
  // Two nodes that nothing is known of are equally far: Infinity - Infinity would be no order.
  return measured.sort((a, b) => (a.distance === b.distance ? 0 : a.distance - b.distance)).map(({ item }) => item);
}

/** For lists that are sorted by nearness. */
export function nearnessOrder({ coordinates }: StateView, { near }: Pick<ListArguments, 'near'>): number {
  return near === '' ? 0 : coordinates.index;
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
