/**
 * When a group that follows its data is deployed. What its resources render arrives here, and goes together:
 *
 * - the first time, when every member has rendered, failed or found out that it has to wait, but at most a settle time later;
 * - later, after `settle`; without one at once, for a group of several with what comes in the same turn;
 * - one deployment after the other: what arrives meanwhile goes into the next;
 * - not more often than `max_rate` allows: what comes too early waits.
 */
import type { Clock } from '../../src/lib/clock.js';
import { defaultSettle, type Group, type Resource } from '../resource.js';
import type { GroupDeployer } from './deploy.js';
import { type RenderedResource, withCausesOf } from './deployment.js';
import { QuietTime } from './quiet-time.js';

export interface GroupRunnerParts {
  readonly group: Group;
  readonly members: readonly Resource[];
  readonly deployer: Pick<GroupDeployer, 'deploy' | 'heldForMs' | 'members' | 'supersede' | 'pinChanged' | 'watchedDirectory'>;
  readonly clock: Clock;
}

export class GroupRunner {
  readonly group: Group;
  readonly #parts: GroupRunnerParts;
  readonly #quiet: QuietTime | undefined;
  #members = 0;
  readonly #pending = new Map<string, RenderedResource>();
  /** Names of members that have said nothing yet. */
  readonly #unheard = new Set<string>();
  /** Name -> the member as it was last, as a text. */
  readonly #known = new Map<string, string>();
  #hasBegun = false;
  #isDue = false;
  #isPlanned = false;
  #isStopped = false;
  #running: Promise<void> | undefined;
  /** While `#running` and not merely waiting for a turn: rendering is of no use till then. */
  #busy: Promise<void> | undefined;
  #cancelStart: (() => void) | undefined;
  #cancelRate: (() => void) | undefined;

  constructor(parts: GroupRunnerParts) {
    const { group, members, clock } = parts;
    this.group = group;
    this.#parts = parts;
    this.#quiet = group.settle && new QuietTime({ wait: group.settle, clock, onQuiet: () => this.#plan() });
    this.become(members);
  }

  /** The members from now on. */
  become(members: readonly Resource[]): void {
    const present = new Map(members.map((member) => [member.name, JSON.stringify(member)]));
    this.#members = present.size;
    this.#parts.deployer.members = members;
    for (const [name, text] of this.#known) {
      if (present.get(name) === text) continue;
      this.#known.delete(name);
      this.forget(name);
      // What waits for its turn holds something of it.
      if (this.#running !== undefined) this.retry();
    }
    for (const [name, text] of present) {
      if (this.#known.has(name)) continue;
      this.#known.set(name, text);
      if (!this.#hasBegun) this.#unheard.add(name);
    }
  }

  /** It ends, or begins anew as another one. */
  forget(name: string): void {
    this.#pending.delete(name);
    this.#heardOf(name);
  }

  /** @returns when rendering again is of use: at once, or after the deployment under way */
  offer(rendered: RenderedResource): Promise<void> {
    const { name } = rendered.resource;
    this.#pending.set(name, withCausesOf(this.#pending.get(name), rendered));
    if (!this.#hasBegun) this.#heardOf(name);
    else if (this.#quiet !== undefined) this.#quiet.changed();
    else this.#plan();
    return this.#busy ?? Promise.resolve();
  }

  /** Nothing comes from it for now: its template failed, or it waits for what does not exist. */
  pauses(name: string): void {
    this.#heardOf(name);
  }

  /** Somebody may have pinned the group, or ended that. */
  async pinChanged(): Promise<void> {
    await this.#busy;
    if (!this.#isStopped && (await this.#parts.deployer.pinChanged())) this.retry();
  }

  /** What failed may go now, although no data changed. */
  retry(): void {
    this.#isDue = true;
    this.#plan();
  }

  /** Where pins are seen; undefined for a group that has none. @throws DeployError */
  watchedDirectory(): Promise<string | undefined> {
    return this.#parts.deployer.watchedDirectory();
  }

  /** Resolves when the deployment under way has ended; what is held back, or waits for its turn, is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#parts.deployer.supersede();
    this.#quiet?.stop();
    this.#cancelStart?.();
    this.#cancelRate?.();
    await this.#running;
  }

  #heardOf(name: string): void {
    this.#unheard.delete(name);
    if (this.#hasBegun || this.#pending.size === 0) return;
    if (this.#unheard.size === 0) this.#begin();
    else this.#cancelStart ??= this.#parts.clock.after((this.group.settle ?? defaultSettle).maxMs, () => this.#begin());
  }

  #begin(): void {
    this.#cancelStart?.();
    this.#hasBegun = true;
    this.#unheard.clear();
    this.#plan();
  }

  /** A group of several in a turn of its own: one answer may concern many of them. */
  #plan(): void {
    if (this.#busy !== undefined || this.#isPlanned || this.#isStopped) return;
    if (this.#members === 1) {
      this.#run();
      return;
    }
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#run();
    });
  }

  #run(): void {
    const isNothing = this.#pending.size === 0 && !this.#isDue;
    if (this.#busy !== undefined || this.#isStopped || isNothing || this.#quiet?.isHolding || this.#isTooEarly()) return;
    // Of a version that waits for its turn, the newer one takes the place.
    if (this.#running !== undefined) this.#parts.deployer.supersede();
    else this.#running = this.#deploy();
  }

  async #deploy(): Promise<void> {
    const { deployer } = this.#parts;
    const batch = [...this.#pending.values()];
    this.#pending.clear();
    this.#isDue = false;
    let endBusy = () => {};
    this.#busy = new Promise((resolve) => {
      endBusy = () => {
        this.#busy = undefined;
        resolve();
      };
    });
    try {
      await deployer.deploy(batch, () => endBusy());
    } finally {
      this.#running = undefined;
      endBusy();
    }
    if (this.#pending.size > 0 || this.#isDue) this.#plan();
  }

  #isTooEarly(): boolean {
    if (this.#cancelRate !== undefined) return true;
    const delayMs = this.#parts.deployer.heldForMs();
    if (delayMs === 0) return false;
    this.#cancelRate = this.#parts.clock.after(delayMs, () => {
      this.#cancelRate = undefined;
      this.#run();
    });
    return true;
  }
}
