/** SERVICE.ingress: where the gateways are that serve a service, in the records of a service of their own. */
import type { Asked } from '../asked.js';
import { ask, type Context } from '../context.js';
import type { Chase, Question } from '../question.js';
import { nameError, type Reply } from '../reply.js';
import { serviceQuery } from '../service-query.js';
import { choicesOf, healthyOf } from './instances.js';
import { serviceReply } from './service.js';

export async function ingressReply(context: Context, question: Question, what: Asked & { kind: 'ingress' }, chase: Chase): Promise<Reply> {
  const { service, datacenter } = what;
  const { options, choosing } = serviceQuery(context, question, { kind: 'service', service, tag: '', connect: false, datacenter });
  const query = { filter: '', near: '', nodeMeta: {}, service, passing: context.settings.onlyPassing };
  const healthy = healthyOf(await ask(context, { kind: 'health.ingress', ...query }, options));
  return healthy.length === 0 ? nameError(context) : serviceReply(context, question, choicesOf(healthy, choosing), chase);
}
