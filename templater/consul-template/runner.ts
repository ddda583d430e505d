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
import { type Clock, sleep } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import { putFile } from '../file-write.js';
import { ownGroup } from '../resource.js';
import { WatchHub } from '../runtime/hub.js';
import type { Observed, Observer } from '../runtime/observer.js';
import { QuietTime } from '../runtime/quiet-time.js';
import type { CompileTemplate } from '../runtime/template-file.js';
import { type Followed, WatchedResource } from '../runtime/watched-resource.js';
import type { Source } from '../source/source.js';
import type { Template } from '../template.js';
import type { Child, ChildOptions } from './child.js';
import type { CommandRun } from './commands.js';
import type { Sharing } from './deduplicate/sharing.js';
import type { CommandText } from './exec-settings.js';
import { Gathering } from './gathering.js';
import { limitedSource } from './limited-source.js';
import { observedAs, observedTemplate, tellDeployed, tellReloaded } from './observing.js';
import { onceSource } from './once-source.js';
import type { Settings } from './settings.js';
import type { TemplateSettings } from './template-settings.js';
import { compileLoaded, type LoadedTemplate, loadTemplate, RunError, shownCommand, shownSource, shownTemplate } from './templates.js';
import type { Version, WriteEnd } from './write.js';

export interface RunnerParts {
  readonly settings: Settings;
  readonly source: Source;
  readonly compile: CompileTemplate;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly observer: Observer;
  /** One at a time. */
  readonly write: (versions: readonly Version[]) => Promise<WriteEnd>;
  readonly print: (text: string | Uint8Array) => void;
  /** @returns '' or what went wrong */
  readonly runCommand: (
    run: Pick<CommandRun, 'command' | 'timeoutMs' | 'signal' | 'end'> & { readonly template: TemplateSettings },
  ) => Promise<string>;
  /** undefined when there is no `exec`. The runner ends it. */
  readonly openChild: (told: Pick<ChildOptions, 'onEnd' | 'onTimeout'>) => Promise<Child | undefined>;
  /** undefined when answers are not shared with other machines. The runner closes it. */
  readonly openSharing: (watches: { readonly hub: WatchHub; readonly source: Source }) => Promise<Sharing | undefined>;
}

export type RunEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'child'; readonly exitStatus: number };

/** One template on its way. */
interface Member {
  readonly settings: TemplateSettings;
  readonly followed: WatchedResource<Followed>;
  readonly quiet: QuietTime | undefined;
  readonly observed: Observed;
  /** What the last rendering gave, until a round takes it. */
  pending: Pending | undefined;
  isRendered: boolean;
}

interface Pending {
  readonly content: Uint8Array;
  readonly causes: () => readonly string[];
  readonly index: () => number;
}

/** What a round takes of a member. */
interface RenderedVersion extends Pending, Version {
  readonly observed: Observed;
}

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
    const { settings, clock, log, environment, observer } = this.#parts;
    const { wait } = template;
    const name = shownSource(template);
    const observed = observedTemplate(template, this.#members.length);
    observer.began(observed);
    const followed: WatchedResource<Followed> = new WatchedResource<Followed>({
      resource: {
        name,
        source: template.source,
        destination: template.destination,
        group: ownGroup(name, template.destination),
        keyPrefixes: [],
        cutPrefix: '/',
        forEach: undefined,
        missing: settings.missing,
        waitTimeoutMs: settings.waitTimeoutMs,
        // As its users know it: a service without instances is a list without elements.
        allowEmpty: true,
      },
      templateFile: { load: async () => compiled },
      hub: this.#sharing?.hubFor(text) ?? this.#hub,
      source: this.#source,
      observer: observedAs(observer, observed),
      sink: {
        offer: async ({ outputs: [output], causes, index }) =>
          this.#arrived(member, { content: output?.content ?? new Uint8Array(), causes, index }),
        pauses: () => this.#gathering.settled(member),
      },
      ...((template.isErrorFatal || settings.isOnce) && {
        onFailure: (message: string) => this.#finish({ kind: 'failed', message: `${name}: execute: ${message}` }),
      }),
      environment,
      writeFile: putFile,
      clock,
      log,
    });
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
      const changed = await this.#write(this.#members.flatMap(taken));
      if (!this.#parts.settings.isDry) await this.#runCommands(changed);
      if (this.#members.every(({ isRendered }) => isRendered)) await this.#allRendered(changed.length > 0);
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      this.#finish({ kind: 'failed', message: error.message });
    }
  }

  /** @returns those that are others than before. @throws RunError */
  async #write(versions: readonly RenderedVersion[]): Promise<readonly RenderedVersion[]> {
    const { settings, log, observer, print, write } = this.#parts;
    if (settings.isDry)
      for (const { template, content } of versions) print(Buffer.concat([Buffer.from(`> ${template.destination}\n`), content]));
    const { changes, failure } = settings.isDry ? { changes: versions.map(() => true), failure: undefined } : await write(versions);
    const inPlace = versions.slice(0, changes.length);
    if (!settings.isDry) for (const version of inPlace) tellDeployed(observer, version.observed, version);
    const changed = inPlace.filter((_, position) => changes[position]);
    for (const { template } of changed) log.log('info', `rendered ${shownTemplate(template)}`);
    const failed = versions[changes.length];
    if (failure === undefined || failed === undefined) return changed;
    throw new RunError(`error rendering ${shownTemplate(failed.template)}: failed writing file: ${failure.message}`, { cause: failure });
  }

  async #runCommands(changed: readonly RenderedVersion[]): Promise<void> {
    const done = new Set<string>();
    const failures: string[] = [];
    for (const { template, observed, causes } of changed) {
      const { command, commandTimeoutMs: timeoutMs } = template;
      if (command === undefined || done.has(JSON.stringify(command)) || this.#stopping.signal.aborted) continue;
      done.add(JSON.stringify(command));
      const begunAt = this.#parts.clock.now();
      const fault = await this.#runCommand(command, { template, timeoutMs });
      const durationMs = this.#parts.clock.now() - begunAt;
      tellReloaded(this.#parts.observer, observed, { command, fault, durationMs, causes: causes() });
      if (fault !== '') failures.push(fault);
    }
    if (failures.length > 0 && !this.#stopping.signal.aborted) throw new RunError(failures.join('; '));
  }

  async #runCommand(
    command: CommandText,
    { template, timeoutMs }: { readonly template: TemplateSettings; readonly timeoutMs: number },
  ): Promise<string> {
    const shown = `command ${shownCommand(command)} from ${shownTemplate(template)}`;
    const { clock, random, log, runCommand } = this.#parts;
    const { signal } = this.#stopping;
    if (template.commandSplayMs > 0) await sleep(clock, random() * template.commandSplayMs, signal).catch(() => {});
    if (signal.aborted) return '';
    log.log('info', `executing ${shown}`);
    const fault = await runCommand({ command, timeoutMs, signal, end: template.commandEnd, template });
    return fault === '' ? '' : `failed to execute ${shown}: ${fault}`;
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

/** What `wait` holds back is not taken: a round that others caused leaves it alone. */
function taken(member: Member): readonly RenderedVersion[] {
  const { pending, quiet, settings: template, observed } = member;
  if (pending === undefined || quiet?.isHolding) return [];
  member.pending = undefined;
  member.isRendered = true;
  return [{ ...pending, template, observed }];
}

function asRunError(error: unknown): never {
  throw error instanceof Error && error.name === 'CommandError' ? new RunError(`child: ${error.message}`, { cause: error }) : error;
}
