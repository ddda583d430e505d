/**
 * One change of a group, from rendered bytes to files in use: compare, stage, check, wait for our turn, rename, reload. What other code
 * may rely on:
 *
 * - Contents, mode and owner as wanted: nothing is touched and nothing runs.
 * - All files of the group change or none does; each is the old one or the new one at every moment, whole, after a crash as well.
 * - A failed check leaves the old files, their inodes included.
 * - A failed reload puts the old files back and reloads again, unless `keep_failed` is set, there were none before, or the old ones are
 *   such whose own reload failed: there must be something good to go back to.
 * - Every failure is one log line: resource, command, how it ended, the end of its output.
 */
import { sha256 } from '../../src/lib/hash.js';
import type { Resource } from '../resource.js';
import { causesText } from './causes.js';
import {
  ChangeError,
  changeOf,
  discardAll,
  type FileChange,
  putAllBack,
  putAllInPlace,
  type StagedChange,
  stageAll,
  syncDirectoriesOf,
} from './change-set.js';
import type { CommandEnd } from './command-run.js';
import type { Deployed } from './deployment.js';
import { GateError, type Turn, type TurnOutcome, type Version } from './gate.js';
import { checkChanges } from './group-check.js';
import { keepsFailed, type PlannedCommand, plannedReloads } from './group-commands.js';
import {
  destinationsOf,
  type Failed,
  fieldsOf,
  KeptFailure,
  namesOf,
  type RoundContext,
  RoundFailure,
  runPlanned,
} from './round-context.js';
import type { Staging } from './stage.js';
import { DeployError, lookAt } from './target.js';

export interface GroupRoundParts extends RoundContext {
  /** Its turn may be long in coming; a newer version may take the place of this one till then. */
  readonly onWaiting: () => void;
  /** A newer version takes its place, or the process is to end: its turn is not waited for any longer. */
  readonly superseded: AbortSignal;
}

export class GroupRound {
  readonly #parts: GroupRoundParts;
  readonly #staging: Staging;
  #hasReloaded = false;

  constructor(parts: GroupRoundParts) {
    this.#parts = parts;
    const { random, keepStageFile, pid } = parts.deployment;
    this.#staging = { random, pid: keepStageFile ? undefined : pid };
  }

  /** Whether a reload ran. */
  get hasReloaded(): boolean {
    return this.#hasReloaded;
  }

  /** @throws RoundFailure */
  async run(): Promise<Deployed> {
    try {
      return await this.#run();
    } catch (error) {
      if (error instanceof ChangeError) throw new RoundFailure('write', error.message, { resource: error.resource.name });
      const { superseded, deployment } = this.#parts;
      for (const signal of [superseded, deployment.ending]) if (signal.aborted && error === signal.reason) return 'withheld';
      if (error instanceof DeployError || error instanceof GateError) throw new RoundFailure('write', error.message, namesOf(this.#parts));
      throw error;
    }
  }

  async #run(): Promise<Deployed> {
    const { noop, keepStageFile, log } = this.#parts.deployment;
    const changes = this.#changes();
    if (changes.length === 0) return this.#inSync();
    if (noop && !keepStageFile) return this.#withhold(changes);
    const staged = await this.#stage(changes);
    const placed: StagedChange[] = [];
    try {
      if (keepStageFile)
        for (const change of staged) if (change.staged !== undefined) log.log('info', `Keeping staged file: ${change.staged}`);
      if (noop) return this.#withhold(changes);
      this.#logReasons(changes);
      for (const { destination } of changes) log.log('info', `Target config ${destination} out of sync`);
      await this.#checkOrTell(staged);
      return await this.#takeTurn(staged, placed);
    } finally {
      if (!keepStageFile) discardAll(staged.filter((change) => !placed.includes(change)));
    }
  }

  /** @throws ChangeError */
  #changes(): readonly FileChange[] {
    const { due, deployment, keeper } = this.#parts;
    const found: (FileChange | undefined)[] = [];
    for (const { resource, outputs } of due) {
      this.#refuseEmpty(resource, outputs.length);
      for (const output of outputs) found.push(changeOf(resource, output, deployment.own));
      if (resource.forEach !== undefined) found.push(...(keeper?.made.removals(resource, outputs) ?? []));
    }
    return found.filter((change) => change !== undefined);
  }

