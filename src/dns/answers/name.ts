/** The answer to a name of the domain, and the following of host names, which may lead back into it. */
import { asked, zoneOf } from '../asked.js';
import { ask, type Context, isUnknownDatacenter } from '../context.js';
import type { Question } from '../question.js';
import { nameError, type Reply, replyWith } from '../reply.js';
import { serviceQuery } from '../service-query.js';
import { Rcode, Type } from '../wire/codes.js';
import { nameBytes, nameLabels } from '../wire/name.js';
import type { DnsRecord } from '../wire/record.js';
import { addressReply } from './address.js';
import { ingressReply } from './ingress.js';
import { choicesOf, fullName, healthyOf } from './instances.js';
import { nameServerReply, soaReply } from './name-servers.js';
import { nodeReply } from './node.js';
import { queryReply } from './query.js';
import { serviceReply } from './service.js';

/** Finds what a name outside the domain leads to: aliases and addresses. */
export type LookUpOutside = (hostName: string, hasEdns: boolean) => Promise<readonly DnsRecord[]>;

/** Two host names are followed, so an answer has at most three aliases; a ring of them simply ends. */
const depthMax = 2;

/** @param labels those of the question left of the domain */
export async function nameReply(context: Context, question: Question, labels: readonly string[], outside: LookUpOutside): Promise<Reply> {
  switch (question.type) {
    case Type.SOA:
      return soaReply(context);
    case Type.NS:
      return nameServerReply(context);
    case Type.AXFR:
      return replyWith({ rcode: Rcode.NOTIMP });
  }
  const what = asked(labels, question.type);
  const chase = (hostName: string) => chased(context, question, hostName, outside);
  switch (what.kind) {
    case 'service': {
      const { query, options, choosing } = serviceQuery(context, question, what);
      const healthy = healthyOf(await ask(context, query, options));
      if (healthy.length === 0) return nameError(context);
      return serviceReply(context, question, choicesOf(healthy, choosing), chase);
    }
    case 'query':
      return queryReply(context, question, what, chase);
    case 'ingress':
      return ingressReply(context, question, what, chase);
    case 'node':
      return nodeReply(context, question, what, chase);
    case 'address':
      return addressReply(context, what);
    case 'nothing':
      return nameError(context);
  }
}

/** Within the domain a host name is followed as an ANY question. */
async function chased(context: Context, question: Question, hostName: string, outside: LookUpOutside): Promise<readonly DnsRecord[]> {
  const owner = fullName(hostName);
  const bytes = nameBytes(owner.toLowerCase());
  const labels = bytes && nameLabels(bytes);
  if (!labels) return [];
  const zone = zoneOf(labels, context.domains);
  if (zone.kind !== 'domain') return outside(owner, question.hasEdns);
  if (question.depth >= depthMax) return [];
  const next = { ...question, owner, labels, type: Type.ANY, depth: question.depth + 1 };
  try {
    return (await nameReply(context, next, zone.labels, outside)).answers;
  } catch (error) {
    if (isUnknownDatacenter(error)) return [];
    throw error;
  }
}
