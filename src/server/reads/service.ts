/** What reads of one service's instances share, in the catalog and in the health view. */
import type { ServiceArguments } from '../../model/query.js';
import type { ServiceRecord } from '../../model/records.js';
import type { StateView } from '../../state/state.js';
import { asMatched } from '../../state/stored.js';
import type { Topic } from '../../state/topics.js';
import { listKey } from './lists.js';

/** All of the tags must be present, in any case. */
export function hasTags({ Tags }: ServiceRecord, wanted: readonly string[]): boolean {
  return wanted.every((tag) => Tags.some((present) => asMatched(present) === asMatched(tag)));
}

/**
 * That of the service, with its checks, nodes and their checks. Without an instance: when a service last lost its last
 * one; as long as that never happened, the newest change of nodes and services (and checks, in the health view).
 */
export function serviceIndex(view: StateView, query: ServiceArguments, withChecks: boolean): number {
  const { indexes } = view.catalog;
  const version = instanceVersion(view, query);
  if (version >= 0) return version;
  if (indexes.lostService > 0) return indexes.lostService;
  return Math.max(indexes.nodes, indexes.services, withChecks ? indexes.checks : 0);
}

/** -1 when there is no instance: then the value is an empty list, whatever else happens. */
export function instanceVersion({ catalog }: StateView, { service, connect }: ServiceArguments): number {
  return (connect ? catalog.connect(service) : catalog.service(service))?.index ?? -1;
}

export function instanceTopics(_view: StateView, { service, connect }: ServiceArguments): readonly Topic[] {
  return [{ kind: connect ? 'connect' : 'service', name: asMatched(service) }];
}

export function serviceKey({ service, tags, connect, ...list }: ServiceArguments): string {
  return `${connect ? '+' : '-'}${asMatched(service)}\0${tags.length === 0 ? '' : JSON.stringify(tags)}\0${listKey(list)}`;
}
