/**
 * The part of a round that others notice: staged files take their names, the reloads run, and when one fails the old files come back. From
 * the first rename to the end of the last reload a note tells that a reload is owed (owed-reload.ts).
 */
import type { Resource } from '../resource.js';
import { causesText } from './causes.js';
import { type FileChange, putAllBack, putAllInPlace, type StagedChange, syncDirectoriesOf } from './change-set.js';
import type { CommandEnd } from './command-run.js';
import type { Turn } from './gate.js';
import { type PlannedCommand, plannedReloads } from './group-commands.js';
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
import type { Staging } from './staged-name.js';
import { lookAt } from './target.js';
import { putFilesBack, putVersionBack, type WayBack, wayBackOf } from './way-back.js';

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

interface Running extends Pick<Put, 'changes'> {
  readonly concerned: readonly Resource[];
  readonly ran: readonly PlannedCommand[];
  readonly wayBack: WayBack;
}

export class PutAndReload {
  readonly #parts: PutAndReloadParts;
  readonly #isUnproven: boolean;
  #note: Promise<void> | undefined;
  #isBegun = false;
  #hasReloaded = false;

  constructor(parts: PutAndReloadParts) {
    this.#parts = parts;
    const { context, owed } = parts;
    this.#isUnproven = owed?.isOfEarlierRun === true && context.members.some(({ name }) => owed.resources.includes(name));
  }

  /** An earlier run put files in place, and ended before their reload did: nobody knows what they are good for. */
  get isUnproven(): boolean {
    return this.#isUnproven;
  }

  /** Whether a reload ran. */
  get hasReloaded(): boolean {
    return this.#hasReloaded;
  }

  /** To be called when these begin to be staged: what has to be on the disk before `run` gets there meanwhile. */
  prepare(changes: readonly FileChange[]): void {
    const { context, owed } = this.#parts;
    const { deployment, group } = context;
    const concerned = this.#concernedBy(changes);
    if (owed === undefined || deployment.syncOnly || plannedReloads(group, concerned).length === 0) return;
    this.#note = owed.begin(concerned.map(({ name }) => name));
  }

  /** To be called when it is over, with or without `run`. */
  async end(): Promise<void> {
    if (this.#isBegun || this.#note === undefined) return;
    await this.#note;
    await this.#parts.owed?.cancel();
  }

  /** @throws RoundFailure, ChangeError */
  async run({ changes, turn, placed }: Put): Promise<void> {
    const { context, owed } = this.#parts;
    const { deployment, group } = context;
    const concerned = this.#concernedBy(changes);
    const wayBack = wayBackOf(context, { changes, concerned, isUnproven: this.#isUnproven });
    const reloads = deployment.syncOnly ? [] : plannedReloads(group, concerned);
    if (this.#note === undefined) this.prepare(changes);
    await this.#note;
    this.#isBegun = true;
    try {
      await this.#put(changes, placed);
      const ran: PlannedCommand[] = [];
      const running = { changes, concerned, ran, wayBack };
      for (const reload of reloads) {
        ran.push(reload);
        const end = await this.#reload(reload);
        const failed = { ...reload, output: end.output };
        if (end.exitCode !== 0) throw await this.#failure(`Reload failed: ${end.text}`, running, failed);
      }
      const sickness = deployment.syncOnly ? '' : await turn.verify(deployment.ending);
      if (sickness !== '') throw await this.#failure(`Not healthy after the change: ${sickness}`, running, {});
    } finally {
      // Good or bad, it has ended, unless we have ended it.
      if (!deployment.signal.aborted) owed?.done();
    }
    for (const { destination } of changes) deployment.unloadable.delete(destination);
  }

  /** The members that change, and those whose reload an earlier run did not get to. */
  #concernedBy(changes: readonly FileChange[]): readonly Resource[] {
    const { context, owed } = this.#parts;
    const names = new Set([...changes.map(({ resource }) => resource.name), ...(owed?.resources ?? [])]);
    return context.members.filter(({ name }) => names.has(name));
  }

  /** With what became of the files. */
  async #failure(text: string, running: Running, failed: Failed): Promise<RoundFailure> {
    this.#markUnloadable(running);
    const { wayBack } = running;
    const consequence = wayBack.kind === 'none' ? wayBack.text : await this.#goBack(running, wayBack);
    const Failure = wayBack.kind === 'none' ? KeptFailure : RoundFailure;
    return new Failure('reload', `${text}; ${consequence}`, fieldsOf(this.#parts.context, failed));
  }

  /** Nothing is ever to go back to what is in place now. */
  #markUnloadable({ changes, concerned, wayBack }: Running): void {
    const { context } = this.#parts;
    const { unloadable } = context.deployment;
    for (const { destination, wanted } of changes) if (wanted !== undefined) unloadable.set(destination, wanted.content);
    if (changes.length > 0 || (wayBack.kind === 'none' && wayBack.isGood)) return;
    for (const destination of destinationsOf({ ...context, members: concerned })) {
      const now = lookAt(destination);
      if (now !== undefined) unloadable.set(destination, now.content);
    }
  }

  #goBack({ changes, concerned, ran }: Running, wayBack: Exclude<WayBack, { kind: 'none' }>): Promise<string> {
    const { context, staging } = this.#parts;
    if (wayBack.kind === 'files') return putFilesBack(context, { changes, ran, staging });
    return putVersionBack(context, { good: wayBack.good, concerned, staging });
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
