/** What catalog and health lists have in common: choice by node metadata, order by nearness, and no filter expressions yet. */
import { MeshError } from '../../model/errors.js';
import type { ListArguments } from '../../model/query.js';
import type { NodeRecord } from '../../model/records.js';
import { asMatched } from '../../state/stored.js';

type Choice = Pick<ListArguments, 'nodeMeta'>;

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

/** @throws MeshError `refused` */
export function refuseFilter({ filter }: Pick<ListArguments, 'filter'>): void {
  if (filter !== '')
    throw new MeshError('refused', `filter expressions are not supported by this version: "${filter}"; leave "filter" away`);
}

export function listKey({ near, nodeMeta }: Pick<ListArguments, 'near' | 'nodeMeta'>): string {
  return choosesNodes({ nodeMeta }) ? `${near}\0${JSON.stringify(Object.entries(nodeMeta).sort())}` : near;
}
