/** NS and SOA of the domain: the healthy servers of this datacenter, at most three, in random order. */
import { addressBytes } from '../../lib/ip-address.js';
import { shuffled } from '../../lib/shuffle.js';
import type { HealthEntry } from '../../model/catalog-answers.js';
import { ask, type Context, queryOptions } from '../context.js';
import { type Reply, replyWith, soaRecord } from '../reply.js';
import { Type } from '../wire/codes.js';
import type { DnsRecord } from '../wire/record.js';
import { addressRecord, healthyOf, nodeName } from './instances.js';

const serversMax = 3;

export async function nameServerReply(context: Context): Promise<Reply> {
  const { records, addresses } = await nameServers(context);
  return replyWith({ answers: records, additional: addresses });
}

export async function soaReply(context: Context): Promise<Reply> {
  const { records, addresses } = await nameServers(context);
  return replyWith({ answers: [soaRecord(context)], authority: records, additional: addresses });
}

async function nameServers(
  context: Context,
): Promise<{ readonly records: readonly DnsRecord[]; readonly addresses: readonly DnsRecord[] }> {
  const query = {
    kind: 'health.service',
    service: 'consul',
    tags: [],
    connect: false,
    passing: false,
    filter: '',
    near: '',
    nodeMeta: {},
  } as const;
  const entries = healthyOf(await ask(context, query, queryOptions(context, ''))).filter(isHostName);
  const chosen = shuffled(entries, context.random).slice(0, serversMax);
  const names = chosen.map(({ Node }) => nodeName(Node.Node.toLowerCase(), context.settings.datacenter, context.settings));
  const records = names.map((target) => nsRecord(context, target));
  const addresses = chosen.flatMap(({ Node }, i) => {
    const bytes = addressBytes(Node.Address);
    return bytes ? [addressRecord(names[i] ?? '', context.nodeTtl, bytes)] : [];
  });
  return { records, addresses };
}

/** Resolvers refuse name servers whose names are no host names (RFC 952). */
function isHostName({ Node }: HealthEntry): boolean {
  return /^[A-Za-z0-9\\-]+$/.test(Node.Node);
}

function nsRecord({ settings, nodeTtl }: Context, target: string): DnsRecord {
  return { owner: settings.domain, ttl: nodeTtl, data: { kind: 'name', type: Type.NS, target } };
}
