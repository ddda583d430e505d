/**
 * The gate of groups with a `[rollout]`: before its files are put in place a group waits until decide.ts gives this machine a turn, and the
 * turn ends with what became of it. What others may rely on:
 *
 * - A machine has its turn only while it holds a session, and gives up its place to the others when it dies.
 * - While the agent does not answer nobody begins; whoever has its turn goes on, and keeps trying to say how it went.
 * - Waiting costs one blocking query and no session.
 */
import { Deadline } from '../../src/lib/deadline.js';
import type { Logger } from '../../src/lib/log.js';
import { keyToText } from '../../src/model/kv-key.js';
import type { Group } from '../resource.js';
import { type Gate, openGate, type Turn, type Version } from '../runtime/gate.js';
import { endTurn, isSameChange, type Me, refusal, type TurnEnd } from './decide.js';
import type { RolloutView } from './documents.js';
import { Entry } from './entry.js';
import { untilHealthy } from './health.js';
import { type LockParts, RolloutLock } from './lock.js';
import { type OnRolloutNote, RolloutNotes, type RolloutPhase } from './notes.js';
import type { KeptSession } from './session.js';
import type { RolloutSettings } from './settings.js';

export interface RolloutGateOptions extends LockParts {
  readonly log: Logger;
  /** What this machine is called in the rollout. */
  readonly machine: string;
  readonly onNote: OnRolloutNote;
  /** A run that ends by itself waits for its turn, but not for operators. */
  readonly isOnce: boolean;
  /** Fires when the program ends: what has to be said is then tried for a few seconds only. */
  readonly signal: AbortSignal;
}

/** For the last word of a turn while the program ends. */
const lastWordMsMax = 3_000;
/** A failed check is told to the others, who would find out by themselves too: so long the group waits for that. */
const refusalMsMax = 10_000;

/** A change of a group on its way through the gate. */
interface Passage {
  readonly group: Group;
  readonly rollout: RolloutSettings;
  readonly me: Me;
  readonly lock: RolloutLock;
}

export class RolloutGate implements Gate {
  readonly #options: RolloutGateOptions;
  readonly #notes: RolloutNotes;
  /** Group -> highest index of what this process has put in place. */
  readonly #deployedIndex = new Map<string, number>();
  readonly #releaseTasks: ((group: Group) => void)[] = [];
  /** Group -> ends the wait for an operator's word. */
  readonly #releases = new Map<string, AbortController>();

  constructor(options: RolloutGateOptions) {
    this.#options = options;
    this.#notes = new RolloutNotes(options);
  }

  onRelease(task: (group: Group) => void): void {
    this.#releaseTasks.push(task);
  }

