/** `mesh members`. */
import { agentClient } from '../../client/agent.js';
import { columnize } from '../../lib/columnize.js';
import { goQuote } from '../../lib/go-quote.js';
import type { Member } from '../../model/records.js';
import { clientFlags, openFromFlags } from '../client-flags.js';
import { CommandFailure, defineCommand } from '../command.js';
import { orFail } from '../failures.js';

/** By `Member.Status`. */
const statusNames = ['none', 'alive', 'leaving', 'left', 'failed'];
const nobodyMatches = 2;

export const command = defineCommand({
  usage: 'mesh members [options]',
  about: 'Lists the members of the cluster. When none matches, nothing is printed and the exit status is 2.',
  flags: {
    detailed: { kind: 'bool', about: 'print tags instead of type, version and so on' },
    segment: { kind: 'string', fallback: '_all', about: "network segment of Consul's other edition" },
    status: { kind: 'string', fallback: '.*', about: 'regular expression that the status must match' },
    wan: { kind: 'bool', about: 'list the servers of all datacenters' },
    ...clientFlags,
  },
  async run({ flags }, io) {
    const wanted = statusPattern(flags.status);
    const agent = agentClient(await openFromFlags(flags, io));
    const members = await orFail('Error retrieving members', agent.members({ wan: flags.wan, segment: flags.segment }));
    const matching = members.filter((member) => wanted.test(statusOf(member))).sort(bySegmentAndName);
    if (matching.length === 0) return nobodyMatches;
    io.out(`${columnize(flags.detailed ? detailed(matching) : brief(matching))}\n`);
    return 0;
  },
});

function statusPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^.*\/[a-z]*: /, '') : String(error);
    throw new CommandFailure(`Failed to compile status regexp: error parsing regexp: ${why}: ${goQuote(text)}`, { cause: error });
  }
}

function statusOf(member: Member): string {
  return statusNames[member.Status] ?? 'unknown';
}

/** Servers are in every segment. */
function segmentOf({ Tags }: Member): string {
  if (Tags.role === 'consul') return '<all>';
  return Tags.segment ? Tags.segment : '<default>';
}

/** Servers come first, since "<all>" does. */
function bySegmentAndName(a: Member, b: Member): number {
  const [left, right] = [`${segmentOf(a)}\0${a.Name}`, `${segmentOf(b)}\0${b.Name}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function addressOf({ Addr, Port }: Member): string {
  return `${Addr.includes(':') ? `[${Addr}]` : Addr}:${Port}`;
}

function brief(members: readonly Member[]): string[][] {
  return [['Node', 'Address', 'Status', 'Type', 'Build', 'Protocol', 'DC', 'Segment'], ...members.map(row)];
}

function row(member: Member): string[] {
  const { role, build = '', dc = '', vsn = '' } = member.Tags;
  const type = role === 'consul' ? 'server' : role === 'node' ? 'client' : 'unknown';
  const known = type === 'unknown' ? ['', '', ''] : [build.split(':')[0] ?? '', vsn, dc];
  return [member.Name, addressOf(member), statusOf(member), type, ...known, type === 'unknown' ? '' : segmentOf(member)];
}

function detailed(members: readonly Member[]): string[][] {
  return [
    ['Node', 'Address', 'Status', 'Tags'],
    ...members.map((member) => [member.Name, addressOf(member), statusOf(member), tagsOf(member)]),
  ];
}

/** "acls=0,build=…", by name. */
function tagsOf(member: Member): string {
  const tags: Readonly<Record<string, string>> = { ...member.Tags, segment: segmentOf(member) };
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
