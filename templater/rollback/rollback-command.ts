/**
 * `mesh-template rollback RESOURCE`: an older version takes the place of the files of a group, checked and reloaded as any other change,
 * and stays until `resume`: the pin is on the disk, so a process that runs holds what it renders, and one that starts later does too.
 */
import { FlagError, type FlagTable } from '../../src/lib/argv.js';
import type { ProcessParts } from '../process.js';
import { GroupRound } from '../runtime/group-round.js';
import { type Version, versionHash } from '../runtime/group-state.js';
import type { Keeper } from '../runtime/keeper.js';
import { OwedReload } from '../runtime/owed-reload.js';
import { RoundFailure } from '../runtime/round-context.js';
import { DeployError } from '../runtime/target.js';
import { type NamedGroup, runGroupCommand } from './group-command.js';

const flags = {
  to: { kind: 'int', fallback: 0, about: 'the version, as `mesh-template versions` lists them; default: the one before the present one' },
} as const satisfies FlagTable;

export function rollbackCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  const command = {
    usage: 'mesh-template rollback [options] RESOURCE',
    about: 'Puts an older version of the files of a resource, or of its group, back, and keeps it until `mesh-template resume`.',
    flags,
  };
  return runGroupCommand({ argv, parts, command }, async (group, { to }) => {
    const { keeper, name } = group;
    // A change that is under way may go back by itself while it is waited for: meant is what was there before it.
    const version = to === 0 ? versionBefore(keeper, name) : versionNumbered(keeper, { version: to, name });
    await group.lock();
    try {
      await pinned(group, version);
      parts.print(`${name}: version ${version.version} of ${version.time} is in place, until mesh-template resume ${name}\n`);
      return true;
    } finally {
      keeper.unlock();
    }
  });
}

/** The newest that is older than what is there now. @throws FlagError */
function versionBefore(keeper: Keeper, name: string): Version {
  const { state } = keeper;
  const numbers = state.versionNumbers();
  const now = state.pin()?.version ?? numbers.findLast((number) => state.version(number)?.sha256 === versionHash(keeper.filesNow()));
  const before = numbers.findLast((number) => now === undefined || number < now);
  const version = before === undefined ? undefined : state.version(before);
  if (version === undefined) throw new FlagError(`${JSON.stringify(name)} has no older version`);
  return version;
}

/** @throws FlagError */
function versionNumbered({ state }: Keeper, { version: number, name }: { readonly version: number; readonly name: string }): Version {
  const version = state.version(number);
  if (version !== undefined) return version;
  const numbers = state.versionNumbers();
  throw new FlagError(
    `${JSON.stringify(name)} has no version ${number}, ${numbers.length === 0 ? 'and no other' : `only ${numbers.join(', ')}`}`,
  );
}

/** The pin comes first: what is rendered from then on waits. When the version cannot be put in place everything is as it was. */
async function pinned({ keeper, group, members, deployment }: NamedGroup, version: Version): Promise<void> {
  const { state, made } = keeper;
  const before = state.pin();
  await state.writePin({ version: version.version, since: new Date(deployment.clock.now()).toISOString() });
  try {
    const round = new GroupRound({
      group,
      members,
      due: keeper.renderingOf(version),
      deployment,
      // The lock is held already, and the pin is ours.
      keeper: {
        made,
        begin: async (due) => made.expect(due).then(() => 'free'),
        end: (due) => made.settle(due),
        // The version that was asked for, or what was there before.
        goodVersion: () => undefined,
      },
      owed: new OwedReload(group, deployment),
      onWaiting: () => {},
      superseded: deployment.ending,
    });
    await round.run();
  } catch (error) {
    await state.writePin(before);
    if (!(error instanceof RoundFailure)) throw error;
    const output = error.fields.output;
    throw new DeployError(`${error.message}${typeof output === 'string' && output !== '' ? `\n${output.trimEnd()}` : ''}`, {
      cause: error,
    });
  }
}
