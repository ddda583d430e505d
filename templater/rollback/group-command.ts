/** What `rollback`, `resume` and `versions` have in common: a group of a configuration, named by one word, with what is kept about it. */
import { FlagError, type FlagTable, type FlagValues, HelpRequested, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { commandHelp } from '../../src/lib/argv-help.js';
import { deploymentOf } from '../confd/deployment.js';
import { logOf } from '../log.js';
import type { ProcessParts } from '../process.js';
import type { Deployment } from '../runtime/deployment.js';
import { Keeper } from '../runtime/keeper.js';
import { DeployError } from '../runtime/target.js';
import { type ConfiguredGroup, configurationFlags, configured, groupNamed } from './configured.js';

export interface GroupCommand<F extends FlagTable> {
  readonly usage: string;
  readonly about: string;
  readonly flags: F;
}

/** The group that was named. */
export interface NamedGroup extends ConfiguredGroup {
  /** As it was named. */
  readonly name: string;
  readonly keeper: Keeper;
  readonly deployment: Deployment;
  /** Nobody else changes the group from then on, until `keeper.unlock`. @throws DeployError */
  lock(): Promise<void>;
}

const exitStatus = { done: 0, failed: 1, badFlags: 2 } as const;

/** @returns the exit status: 0, 1 when it could not be done, 2 for arguments that make no sense */
export async function runGroupCommand<F extends FlagTable>(
  { argv, parts, command }: { readonly argv: readonly string[]; readonly parts: ProcessParts; readonly command: GroupCommand<F> },
  task: (group: NamedGroup, flags: FlagValues<F>) => Promise<boolean>,
): Promise<number> {
  const { usage, about } = command;
  const table = { ...command.flags, ...configurationFlags };
  try {
    const { flags, words } = parsed(table, argv);
    const [name, ...more] = words;
    if (name === undefined || more.length > 0) throw new FlagError('name one resource, or one group');
    return (await task(await named(name, flags, parts), flags)) ? exitStatus.done : exitStatus.failed;
  } catch (error) {
    if (error instanceof HelpRequested) {
      parts.print(commandHelp({ usage, about, flags: table }));
      return exitStatus.done;
    }
    if (error instanceof DeployError) {
      parts.printError(`${error.message}\n`);
      return exitStatus.failed;
    }
    if (!(error instanceof FlagError)) throw error;
    parts.printError(`${error.message}\nUsage: ${usage}\n`);
    return exitStatus.badFlags;
  }
}

/** The name may stand anywhere: `rollback web --to 3`. */
function parsed<F extends FlagTable>(table: F, argv: readonly string[]): ParsedArguments<F> {
  const found = parseArguments(table, argv);
  const [name, next] = found.words;
  if (name === undefined || !next?.startsWith('-')) return found;
  const position = argv.length - found.words.length;
  return parseArguments(table, [...argv.slice(0, position), ...argv.slice(position + 1), name]);
}

async function named(name: string, flags: FlagValues<typeof configurationFlags>, parts: ProcessParts): Promise<NamedGroup> {
  const { set, stateDirectory } = await configured(flags, parts);
  const log = logOf(parts, 'warn');
  for (const { text } of set.failures) log.log('warn', text);
  const { group, members } = groupNamed(set.resources, name);
  const ending = new AbortController();
  parts.onEnd(() => ending.abort());
  const deployment = deploymentOf(
    { noop: false, syncOnly: false, keepStageFile: false, stateDirectory },
    { parts, log, endings: { ending: ending.signal, killing: ending.signal } },
  );
  const keeper = new Keeper({ group, members: () => members, deployment });
  const tellWaiting = () => parts.printError(`waiting for a change of ${name} that is under way\n`);
  return { name, group, members, deployment, keeper, lock: () => keeper.lock(tellWaiting) };
}
