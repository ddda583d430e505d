/**
 * The part of a round that others notice: staged files take their names, the reloads run, and when one fails the old files come back. From
 * the first rename to the end of the last reload a note tells that a reload is owed (owed-reload.ts).
 */
import type { Resource } from '../resource.js';
import { causesText } from './causes.js';
import { putAllBack, putAllInPlace, type StagedChange, syncDirectoriesOf } from './change-set.js';
import type { CommandEnd } from './command-run.js';
import type { Turn } from './gate.js';
import { keepsFailed, type PlannedCommand, plannedReloads } from './group-commands.js';
import type { OwedReload } from './owed-reload.js';
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

export interface PutAndReloadParts {
  readonly context: RoundContext;
  readonly staging: Staging;
  /** undefined where nothing is reloaded. */
  readonly owed: OwedReload | undefined;
}

/** What is to get in place. */
export interface Put {
  /** None: only what is owed is reloaded. */
  readonly changes: readonly StagedChange[];
  readonly turn: Turn;
  /** Told of what is in place, as it gets there. */
  readonly placed: StagedChange[];
}

export class PutAndReload {
  readonly #parts: PutAndReloadParts;
  #hasReloaded = false;

  constructor(parts: PutAndReloadParts) {
    this.#parts = parts;
  }

  /** Whether a reload ran. */
  get hasReloaded(): boolean {
    return this.#hasReloaded;
  }

  /** @throws RoundFailure, ChangeError */
  async run({ changes, turn, placed }: Put): Promise<void> {
    const { context, owed } = this.#parts;
    const { deployment, group } = context;
    const wayBack = this.#wayBack(changes);
    const concerned = this.#concernedBy(changes);
    const reloads = deployment.syncOnly ? [] : plannedReloads(group, concerned);
    if (reloads.length > 0) await owed?.begin(concerned);
    try {
      await this.#put(changes, placed);
      const ran: PlannedCommand[] = [];
      for (const reload of reloads) {
        ran.push(reload);
        const end = await this.#reload(reload);
        const failed = { ...reload, output: end.output };
        if (end.exitCode !== 0) throw await this.#failure(`Reload failed: ${end.text}`, { changes, ran, wayBack, failed });
      }
      const sickness = deployment.syncOnly ? '' : await turn.verify(deployment.ending);
      if (sickness !== '') throw await this.#failure(`Not healthy after the change: ${sickness}`, { changes, ran, wayBack, failed: {} });
    } finally {
      // Good or bad, it has ended, unless we have ended it.
      if (!deployment.signal.aborted) owed?.done();
    }
    for (const { destination } of changes) deployment.unloadable.delete(destination);
  }

  /** The members that change, and those whose reload an earlier run did not get to. */
  #concernedBy(changes: readonly StagedChange[]): readonly Resource[] {
    const { context, owed } = this.#parts;
    const names = new Set([...changes.map(({ resource }) => resource.name), ...(owed?.resources ?? [])]);
    return context.members.filter(({ name }) => names.has(name));
  }

  /** With what became of the files. */
  async #failure(
    text: string,
    {
      changes,
      ran,
      wayBack,
      failed,
    }: Pick<Put, 'changes'> & { readonly ran: readonly PlannedCommand[]; readonly wayBack: string; readonly failed: Failed },
  ): Promise<RoundFailure> {
    const { context } = this.#parts;
    const { unloadable } = context.deployment;
    for (const { destination, wanted } of changes) if (wanted !== undefined) unloadable.set(destination, wanted.content);
    const consequence = wayBack === '' ? await this.#restore(changes, ran) : wayBack;
    const Failure = wayBack === '' ? RoundFailure : KeptFailure;
    return new Failure('reload', `${text}; ${consequence}`, fieldsOf(context, failed));
  }

  async #put(changes: readonly StagedChange[], placed: StagedChange[]): Promise<void> {
    const { context, staging } = this.#parts;
    const { log } = context.deployment;
    try {
      putAllInPlace(changes, placed);
    } catch (error) {
      await putAllBack(placed, staging);
      throw error;
    }
    const faults = await syncDirectoriesOf(changes);
    for (const [directory, fault] of faults) log.log('warn', `cannot sync the directory ${directory}: ${fault}`, namesOf(context));
    for (const { destination, wanted, resource } of changes) {
      const changed = causesText(this.#causesOf(resource));
      log.log('info', `Target config ${destination} has been ${wanted === undefined ? 'removed' : 'updated'}`, { changed });
    }
  }

  /** '' when the old files are worth coming back to, else why the new ones stay. */
  #wayBack(changes: readonly StagedChange[]): string {
    const { group, deployment } = this.#parts.context;
    if (changes.length === 0) return 'the files stay';
    const files = changes.length === 1 ? 'the new file stays' : 'the new files stay';
    if (keepsFailed(group, changes)) return `${files}, as keep_failed says`;
    // Files of the group that do not change count: it had a good state, in which the new ones were not there.
    const changing = new Set(changes.map(({ destination }) => destination));
    const hasOld =
      changes.some(({ before }) => before !== undefined) ||
      destinationsOf(this.#parts.context).some((destination) => !changing.has(destination) && lookAt(destination) !== undefined);
    const isBad = changes.some(({ destination, before }) => {
      const unloadable = deployment.unloadable.get(destination);
      return before !== undefined && unloadable !== undefined && Buffer.compare(unloadable, before.content) === 0;
    });
    return hasOld && !isBad ? '' : `${files}, there is no good one to put back`;
  }

  async #restore(changes: readonly StagedChange[], ran: readonly PlannedCommand[]): Promise<string> {
    const { context, staging } = this.#parts;
    const [old, was] = changes.length === 1 ? ['the old file', 'was'] : ['the old files', 'were'];
    try {
      await putAllBack(changes, staging);
      await syncDirectoriesOf(changes);
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
      return `putting ${old} back failed as well: ${error.message}`;
    }
    for (const reload of ran) {
      const again = await runPlanned(context, reload);
      if (again.exitCode !== 0) return `${old} ${was} put back, but the reload failed too: ${again.text}`;
    }
    return `${old} ${was} put back and reloaded`;
  }

  async #reload(reload: PlannedCommand): Promise<CommandEnd> {
    const { context } = this.#parts;
    const { observer, clock, log } = context.deployment;
    this.#hasReloaded = true;
    const begunAt = clock.now();
    const end = await runPlanned(context, reload);
    const causes = [...new Set(context.due.flatMap(({ causes }) => causes()))];
    const ok = end.exitCode === 0;
    if (ok)
      log.log('info', 'Reload succeeded', {
        ...namesOf(context, reload.resource),
        command: reload.command,
        changed: causesText(causes),
      });
    observer.reloaded(context.group, {
      command: reload.command,
      ok,
      exit: end.text,
      output: end.output,
      durationMs: clock.now() - begunAt,
      causes,
    });
    return end;
  }

  #causesOf(resource: Resource): readonly string[] {
    return this.#parts.context.due.find((rendered) => rendered.resource === resource)?.causes() ?? [];
  }
}
