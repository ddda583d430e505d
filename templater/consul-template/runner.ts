/**
 * All templates of one configuration, from data to files, commands and the `exec` program. Each template follows its data by itself
 * (runtime/watched-resource); what it renders to arrives here, is held back while `wait` says so, and is written in rounds:
 *
 * - the first round takes everything that is known at the start (gathering.ts); with `-once` a template is then done;
 * - every other takes everything that arrived in the same turn, writes the files in the order of the configuration, and then runs the
 *   commands of those that changed, equal ones once;
 * - rounds come one after the other; what arrives meanwhile goes into the next;
 * - when every template has been through a round, the program of `exec` is started; a later change is told to it.
 *
 * Any failure of a template or a command ends the run, as in consul-template; files stay as they are.
 */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import { WatchHub } from '../runtime/hub.js';
import type { Observer } from '../runtime/observer.js';
import { QuietTime } from '../runtime/quiet-time.js';
import type { CompileTemplate } from '../runtime/template-file.js';
import type { Source } from '../source/source.js';
import type { Template } from '../template.js';
import type { Child, ChildOptions } from './child.js';
import type { Sharing } from './deduplicate/sharing.js';
import { followTemplate, type Pending } from './followed-template.js';
import { Gathering } from './gathering.js';
import { limitedSource } from './limited-source.js';
import { type Member, type RenderedVersion, taken } from './member.js';
import { observedTemplate } from './observing.js';
import { onceSource } from './once-source.js';
import type { OwedCommands } from './owed-commands.js';
import { dueOf, type RoundCommandsParts, runRoundCommands } from './round-commands.js';
import { type RoundFilesParts, writeRound } from './round-files.js';
import type { Settings } from './settings.js';
import { compileLoaded, type LoadedTemplate, loadTemplate, RunError } from './templates.js';

export interface RunnerParts {
  readonly settings: Settings;
  readonly source: Source;
  readonly compile: CompileTemplate;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly observer: Observer;
  readonly write: RoundFilesParts['write'];
  readonly print: RoundFilesParts['print'];
  readonly runCommand: RoundCommandsParts['runCommand'];
  /** Where it is noted which commands are under way. Asked for when there are any. */
  readonly openOwed: () => Promise<Owed>;
  /** undefined when there is no `exec`. The runner ends it. */
  readonly openChild: (told: Pick<ChildOptions, 'onEnd' | 'onTimeout'>) => Promise<Child | undefined>;
  /** undefined when answers are not shared with other machines. The runner closes it. */
  readonly openSharing: (watches: { readonly hub: WatchHub; readonly source: Source }) => Promise<Sharing | undefined>;
}

type Owed = Pick<OwedCommands, 'isOwed' | 'begin' | 'cancel' | 'done'>;

export type RunEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'child'; readonly exitStatus: number };

export class Runner {
  readonly #parts: RunnerParts;
  readonly #loaded: readonly LoadedTemplate[];
  readonly #hub: WatchHub;
  readonly #source: Source;
  readonly #members: Member[] = [];
  readonly #stopping = new AbortController();
  readonly #end: Promise<RunEnd>;
  #finish: (end: RunEnd) => void = () => {};
  #child: Child | undefined;
  #sharing: Sharing | undefined;
  /** undefined without commands. */
  #owed: Owed | undefined;
  readonly #gathering: Gathering;
  #isRoundPlanned = false;
  #rounds: Promise<void> = Promise.resolve();

