/**
 * One resource that follows its data. A change of anything it used leads to one rendering in the same turn, which goes to its group; what
 * changes while the group is being deployed leads to one more afterwards. It renders only when everything it asked for has been answered,
 * so half of the data never reaches the disk.
 */
import { basename } from 'node:path';
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import {
  anyDependency,
  type DataSource,
  type Dependency,
  type DependencyKind,
  type DependencyValue,
  dependencyId,
  describeDependency,
  type MissingData,
} from '../data-source.js';
import type { KeyTree } from '../key-tree.js';
import type { Resource } from '../resource.js';
import type { Source } from '../source/source.js';
import type { Template } from '../template.js';
import { causesBetween, emptiedSince, fullOnes, highestIndex, type Used, type UsedData } from './causes.js';
import type { RenderedResource } from './deployment.js';
import type { Subscriber, WatchHub } from './hub.js';
import { Moment } from './moment.js';
import type { Observer } from './observer.js';
import { isMomentary, judgeMissing, type RenderingEnd, renderResource } from './rendering.js';
import { dependenciesOf, keyTree } from './resource-keys.js';
import { type TemplateFile, TemplateFileError } from './template-file.js';
import { Waiting } from './waiting.js';

/** What a rendering is for, as far as following its data goes. */
export type Followed = Pick<
  Resource,
  | 'name'
  | 'source'
  | 'destination'
  | 'group'
  | 'keyPrefixes'
  | 'dataFrom'
  | 'cutPrefix'
  | 'forEach'
  | 'missing'
  | 'waitTimeoutMs'
  | 'allowEmpty'
>;

/** Where renderings go. */
export interface Sink {
  /** @returns when rendering again is of use */
  offer(rendered: Omit<RenderedResource, 'resource'>): Promise<void>;
  /** Nothing comes for now: the template failed, or waits for what does not exist. */
  pauses(): void;
}

export interface WatchedResourceOptions<R extends Followed> {
  readonly resource: R;
  readonly templateFile: Pick<TemplateFile, 'load'>;
  readonly hub: WatchHub;
  /** Answers what is asked anew for every rendering. */
  readonly source: Source;
  readonly sink: Sink;
  readonly observer: Observer;
  /** Told of what would be logged as an error otherwise. */
  readonly onFailure?: (message: string) => void;
  readonly environment: (name: string) => string | undefined;
  /** What `writeToFile` does; without it nothing. */
  readonly writeFile?: DataSource['writeFile'];
  readonly clock: Clock;
  readonly log: Logger;
}

export class WatchedResource<R extends Followed = Resource> implements Subscriber {
  readonly resource: R;
  readonly #options: WatchedResourceOptions<R>;
  readonly #fixed: ReadonlyMap<string, Dependency>;
  readonly #held = new Set<string>();
  readonly #waiting: Waiting;
  #template: Template | undefined;
  /** Ids that the last rendering asked for and that had not been answered. */
  readonly #awaited = new Set<string>();
  /** Ids of trees and services that had something in them when they were rendered. */
  readonly #full = new Set<string>();
  #isAttemptPlanned = false;
  #moment: Moment;
  #keys: { readonly answers: readonly unknown[]; readonly tree: KeyTree } | undefined;
  /** What the last rendering that went to the group used. */
  #usedBefore: UsedData | undefined;
  #isTemplateNew = false;
  #offered: Promise<void> | undefined;
  #isDirty = false;
  #isStopped = false;
  #lastFailure = '';