  async enter(group: Group, version: Version, signal: AbortSignal): Promise<Turn> {
    if (group.rollout === undefined) return openGate.enter(group, version, signal);
    const passage = this.#passage(group, group.rollout, version);
    const entry = new Entry({ ...this.#options, ...passage, note: (phase, text) => this.#note(passage, phase, text) });
    const session = await this.#turnOf(passage, entry, signal);
    this.#note(passage, 'deploying', '');
    let wasInterrupted = false;
    return {
      verify: async (verifySignal) => {
        try {
          return await this.#verify(passage, verifySignal);
        } catch (error) {
          wasInterrupted = true;
          throw error;
        }
      },
      leave: (outcome, reason) => {
        const wasTried = outcome === 'done' || (reason !== '' && !wasInterrupted);
        return this.#leave(passage, session, wasTried ? { outcome, reason } : 'interrupted');
      },
    };
  }

  async #turnOf(passage: Passage, entry: Entry, signal: AbortSignal): Promise<KeptSession> {
    try {
      return await entry.turn(signal);
    } catch (error) {
      // A newer version takes its place, or nothing is wanted any more.
      if (signal.aborted) this.#note(passage, 'idle', '');
      throw error;
    }
  }

  async refused(group: Group, version: Version, reason: string): Promise<void> {
    if (group.rollout === undefined) return;
    const passage = this.#passage(group, group.rollout, version);
    this.#note(passage, 'failed', reason);
    if (await this.#tellRefusal(passage, reason)) this.#listenForRelease(passage);
  }

  /** @returns false when nobody could be told */
  async #tellRefusal(passage: Passage, reason: string): Promise<boolean> {
    const limit = new Deadline(refusalMsMax, this.#options.signal);
    try {
      await passage.lock.until(limit.signal, async (view) => {
        const record = refusal(view, passage.me, { now: this.#now(), reason });
        return record === undefined || (await passage.lock.tryCommit(view, { lock: undefined, record }, limit.signal));
      });
      return true;
    } catch (error) {
      // Said already; the other machines have checks of their own.
      if (!limit.signal.aborted) throw error;
      return false;
    } finally {
      limit.clear();
    }
  }

  #passage(group: Group, rollout: RolloutSettings, version: Version): Passage {
    this.#releases.get(group.stateKey)?.abort();
    const deployedIndex = this.#deployedIndex.get(group.stateKey) ?? 0;
    const me: Me = { machine: this.#options.machine, group: group.name, version, settings: rollout, deployedIndex };
    const lock = new RolloutLock(rollout.lock, this.#options, ({ phase, text }) => this.#note({ group, rollout }, phase, text));
    return { group, rollout, me, lock };
  }

  #note({ group, rollout }: Pick<Passage, 'group' | 'rollout'>, phase: RolloutPhase, text: string): void {
    this.#notes.say(group, { lock: keyToText(rollout.lock), phase, text });
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  async #verify(passage: Passage, signal: AbortSignal): Promise<string> {
    const { client, clock } = this.#options;
    return untilHealthy(passage.rollout, { client, clock, signal, say: (text) => this.#note(passage, 'verifying', text) });
  }

  async #leave(passage: Passage, session: KeptSession, end: TurnEnd): Promise<void> {
    const { group, me, lock } = passage;
    const isDone = end !== 'interrupted' && end.outcome === 'done';
    if (isDone) this.#deployedIndex.set(group.stateKey, me.version.index);
    await this.#insist(async (view, signal) => {
      const step = endTurn(view, me, { session: session.id, now: this.#now(), end });
      return lock.tryCommit(view, { ...step, leave: session.id }, signal);
    }, passage);
    await session.close();
    if (isDone || end === 'interrupted') this.#note(passage, 'idle', '');
    else {
      this.#note(passage, 'failed', end.reason);
      this.#listenForRelease(passage);
    }
  }

  /** Until it is done; from the end of the program on, for a few seconds. The session ends by itself then, and the turn with it. */
  async #insist(step: (view: RolloutView, signal: AbortSignal) => Promise<boolean>, { lock, group }: Passage): Promise<void> {
    const { signal: ending, log, clock } = this.#options;
    const last = new AbortController();
    let cancel = () => {};
    const onEnd = () => {
      cancel = clock.after(lastWordMsMax, () => last.abort());
    };
    if (ending.aborted) onEnd();
    else ending.addEventListener('abort', onEnd, { once: true });
    try {
      await lock.until(last.signal, (view) => step(view, last.signal));
    } catch (error) {
      if (!last.signal.aborted) throw error;
      log.log('error', 'rollout: the end of the turn could not be told to the other machines', { group: group.name });
    } finally {
      ending.removeEventListener('abort', onEnd);
      cancel();
    }
  }

  #listenForRelease(passage: Passage): void {
    if (!this.#options.isOnce && !this.#options.signal.aborted) void this.#awaitRelease(passage);
  }

  /** Until the others have taken the change that failed here, or an operator lets it go on. Ends with the next change. */
  async #awaitRelease({ group, lock, me }: Passage): Promise<void> {
    const ending = new AbortController();
    this.#releases.set(group.stateKey, ending);
    const onEnd = () => ending.abort();
    this.#options.signal.addEventListener('abort', onEnd, { once: true });
    try {
      for await (const { record } of lock.views(ending.signal)) {
        if (record === undefined || !isSameChange(record, me) || !(record.State === 'going' || record.State === 'resumed')) continue;
        for (const task of this.#releaseTasks) task(group);
        return;
      }
    } finally {
      this.#options.signal.removeEventListener('abort', onEnd);
      if (this.#releases.get(group.stateKey) === ending) this.#releases.delete(group.stateKey);
    }
  }
}
