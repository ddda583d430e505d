/** SERVICE.service and its like, record by record: where names are not compressed, or host names have to be followed. */
import type { Random } from '../../lib/random.js';
import { shuffled } from '../../lib/shuffle.js';
import type { Context } from '../context.js';
import type { Chase, Question } from '../question.js';
import { noData, type Reply, replyWith } from '../reply.js';
import { Type } from '../wire/codes.js';
import type { DnsRecord } from '../wire/record.js';
import type { Choice, Choices, HostChoice } from './instances.js';

/** @param choices not empty as a whole, or the service has nothing for this type */
export async function serviceReply(context: Context, question: Question, { plain, hosts }: Choices, chase: Chase): Promise<Reply> {
  if (question.type === Type.SRV) return srvReply(shuffled([...plain, ...hosts], context.random), chase);
  if (plain.length > 0) {
    return replyWith({ answers: shuffled(plain, context.random).map(({ answer }) => answer), isAddressList: true });
  }
  const host = oneOf(hosts, context.random);
  if (!host) return noData(context);
  return replyWith({ answers: [host.answer, ...(await followed(host, chase))] });
}

async function srvReply(choices: readonly (Choice | HostChoice)[], chase: Chase): Promise<Reply> {
  const additional: DnsRecord[] = [];
  for (const choice of choices) {
    if ('hostName' in choice) additional.push(...(await followed(choice, chase)));
    additional.push(...choice.extras);
  }
  return replyWith({ answers: choices.map(({ answer }) => answer), additional });
}

/** Whatever TTL they come with, records found for a service are as short-lived as the service's own. */
async function followed({ hostName, answer }: HostChoice, chase: Chase): Promise<DnsRecord[]> {
  return (await chase(hostName)).map((record) => ({ ...record, ttl: answer.ttl }));
}

function oneOf<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}
