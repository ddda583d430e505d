/** What a service question asks the backend for, and how its instances become records. */
import type { QueryOptions } from '../model/backend.js';
import type { Query } from '../model/query.js';
import type { Choosing } from './answers/instances.js';
import type { Asked } from './asked.js';
import { type Context, datacenterFor, datacenterName, queryOptions } from './context.js';
import { serviceTtl } from './service-ttl.js';

export interface ServiceQuery {
  readonly query: Query<'health.service'>;
  readonly options: QueryOptions;
  readonly choosing: Choosing;
}

/** @param owner of the answers, with the last dot */
export function serviceQuery(
  context: Context,
  { owner, type }: { readonly owner: string; readonly type: number },
  { service, tag, connect, datacenter: named }: Asked & { kind: 'service' },
): ServiceQuery {
  const { settings } = context;
  const datacenter = datacenterFor(context, named);
  const list = { filter: '', near: '', nodeMeta: {} };
  return {
    query: { kind: 'health.service', service, tags: tag === '' ? [] : [tag], connect, passing: settings.onlyPassing, ...list },
    options: queryOptions(context, datacenter),
    choosing: {
      settings,
      rules: { type, useWan: settings.translateWanAddresses && datacenter !== '' },
      owner,
      ttl: serviceTtl(settings, service),
      datacenter: datacenterName(context, datacenter),
    },
  };
}
