/** `mesh-template fleet [RESOURCE]`: which machines run which version. */
import { FlagError, type FlagTable } from '../../src/lib/argv.js';
import { columnize } from '../../src/lib/columnize.js';
import { type AgentCommand, type CommandContext, runAgentCommand } from '../agent-command.js';
import { answerStatus } from '../answer-status.js';
import type { ProcessParts } from '../process.js';
import { ago } from '../status/text.js';
import { type FleetMember, fleetOf } from './fleet.js';
import { serviceName } from './service.js';
import { decodeVersion, type VersionRecord, versionKey, versionsPrefix } from './versions.js';

export const fleetFlags = {
  json: { kind: 'bool', about: 'print JSON' },
  prune: { kind: 'bool', about: 'forget what processes left behind that are gone' },
} as const satisfies FlagTable;

/** @returns the exit status: 0, 1 when not all are well and on the newest version, 2 for arguments that make no sense, 3 without an answer */
export function fleetCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  return runAgentCommand(fleet, argv, parts);
}

const fleet: AgentCommand<typeof fleetFlags> = {
  usage: 'mesh-template fleet [options] [RESOURCE]',
  about: 'Lists which processes with "register = true" run which version. Exit status 1: not all are well and on the newest one.',
  flags: fleetFlags,
  async run({ flags: given, words }, context) {
    const [resource, ...more] = words;
    if (more.length > 0) throw new FlagError('fleet takes one resource at most');
    const members = await read(context, resource);
    if (given.prune) return prune(members, context);
    if (given.json) context.parts.print(`${JSON.stringify(members, null, 2)}\n`);
    else context.parts.print(members.length === 0 ? 'no process has registered itself\n' : table(members, context.parts.now()));
    return members.every(({ State, Newest }) => State === 'gone' || (State === 'ok' && Newest)) ? answerStatus.well : answerStatus.notWell;
  },
};

async function read({ client, signal }: CommandContext, resource: string | undefined): Promise<readonly FleetMember[]> {
  const [entries, services] = await Promise.all([
    client.kv.list(versionsPrefix(resource), { signal }),
    client.health.service(serviceName, { signal }),
  ]);
  const records = entries.value.map(decodeVersion).filter((record): record is VersionRecord => record !== undefined);
  const members = fleetOf(records, services.value);
  return resource === undefined ? members : members.filter(({ Resource }) => Resource === resource);
}

async function prune(members: readonly FleetMember[], { client, parts, signal }: CommandContext): Promise<number> {
  const gone = members.filter(({ State }) => State === 'gone');
  for (const member of gone) {
    await client.kv.delete(versionKey(member), { signal });
    parts.print(`forgot ${member.Resource} of ${member.Instance}\n`);
  }
  if (gone.length === 0) parts.print('nobody is gone\n');
  return answerStatus.well;
}

function table(members: readonly FleetMember[], nowMs: number): string {
  const rows = members.map(({ Resource, Node, Instance, State, Hash, Index, Time, Newest, Why }) => [
    Resource,
    Node,
    Instance,
    Hash === '' ? '-' : `${Hash.slice(0, 8)}${Index === 0 ? '' : `@${Index}`}`,
    Hash === '' ? '-' : Newest ? 'newest' : 'older',
    ago(Time === '' ? undefined : Time, nowMs),
    State,
    Why,
  ]);
  return `${columnize([['RESOURCE', 'NODE', 'PROCESS', 'VERSION', '', 'SINCE', 'STATE', 'WHY'], ...rows])}\n`;
}
