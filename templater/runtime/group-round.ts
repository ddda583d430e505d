/**
 * One change of a group, from rendered bytes to files in use: compare, stage, check, wait for our turn, rename, reload. What other code
 * may rely on:
 *
 * - Contents, mode and owner as wanted: nothing is touched and nothing runs.
 * - All files of the group change or none does; each is the old one or the new one at every moment, whole, after a crash as well.
 * - A failed check leaves the old files, their inodes included.
 * - A failed reload puts the old files back and reloads again, unless `keep_failed` is set, or there is nothing good to go back to
 *   (way-back.ts).
 * - Every failure is one log line: resource, command, how it ended, the end of its output.
 */
import { ChangeError, discardAll, type FileChange, type StagedChange, stageAll } from './change-set.js';
import type { Deployed } from './deployment.js';
import { GateError, type Turn, type TurnOutcome } from './gate.js';
import { checkChanges } from './group-check.js';
import type { OwedReload } from './owed-reload.js';
import { PutAndReload } from './put-and-reload.js';
import { roundChanges, versionOf } from './round-changes.js';
import { KeptFailure, namesOf, type RoundContext, RoundFailure } from './round-context.js';
import type { Staging } from './staged-name.js';
import { DeployError } from './target.js';

export interface GroupRoundParts extends RoundContext {
  /** undefined where nothing is reloaded. */
  readonly owed: OwedReload | undefined;
  /** Asked when something has changed: `max_rate` may hold it back. Left out, nothing does. */
  readonly isHeld?: () => boolean;
  /** Its turn may be long in coming; a newer version may take the place of this one till then. */
  readonly onWaiting: () => void;
  /** A newer version takes its place, or the process is to end: its turn is not waited for any longer. */
  readonly superseded: AbortSignal;
}

export class GroupRound {
  readonly #parts: GroupRoundParts;
  readonly #staging: Staging;
  readonly #put: PutAndReload;

  constructor(parts: GroupRoundParts) {
    this.#parts = parts;
    const { random, keepStageFile, pid } = parts.deployment;
    this.#staging = { random, pid: keepStageFile ? undefined : pid };
    this.#put = new PutAndReload({ context: parts, staging: this.#staging, owed: parts.owed });
  }

  /** Whether a reload ran. */
  get hasReloaded(): boolean {
    return this.#put.hasReloaded;
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
    const { noop, keepStageFile } = this.#parts.deployment;
    const changes = roundChanges(this.#parts);
    if (changes.length === 0) return this.#put.isUnproven ? this.#makeUpFor() : this.#inSync();
    if (noop && !keepStageFile) return this.#withhold(changes);
    if (this.#parts.isHeld?.()) return 'held';
    try {
      return await this.#change(changes);
    } finally {
      await this.#put.end();
    }
  }

  async #change(changes: readonly FileChange[]): Promise<Deployed> {
    const { noop, keepStageFile, log } = this.#parts.deployment;
    // A turn may be long in coming, and nothing is owed before it has.
    if (this.#parts.group.rollout === undefined) this.#put.prepare(changes);
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

  #makeUpFor(): Promise<Deployed> {
    const { log } = this.#parts.deployment;
    log.log(
      'warn',
      'An earlier run ended between putting files in place and the end of their reload; it is done now',
      namesOf(this.#parts),
    );
    return this.#takeTurn([], []);
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
        await deployment.gate.refused(group, versionOf(this.#parts, changes), error.message);
      throw error;
    }
  }

  async #takeTurn(changes: readonly StagedChange[], placed: StagedChange[]): Promise<Deployed> {
    const { keeper, due } = this.#parts;
    const turn = await this.#enter(changes);
    let end: { readonly outcome: TurnOutcome; readonly reason: string } = { outcome: 'rolled-back', reason: '' };
    try {
      if ((await keeper?.begin(due, this.#put.isUnproven)) === 'pinned') return 'pinned';
      try {
        await this.#put.run({ changes, turn, placed });
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
    return deployment.gate.enter(group, versionOf(this.#parts, changes), superseded);
  }
}
