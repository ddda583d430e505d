/** What the steps of one change of a group have in common: whose it is, what it needs, how its commands run and its failures are told. */
import type { Group, Resource } from '../resource.js';
import type { CommandEnd } from './command-run.js';
import type { Deployment, RenderedResource } from './deployment.js';
import type { TurnOutcome } from './gate.js';
import type { PlannedCommand } from './group-commands.js';
import type { MadeFiles } from './made-files.js';
import type { Stage } from './observer.js';

/** What is kept on the disk about a group. Nobody else puts its files in place from `begin` to `end`. */
export interface RoundKeeper {
  readonly made: MadeFiles;
  /**
   * @param isUnproven what is in place is not known to be any good: it is not kept as a version
   * @returns `pinned` when it is, or was meanwhile: what was compared is out of date; `end` is not called then. @throws DeployError
   */
  begin(due: readonly RenderedResource[], isUnproven: boolean): Promise<'free' | 'pinned'>;
  /** The newest version that is not known to fail. @throws DeployError */
  goodVersion(): GoodVersion | undefined;
  /** Never rejects: the files are where they are. */
  end(due: readonly RenderedResource[], outcome: TurnOutcome): Promise<void>;
}

/** A version that was in use. */
export interface GoodVersion {
  readonly version: number;
  /** RFC 3339. */
  readonly time: string;
  /** What it makes the members be. */
  readonly due: readonly RenderedResource[];
}

export interface RoundContext {
  readonly group: Group;
  /** All of the group, also those that do not change. */
  readonly members: readonly Resource[];
  readonly due: readonly RenderedResource[];
  readonly deployment: Deployment;
  /** There when something is kept on the disk: versions, pins, what was made for items. */
  readonly keeper: RoundKeeper | undefined;
}

/** The round is over, and the files are as they were, or as the message says. */
export class RoundFailure extends Error {
  override readonly name = 'RoundFailure';
  readonly stage: Stage;
  /** For the log line. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(stage: Stage, message: string, fields: Readonly<Record<string, unknown>>) {
    super(message);
    this.stage = stage;
    this.fields = fields;
  }
}

/** The new files stay, although something is wrong with them. */
export class KeptFailure extends RoundFailure {}

/** What failed; the command, when it was one. */
export interface Failed {
  readonly command?: string;
  readonly resource?: Resource | undefined;
  readonly output?: string;
}

/** Fields of a log line about the whole group, or one of its resources. A group of one has the name of its resource. */
export function namesOf(
  { group, members }: Pick<RoundContext, 'group' | 'members'>,
  resource?: Resource,
): Readonly<Record<string, unknown>> {
  const isShared = members.length > 1;
  if (resource === undefined) return isShared ? { group: group.name } : { resource: group.name };
  return { resource: resource.name, ...(isShared && { group: group.name }) };
}

export function fieldsOf(context: RoundContext, { command, resource, output }: Failed): Readonly<Record<string, unknown>> {
  return { ...namesOf(context, resource), ...(command !== undefined && { command }), ...(output !== undefined && { output }) };
}

export async function runPlanned({ deployment }: RoundContext, { command, timeoutMs, env }: PlannedCommand): Promise<CommandEnd> {
  const { log, run, signal } = deployment;
  log.log('debug', `Running ${command}`);
  const end = await run(command, { timeoutMs, signal, ...(env && { env }) });
  // What fails is told by those who know what that means, with its output.
  if (end.exitCode === 0) log.log('debug', 'Command succeeded', { command, output: end.output });
  return end;
}

/** All files of the group, as far as they are known. */
export function destinationsOf({ members, keeper }: RoundContext): readonly string[] {
  return members.flatMap((resource) => (resource.forEach === undefined ? [resource.destination] : (keeper?.made.of(resource) ?? [])));
}