  constructor(options: WatchedResourceOptions<R>) {
    const { resource, clock, log, observer } = options;
    this.#options = options;
    this.resource = resource;
    this.#fixed = new Map(dependenciesOf(resource).map((dependency) => [dependencyId(dependency), dependency]));
    this.#moment = this.#newMoment();
    this.#waiting = new Waiting({
      clock,
      timeoutMs: resource.waitTimeoutMs,
      onLong: (text, missing) => {
        log.log('warn', text, { resource: resource.name });
        observer.waiting(resource, missing);
      },
      onOver: () => observer.waiting(resource, []),
      onTimeout: (message) => this.#fail(message),
    });
  }

  /** Also to be called when the template may have changed on the disk. */
  async load(): Promise<void> {
    try {
      const template = await this.#options.templateFile.load();
      if (template === this.#template) return;
      this.#template = template;
      this.#isTemplateNew = true;
    } catch (error) {
      if (!(error instanceof TemplateFileError)) throw error;
      this.#fail(error.message);
      return;
    }
    this.#begin();
  }

  dataChanged(id: string): void {
    if (!this.#awaited.delete(id)) this.#begin();
    else if (this.#awaited.size === 0) this.#attempt();
    else this.#attemptSoon();
  }

  /** Resolves when a deployment under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.over();
    this.#moment.end();
    for (const id of this.#held) this.#options.hub.release(id, this);
    this.#held.clear();
    await this.#offered;
  }

  #newMoment(): Moment {
    return new Moment(this.#options.source, {
      onSettled: () => this.#attempt(),
      onFailure: (reason) => this.#fail(reason),
    });
  }

  /** A rendering with fresh answers of programs and the resolver. */
  #begin(): void {
    this.#moment.end();
    this.#moment = this.#newMoment();
    this.#attempt();
  }

  /**
   * Some of what was missing is there: the rest may turn out not to be needed (a service named by a key that is known now). First
   * everything that came in the same turn is taken in.
   */
  #attemptSoon(): void {
    if (this.#isAttemptPlanned) return;
    this.#isAttemptPlanned = true;
    setImmediate(() => {
      this.#isAttemptPlanned = false;
      this.#attempt();
    });
  }

  #attempt(): void {
    const template = this.#template;
    if (this.#isStopped || template === undefined) return;
    if (this.#offered !== undefined) {
      this.#isDirty = true;
      return;
    }
    this.#awaited.clear();
    const begunAt = this.#options.clock.now();
    const used = new Map<string, Used>();
    for (const [id, dependency] of this.#fixed) this.#use(id, dependency, used);
    if (this.#awaited.size > 0) {
      this.#wait([...this.#awaited].flatMap((id) => this.#missingAtAll(id)));
      return;
    }
    const items = this.resource.forEach && used.get(dependencyId(this.resource.forEach.dependency))?.value;
    const end = renderResource(template, this.#view(this.#keyTree(used), used), { resource: this.resource, items });
    this.#settle(end, { used, durationMs: this.#options.clock.now() - begunAt });
  }

  #settle(end: RenderingEnd, rendering: { readonly used: UsedData; readonly durationMs: number }): void {
    const judged = end.kind === 'incomplete' ? this.#judge(end) : end;
    if (judged === 'wait') return;
    this.#releaseExcept(rendering.used);
    this.#waiting.over();
    if (judged.kind === 'failed') this.#fail(judged.message);
    else this.#rendered(judged, rendering);
  }

  #judge(given: RenderingEnd & { readonly kind: 'incomplete' }): ReturnType<typeof judgeMissing> {
    const end = { ...given, missing: given.missing.map((missing) => this.#named(missing)) };
    const isAnswered = this.#awaited.size === 0 && this.#moment.isSettled;
    const judged = isAnswered ? judgeMissing(end, this.resource.missing) : 'wait';
    if (judged !== 'wait') return judged;
    if (isAnswered && end.message !== '') this.#fail(end.message);
    if (isAnswered) this.#options.sink.pauses();
    this.#wait(end.missing);
    return 'wait';
  }

  #rendered(
    { outputs, refused }: RenderingEnd & { readonly kind: 'rendered' },
    { used, durationMs }: { readonly used: UsedData; readonly durationMs: number },
  ): void {
    const emptied = emptiedSince(this.#full, used);
    const names = emptied.map(describeDependency).join(', ');
    if (emptied.length > 0 && !this.resource.allowEmpty) {
      this.#fail(
        `${names}: there was something and now there is nothing; files stay as they are (allow_empty = true would empty them)`,
        'warn',
      );
      return;
    }
    this.#lastFailure = '';
    const before = this.#usedBefore;
    const templateCause = this.#isTemplateNew && before !== undefined ? [`template ${basename(this.resource.source)}`] : [];
    const causes = () => [...templateCause, ...causesBetween(before, used)];
    this.#usedBefore = used;
    this.#isTemplateNew = false;
    for (const id of fullOnes(used)) this.#full.add(id);
    for (const dependency of emptied) this.#full.delete(dependencyId(dependency));
    if (names !== '')
      this.#options.log.log('warn', `${names}: there was something and now there is nothing`, { resource: this.resource.name });
    this.#options.observer.rendered(this.resource, {
      get dependencies() {
        return [...used.values()].map(({ dependency }) => dependency);
      },
      durationMs,
      get causes() {
        return causes();
      },
    });
    this.#offered = this.#offer({ outputs, refused, causes, index: () => highestIndex(used) });
  }

  async #offer(rendered: Omit<RenderedResource, 'resource'>): Promise<void> {
    try {
      await this.#options.sink.offer(rendered);
    } finally {
      this.#offered = undefined;
    }
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.#begin();
  }

  #use<K extends DependencyKind>(id: string, dependency: Dependency<K>, used: Map<string, Used>): DependencyValue<K> | undefined {
    this.#held.add(id);
    const value = this.#options.hub.use<K>(dependency, { id, subscriber: this });
    used.set(id, { dependency: anyDependency(dependency), value });
    if (value === undefined) this.#awaited.add(id);
    return value;
  }

  #view(keys: KeyTree, used: Map<string, Used>): DataSource {
    return {
      keys,
      environment: this.#options.environment,
      writeFile: this.#options.writeFile,
      now: () => this.#options.clock.now(),
      lookup: (dependency) => {
        const id = dependencyId(anyDependency(dependency));
        return isMomentary(dependency.kind) ? this.#moment.lookup(id, dependency) : this.#use(id, dependency, used);
      },
    };
  }

  #keyTree(used: UsedData): KeyTree {
    const answers = keyAnswers(this.#fixed.keys(), used);
    const known = this.#keys;
    if (known?.answers.every((answer, position) => answer === answers[position])) return known.tree;
    const tree = keyTree(this.resource, answers);
    this.#keys = { answers, tree };
    return tree;
  }

  #wait(missing: readonly MissingData[]): void {
    this.#waiting.for(missing);
    this.#options.log.log('debug', `waiting for ${this.#waiting.text}`, { resource: this.resource.name });
  }

  /** Templates of consul-template have no name in texts of the engine; a user with several of them needs one. */
  #named(missing: MissingData): MissingData {
    const { source, name } = this.resource;
    return missing.at.template === '' ? { ...missing, at: { ...missing.at, template: basename(source) || name } } : missing;
  }

  /** What is fetched for the resource as a whole is asked for in no line of the template. */
  #missingAtAll(id: string): readonly MissingData[] {
    const dependency = this.#fixed.get(id);
    return dependency === undefined ? [] : [{ dependency, at: { template: basename(this.resource.source), line: 0, column: 0 } }];
  }

  #releaseExcept(used: UsedData): void {
    for (const id of this.#held) {
      if (used.has(id)) continue;
      this.#held.delete(id);
      this.#options.hub.release(id, this);
    }
  }

  /** The files stay as they are. The same failure is said once. */
  #fail(message: string, level: 'warn' | 'error' = 'error'): void {
    const { log, onFailure, observer, sink } = this.#options;
    const isSaid = message === this.#lastFailure;
    this.#lastFailure = message;
    if (onFailure !== undefined) onFailure(message);
    else log.log(isSaid ? 'debug' : level, message, { resource: this.resource.name });
    if (!isSaid) observer.failed(this.resource, { stage: 'render', message });
    sink.pauses();
  }
}

/** Of the prefixes that are fetched for the resource, in their order. */
function keyAnswers(ids: Iterable<string>, used: UsedData): readonly DependencyValue<'keyPrefix'>[] {
  return [...ids].flatMap((id) => {
    const found = used.get(id);
    return found?.dependency.kind === 'keyPrefix' ? [found.value as DependencyValue<'keyPrefix'>] : [];
  });
}