  /** The last run made files, and now there is no item at all: as with a file that would be emptied. */
  #refuseEmpty(resource: Resource, items: number): void {
    const made = resource.forEach === undefined || resource.allowEmpty || items > 0 ? [] : (this.#parts.keeper?.made.of(resource) ?? []);
    if (made.length === 0) return;
    throw new RoundFailure(
      'render',
      `there is no item any more; ${made.length} files stay as they are (allow_empty = true would remove them)`,
      {
        resource: resource.name,
      },
    );
  }

  #inSync(): Deployed {
    for (const { outputs } of this.#parts.due)
      for (const { destination } of outputs) this.#parts.deployment.log.log('debug', `Target config ${destination} in sync`);
    return 'unchanged';
  }

  #withhold(changes: readonly FileChange[]): Deployed {
    this.#logReasons(changes);
    for (const { destination } of changes) this.#parts.deployment.log.log('warn', `Noop mode enabled. ${destination} will not be modified`);
    return 'withheld';
  }

  #logReasons(changes: readonly FileChange[]): void {
    for (const { destination, reasons } of changes)
      for (const reason of reasons) this.#parts.deployment.log.log('info', `${destination} ${reason}`);
  }

  async #stage(changes: readonly FileChange[]): Promise<readonly StagedChange[]> {
    const { leftovers, log } = this.#parts.deployment;
    for (const { destination } of changes)
      for (const path of leftovers.removeBeside(destination)) log.log('info', `removed ${path}, which an earlier run left behind`);
    return stageAll(changes, this.#staging);
  }

  /** Other machines need not try what does not pass here. @throws RoundFailure */
  async #checkOrTell(changes: readonly StagedChange[]): Promise<void> {
    const { group, deployment } = this.#parts;
    try {
      await checkChanges(this.#parts, changes);
    } catch (error) {
      if (error instanceof RoundFailure && group.rollout !== undefined)
        await deployment.gate.refused(group, this.#version(changes), error.message);
      throw error;
    }
  }

  async #takeTurn(changes: readonly StagedChange[], placed: StagedChange[]): Promise<Deployed> {
    const { keeper, due } = this.#parts;
    const turn = await this.#enter(changes);
    let end: { readonly outcome: TurnOutcome; readonly reason: string } = { outcome: 'rolled-back', reason: '' };
    try {
      if ((await keeper?.begin(due)) === 'pinned') return 'pinned';
      try {
        await this.#putAndReload(changes, { turn, placed });
        end = { outcome: 'done', reason: '' };
      } finally {
        await keeper?.end(due, end.outcome);
      }
      return 'updated';
    } catch (error) {
      const outcome = error instanceof KeptFailure ? 'failed' : 'rolled-back';
      end = { outcome, reason: error instanceof Error ? error.message : String(error) };
      throw error;
    } finally {
      await turn.leave(end.outcome, end.reason);
    }
  }

  #enter(changes: readonly StagedChange[]): Promise<Turn> {
    const { group, deployment, onWaiting, superseded } = this.#parts;
    if (group.rollout !== undefined) onWaiting();
    return deployment.gate.enter(group, this.#version(changes), superseded);
  }

  /** Read by gates that need it. The same on all machines that are to have the same contents, wherever they lie. */
  #version(changes: readonly FileChange[]): Version {
    const { due } = this.#parts;
    const wanted = new Map(changes.map((change) => [change.destination, change.wanted?.content]));
    const others = destinationsOf(this.#parts).filter((destination) => !wanted.has(destination));
    return {
      get sha256() {
        const contents = [...wanted, ...others.map((destination) => [destination, lookAt(destination)?.content] as const)];
        const hash = sha256();
        for (const [, content] of contents.sort(([a], [b]) => (a < b ? -1 : 1)))
          if (content !== undefined) hash.update(`${content.length}\0`).update(content);
        return hash.digest('hex');
      },
      get index() {
        return Math.max(0, ...due.map(({ index }) => index()));
      },
    };
  }

  async #putAndReload(
    changes: readonly StagedChange[],
    { turn, placed }: { readonly turn: Turn; readonly placed: StagedChange[] },
  ): Promise<void> {
    const { deployment, group } = this.#parts;
    const wayBack = this.#wayBack(changes);
    await this.#put(changes, placed);
    const reloads = deployment.syncOnly ? [] : plannedReloads(group, changes);
    const ran: PlannedCommand[] = [];
    const back = async (text: string, failed: Failed) => {
      for (const { destination, wanted } of changes) if (wanted !== undefined) deployment.unloadable.set(destination, wanted.content);
      const consequence = wayBack === '' ? await this.#restore(changes, ran) : wayBack;
      const Failure = wayBack === '' ? RoundFailure : KeptFailure;
      return new Failure('reload', `${text}; ${consequence}`, fieldsOf(this.#parts, failed));
    };
    for (const reload of reloads) {
      ran.push(reload);
      const end = await this.#reload(reload);
      if (end.exitCode !== 0) throw await back(`Reload failed: ${end.text}`, { ...reload, output: end.output });
    }
    const sickness = deployment.syncOnly ? '' : await turn.verify(deployment.ending);
    if (sickness !== '') throw await back(`Not healthy after the change: ${sickness}`, {});
    for (const { destination } of changes) deployment.unloadable.delete(destination);
  }

  async #put(changes: readonly StagedChange[], placed: StagedChange[]): Promise<void> {
    const { log } = this.#parts.deployment;
    try {
      putAllInPlace(changes, placed);
    } catch (error) {
      await putAllBack(placed, this.#staging);
      throw error;
    }
    const faults = await syncDirectoriesOf(changes);
    for (const [directory, fault] of faults) log.log('warn', `cannot sync the directory ${directory}: ${fault}`, namesOf(this.#parts));
    for (const { destination, wanted, resource } of changes) {
      const changed = causesText(this.#causesOf(resource));
      log.log('info', `Target config ${destination} has been ${wanted === undefined ? 'removed' : 'updated'}`, { changed });
    }
  }

  /** '' when the old files are worth coming back to, else why the new ones stay. */
  #wayBack(changes: readonly StagedChange[]): string {
    const { group, deployment } = this.#parts;
    const files = changes.length === 1 ? 'the new file stays' : 'the new files stay';
    if (keepsFailed(group, changes)) return `${files}, as keep_failed says`;
    // Files of the group that do not change count: it had a good state, in which the new ones were not there.
    const changing = new Set(changes.map(({ destination }) => destination));
    const hasOld =
      changes.some(({ before }) => before !== undefined) ||
      destinationsOf(this.#parts).some((destination) => !changing.has(destination) && lookAt(destination) !== undefined);
    const isBad = changes.some(({ destination, before }) => {
      const unloadable = deployment.unloadable.get(destination);
      return before !== undefined && unloadable !== undefined && Buffer.compare(unloadable, before.content) === 0;
    });
    return hasOld && !isBad ? '' : `${files}, there is no good one to put back`;
  }

  async #restore(changes: readonly StagedChange[], ran: readonly PlannedCommand[]): Promise<string> {
    const [old, was] = changes.length === 1 ? ['the old file', 'was'] : ['the old files', 'were'];
    try {
      await putAllBack(changes, this.#staging);
      await syncDirectoriesOf(changes);
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      return `putting ${old} back failed as well: ${error.message}`;
    }
    for (const reload of ran) {
      const again = await runPlanned(this.#parts, reload);
      if (again.exitCode !== 0) return `${old} ${was} put back, but the reload failed too: ${again.text}`;
    }
    return `${old} ${was} put back and reloaded`;
  }

  async #reload(reload: PlannedCommand): Promise<CommandEnd> {
    const { observer, clock, log } = this.#parts.deployment;
    this.#hasReloaded = true;
    const begunAt = clock.now();
    const end = await runPlanned(this.#parts, reload);
    const causes = this.#causes();
    const ok = end.exitCode === 0;
    if (ok)
      log.log('info', 'Reload succeeded', {
        ...namesOf(this.#parts, reload.resource),
        command: reload.command,
        changed: causesText(causes),
      });
    observer.reloaded(this.#parts.group, {
      command: reload.command,
      ok,
      exit: end.text,
      output: end.output,
      durationMs: clock.now() - begunAt,
      causes,
    });
    return end;
  }

  #causes(): readonly string[] {
    return [...new Set(this.#parts.due.flatMap(({ causes }) => causes()))];
  }

  #causesOf(resource: Resource): readonly string[] {
    return this.#parts.due.find((rendered) => rendered.resource === resource)?.causes() ?? [];
  }
}
