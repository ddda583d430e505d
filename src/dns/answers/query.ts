/** NAME.query: what a prepared query finds, in the order in which it finds it. */
import { parseDuration } from '../../lib/duration.js';
import type { QueryResult } from '../../model/prepared-query.js';
import type { Asked } from '../asked.js';
import { ask, type Context, datacenterFor, queryOptions } from '../context.js';
import type { Chase, Question } from '../question.js';
import { nameError, type Reply } from '../reply.js';
import { serviceTtl } from '../service-ttl.js';
import { choicesOf } from './instances.js';
import { serviceReply } from './service.js';

/** The query has shuffled its instances or sorted them by distance: with this, nothing changes its place any more. */
const asTheyCome = () => 0;

export async function queryReply(
  context: Context,
  question: Question,
  { query: nameOrId, datacenter }: Asked & { kind: 'query' },
  chase: Chase,
): Promise<Reply> {
  const { settings } = context;
  const source = { agentNode: settings.node, address: question.source };
  const query = { kind: 'query.execute' as const, nameOrId, near: '', limit: 0, connect: false, source };
  const result = await ask(context, query, queryOptions(context, datacenterFor(context, datacenter)));
  if (result === null || result.Nodes.length === 0) return nameError(context);
  const useWan = settings.translateWanAddresses && result.Datacenter.toLowerCase() !== settings.datacenter;
  const choices = choicesOf(result.Nodes, {
    settings,
    rules: { type: question.type, useWan },
    owner: question.owner,
    ttl: ttlOf(context, result),
    datacenter: result.Datacenter,
  });
  const reply = await serviceReply({ ...context, random: asTheyCome }, question, choices, chase);
  return { ...reply, isForSubnet: true };
}

/** The query's own, else that of the service it came to. In whole seconds. */
function ttlOf({ settings }: Context, { DNS, Service }: QueryResult): number {
  return DNS.TTL === '' ? serviceTtl(settings, Service.toLowerCase()) : Math.floor(parseDuration(DNS.TTL) / 1000);
}
