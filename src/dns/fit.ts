/**
 * Cuts a reply to what its transport takes: first the number of answers, then bytes. When answers were dropped the additional section is made
 * anew from the ones left: for each target the first record of its name, and on along aliases. Limits: docs/dns.md.
 */
import type { DnsSettings } from '../model/dns-settings.js';
import type { Reply } from './reply.js';
import { Type, udpBytesMax } from './wire/codes.js';
import { messageBytes, optBytes } from './wire/encoder.js';
import type { DnsRecord } from './wire/record.js';
import type { Request } from './wire/request.js';

export type Transport = 'udp' | 'tcp';

export interface Limits {
  readonly answers: number;
  /** Of the whole message, without OPT. */
  readonly bytes: number;
  /** Whether bytes are counted with names compressed. */
  readonly compressed: boolean;
}

/** Over plain UDP never more, whatever `udp_answer_limit` says. */
const udpAnswersMax = 8;
const tcpAnswersMax = 4096;
const tcpServersMax = 1024;
const tcpBytesMax = 65_523;
/** What fits a datagram over IPv4. */
const datagramBytesMax = 65_507;
/** What the recorded server leaves free below 512, and where it counts names in full. */
const spareBytes = 7;

export function limitsOf(request: Request, transport: Transport, settings: DnsSettings): Limits {
  const compressed = !settings.disableCompression;
  if (transport === 'tcp') return { answers: request.type === Type.SRV ? tcpServersMax : tcpAnswersMax, bytes: tcpBytesMax, compressed };
  if (request.udpBytes > udpBytesMax)
    return { answers: tcpAnswersMax, bytes: Math.min(request.udpBytes, datagramBytesMax) - optBytes(request.edns), compressed };
  return { answers: Math.min(settings.udpAnswerLimit, udpAnswersMax), bytes: udpBytesMax - spareBytes, compressed: false };
}

export interface Fitted {
  readonly reply: Reply;
  readonly isTruncated: boolean;
}

export function fitReply(reply: Reply, request: Request, transport: Transport, settings: DnsSettings): Fitted {
  const limits = limitsOf(request, transport, settings);
  const { aRecordLimit } = settings;
  const answers = reply.isAddressList && aRecordLimit > 0 ? reply.answers.slice(0, aRecordLimit) : reply.answers;
  const whole = { ...reply, answers };
  const size = (part: Reply) => sizeOf(part, request, limits.compressed);
  const isWithinCount = answers.length <= limits.answers;
  if (isWithinCount && (answers.length < 2 || size(whole) <= limits.bytes)) return { reply: whole, isTruncated: false };
  const first = (count: number) => cut(whole, count);
  // The most that fits lies between one answer and all but one.
  let [low, high] = [Math.min(1, limits.answers), isWithinCount ? answers.length - 1 : limits.answers];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (size(first(middle)) <= limits.bytes) low = middle;
    else high = middle - 1;
  }
  return { reply: first(low), isTruncated: true };
}

function sizeOf({ answers, authority, additional }: Reply, { question }: Request, compress: boolean): number {
  return messageBytes({ id: 0, word: 0, question, answers, authority, additional, edns: null }, compress);
}

function cut(reply: Reply, count: number): Reply {
  const answers = reply.answers.slice(0, count);
  return { ...reply, answers, authority: [], additional: additionalFor(answers, reply.additional) };
}

function additionalFor(answers: readonly DnsRecord[], additional: readonly DnsRecord[]): DnsRecord[] {
  const byOwner = new Map<string, DnsRecord>();
  for (const record of additional) if (!byOwner.has(record.owner)) byOwner.set(record.owner, record);
  const kept = new Set<DnsRecord>();
  for (const { data } of answers) {
    let next = data.kind === 'SRV' || (data.kind === 'name' && data.type === Type.NS) ? byOwner.get(data.target) : undefined;
    while (next && !kept.has(next)) {
      kept.add(next);
      next = next.data.kind === 'name' ? byOwner.get(next.data.target) : undefined;
    }
  }
  return [...kept];
}
