/** Reverse names (RFC 1035 §3.5, RFC 3596 §2.5): the node with that address, else the service, of this datacenter. */
import { addressText } from '../../lib/ip-address.js';
import { ask, type Context, queryOptions } from '../context.js';
import type { Question } from '../question.js';
import { type Reply, replyWith, soaRecord } from '../reply.js';
import { Type } from '../wire/codes.js';
import { nodeName } from './instances.js';

/** @returns null when nobody here has the address */
export async function reverseReply(context: Context, question: Question): Promise<Reply | null> {
  const bytes = reversed(question.labels);
  if (!bytes) return null;
  const found = await ask(context, { kind: 'catalog.address', address: addressText(bytes) }, queryOptions(context, ''));
  const target = targetOf(context, found.Nodes[0]?.Node, found.Services[0]?.Service.Service);
  if (target === null) return null;
  const answer = { owner: question.owner, ttl: 0, data: { kind: 'name', type: Type.PTR, target } } as const;
  return replyWith({ answers: [answer], authority: question.type === Type.SOA ? [soaRecord(context)] : [] });
}

function targetOf({ settings }: Context, node: string | undefined, service: string | undefined): string | null {
  if (node !== undefined) return nodeName(node, settings.datacenter, settings);
  return service === undefined ? null : `${service}.service.${settings.datacenter}.${settings.domain}`;
}

/** ["1", "0", "6", "10", "in-addr", "arpa"] -> 10.6.0.1 */
function reversed(labels: readonly string[]): Uint8Array | null {
  const parts = labels.slice(0, -2).reverse();
  if (labels.at(-2) === 'in-addr' && parts.length === 4) {
    return parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256) ? Uint8Array.from(parts, Number) : null;
  }
  if (labels.at(-2) !== 'ip6' || parts.length !== 32 || !parts.every((part) => /^[0-9a-f]$/.test(part))) return null;
  return Uint8Array.from(Buffer.from(parts.join(''), 'hex'));
}
