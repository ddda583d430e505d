/** NODE.node: its address (and metadata), whatever its health. */
import { addressBytes } from '../../lib/ip-address.js';
import type { NodeRecord } from '../../model/records.js';
import type { Asked } from '../asked.js';
import { ask, type Context, datacenterFor, queryOptions } from '../context.js';
import { nodeAddress } from '../instance-address.js';
import { metaRecords } from '../node-meta.js';
import type { Chase, Question } from '../question.js';
import { nameError, type Reply, replyWith } from '../reply.js';
import { Type } from '../wire/codes.js';
import type { DnsRecord } from '../wire/record.js';
import { addressRecord, fits, fullName } from './instances.js';

const answered: ReadonlySet<number> = new Set([Type.A, Type.AAAA, Type.ANY, Type.TXT]);

export async function nodeReply(context: Context, question: Question, asked: Asked & { kind: 'node' }, chase: Chase): Promise<Reply> {
  if (!answered.has(question.type)) return replyWith({});
  const datacenter = datacenterFor(context, asked.datacenter);
  const found = await ask(context, { kind: 'catalog.node', node: asked.node, filter: '' }, queryOptions(context, datacenter));
  // The query also finds nodes by their id.
  if (!found || found.Node.Node.toLowerCase() !== asked.node) return nameError(context);
  const useWan = context.settings.translateWanAddresses && datacenter !== '';
  const addresses = await addressRecords(context, question, nodeAddress(found.Node, { type: question.type, useWan }), chase);
  const meta = metaRecords(found.Node, question.owner, context.nodeTtl);
  const wantsMeta = question.type === Type.TXT || question.type === Type.ANY;
  if (wantsMeta) return replyWith({ answers: question.type === Type.TXT ? meta : [...addresses, ...meta] });
  return replyWith({ answers: addresses, additional: mayAddMeta(context, found.Node) ? meta : [] });
}

async function addressRecords(context: Context, question: Question, address: string, chase: Chase): Promise<DnsRecord[]> {
  const { owner, type } = question;
  const bytes = addressBytes(address);
  if (bytes) return fits(bytes, type) && type !== Type.TXT ? [addressRecord(owner, context.nodeTtl, bytes)] : [];
  if (address === '' || type === Type.TXT) return [];
  const data = { kind: 'name', type: Type.CNAME, target: fullName(address) } as const;
  return [{ owner, ttl: context.nodeTtl, data }, ...(await chase(address))];
}

function mayAddMeta({ settings }: Context, { Meta }: NodeRecord): boolean {
  return settings.additionalNodeMetaTxt && Meta !== null;
}