  /** Reads the templates; nothing runs yet. @throws RunError */
  constructor(parts: RunnerParts) {
    this.#parts = parts;
    const { settings, log } = parts;
    log.log('info', `creating new runner (dry: ${settings.isDry}, once: ${settings.isOnce})`);
    log.log('info', 'creating watcher');
    this.#loaded = settings.templates.map(loadTemplate);
    this.#end = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#gathering = new Gathering({ count: this.#loaded.length, clock: parts.clock, onOver: () => this.#planRound() });
    this.#source = limitedSource(settings.isOnce ? onceSource(parts.source) : parts.source, {
      failuresMax: settings.retry.failuresMax,
      giveUp: (reason) => this.#finish({ kind: 'failed', message: `${reason} (exceeded maximum retries)` }),
    });
    this.#hub = new WatchHub({ source: this.#source, log });
  }

  /** Resolves when there is nothing left to do, or something failed; everything goes on until `stop`. */
  async run(): Promise<RunEnd> {
    this.#parts.log.log('info', 'starting');
    try {
      if (this.#parts.settings.parsesOnly) {
        for (const loaded of this.#loaded) await compileLoaded(loaded, this.#parts.compile);
        return { kind: 'done' };
      }
      const { settings } = this.#parts;
      if (!settings.isDry && settings.templates.some(({ command }) => command !== undefined)) this.#owed = await this.#parts.openOwed();
      this.#child = await this.#parts.openChild({
        onEnd: (exitStatus) => this.#finish({ kind: 'child', exitStatus }),
        onTimeout: (message) => this.#finish({ kind: 'failed', message }),
      });
      this.#sharing = await this.#parts.openSharing({ hub: this.#hub, source: this.#source });
      for (const loaded of this.#loaded) this.#members.push(this.#follow(loaded, await compileLoaded(loaded, this.#parts.compile)));
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      return { kind: 'failed', message: error.message };
    }
    for (const { followed } of this.#members) await followed.load();
    if (this.#members.length === 0) this.#planRound();
    return this.#end;
  }

  /** Passes a signal on to the program of `exec`. @returns whether there is one */
  send(signal: NodeJS.Signals): boolean {
    this.#child?.send(signal);
    return this.#child?.isStarted ?? false;
  }

  /** Ends commands and the program; resolves when nothing is left. May be called twice. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#gathering.stop();
    for (const { quiet } of this.#members) quiet?.stop();
    await Promise.all(this.#members.map(({ followed }) => followed.stop()));
    await this.#sharing?.close();
    this.#hub.close();
    await Promise.all([this.#rounds, this.#child?.stop()]);
    for (const { observed } of this.#members) this.#parts.observer.ended(observed);
  }

  #follow({ settings: template, text }: LoadedTemplate, compiled: Template): Member {
    const { settings, clock, observer } = this.#parts;
    const observed = observedTemplate(template, this.#members.length);
    observer.began(observed);
    const followed = followTemplate(template, {
      ...this.#parts,
      observed,
      compiled,
      hub: this.#sharing?.hubFor(text) ?? this.#hub,
      source: this.#source,
      onRendered: (pending) => this.#arrived(member, pending),
      onPause: () => this.#gathering.settled(member),
      onFailure: (message) => this.#finish({ kind: 'failed', message }),
    });
    const { wait } = template;
    const quiet = wait === undefined || settings.isOnce ? undefined : new QuietTime({ wait, clock, onQuiet: () => this.#planRound() });
    const member: Member = { settings: template, observed, followed, quiet, pending: undefined, isRendered: false };
    return member;
  }

  /** The first rendering is not held back. */
  #arrived(member: Member, pending: Pending): void {
    member.pending = pending;
    this.#gathering.settled(member);
    // `stop` waits for it.
    if (this.#parts.settings.isOnce) void member.followed.stop();
    if (member.isRendered && member.quiet !== undefined) member.quiet.changed();
    else this.#planRound();
  }

  /** In a turn of its own: one answer may concern many templates. */
  #planRound(): void {
    if (this.#isRoundPlanned || !this.#gathering.isOver) return;
    this.#isRoundPlanned = true;
    setImmediate(() => {
      this.#rounds = this.#rounds.then(() => this.#round());
    });
  }

  async #round(): Promise<void> {
    this.#isRoundPlanned = false;
    if (this.#stopping.signal.aborted) return;
    try {
      const { isDry, isOnce } = this.#parts.settings;
      const changed = await writeRound(this.#members.flatMap(taken), { ...this.#parts, isDry, isOnce, owed: this.#owed });
      if (!isDry) await this.#runCommands(changed);
      if (this.#members.every(({ isRendered }) => isRendered)) await this.#allRendered(changed.length > 0);
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      this.#finish({ kind: 'failed', message: error.message });
    }
  }

  /** Those of files that changed, and, the first time, those that an earlier run has left. */
  async #runCommands(changed: readonly RenderedVersion[]): Promise<void> {
    const { signal } = this.#stopping;
    const { log } = this.#parts;
    const owed = this.#owed;
    const due = owed === undefined ? changed : this.#members.flatMap((member) => dueOf(member, { changed, owed, log }));
    try {
      await runRoundCommands(due, { ...this.#parts, signal });
    } finally {
      // Good or bad, they have ended, unless we have ended them.
      if (!signal.aborted) owed?.done();
    }
  }

  async #allRendered(hasChanges: boolean): Promise<void> {
    const child = this.#child;
    if (child !== undefined && !this.#stopping.signal.aborted) {
      const isNew = !child.isStarted;
      if (isNew || hasChanges) await (isNew ? child.start() : child.changed()).catch(asRunError);
    }
    if (!this.#parts.settings.isOnce) return;
    this.#parts.log.log('info', 'once mode and all templates rendered');
    if (child === undefined) this.#finish({ kind: 'done' });
    else this.#parts.log.log('info', 'waiting for child process to exit');
  }
}

function asRunError(error: unknown): never {
  throw error instanceof Error && error.name === 'CommandError' ? new RunError(`child: ${error.message}`, { cause: error }) : error;
}
