/**
 * One resource that follows its data. A change of anything it used leads to one rendering in the same turn, and, when the bytes differ
 * from the file, to one deployment; what changes meanwhile leads to one more afterwards. It renders only when everything it asked for
 * has been answered, so half of the data never reaches the disk.
 */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import {
  anyDependency,
  type DataSource,
  type Dependency,
  type DependencyKind,
  type DependencyValue,
  dependencyId,
} from '../data-source.js';
import type { KeyTree } from '../key-tree.js';
import type { Resource } from '../resource.js';
import type { Source } from '../source/source.js';
import type { Template } from '../template.js';
import type { Subscriber, WatchHub } from './hub.js';
import { Moment } from './moment.js';
import { describeMissing, isMomentary, type RenderingEnd, renderTemplate } from './rendering.js';
import { keyDependencies, keyTree } from './resource-keys.js';
import { type TemplateFile, TemplateFileError } from './template-file.js';

/** What a rendering is for, as far as following its data goes. */
export type Followed = Pick<Resource, 'name' | 'keyPrefixes' | 'cutPrefix'>;

export interface WatchedResourceOptions<R extends Followed> {
  readonly resource: R;
  readonly templateFile: Pick<TemplateFile, 'load'>;
  readonly hub: WatchHub;
  /** Answers what is asked anew for every rendering. */
  readonly source: Source;
  readonly deployer: { deploy(content: Uint8Array): Promise<unknown> };
  /** Told of what would be logged as an error otherwise. */
  readonly onFailure?: (message: string) => void;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** So long a template may wait for something before the log says what for. */
const quietWaitMs = 5000;

export class WatchedResource<R extends Followed = Resource> implements Subscriber {
  readonly resource: R;
  readonly #options: WatchedResourceOptions<R>;
  readonly #fixed: ReadonlyMap<string, Dependency<'keyPrefix'>>;
  readonly #held = new Set<string>();
  #template: Template | undefined;
  /** Ids that the last rendering asked for and that had not been answered. */
  readonly #awaited = new Set<string>();
  #isAttemptPlanned = false;
  #moment: Moment;
  #keys: { readonly answers: readonly unknown[]; readonly tree: KeyTree } | undefined;
  #deploying: Promise<void> | undefined;
  #isDirty = false;
  #isStopped = false;
  #lastFailure = '';
  #cancelWaitingNote = () => {};

  constructor(options: WatchedResourceOptions<R>) {
    this.#options = options;
    this.resource = options.resource;
    this.#fixed = new Map(keyDependencies(options.resource).map((dependency) => [dependencyId(dependency), dependency]));
    this.#moment = this.#newMoment();
  }

  /** Also to be called when the template may have changed on the disk. */
  async load(): Promise<void> {
    try {
      const template = await this.#options.templateFile.load();
      if (template === this.#template) return;
      this.#template = template;
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
    this.#cancelWaitingNote();
    this.#moment.end();
    for (const id of this.#held) this.#options.hub.release(id, this);
    this.#held.clear();
    await this.#deploying;
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
    if (this.#deploying !== undefined) {
      this.#isDirty = true;
      return;
    }
    this.#awaited.clear();
    const used = new Set<string>(this.#fixed.keys());
    const answers = [...this.#fixed].map(([id, dependency]) => this.#use(id, dependency));
    if (!allKnown(answers)) return;
    const end = renderTemplate(template, this.#view(this.#keyTree(answers), used));
    if (end.kind === 'incomplete') this.#wait(end);
    else this.#settle(end, used);
  }

  #settle(end: RenderingEnd & { readonly kind: 'rendered' | 'failed' }, used: ReadonlySet<string>): void {
    this.#releaseExcept(used);
    this.#cancelWaitingNote();
    if (end.kind === 'failed') {
      this.#fail(end.message);
      return;
    }
    this.#lastFailure = '';
    this.#deploying = this.#deploy(end.bytes);
  }

  #use<K extends DependencyKind>(id: string, dependency: Dependency<K>): DependencyValue<K> | undefined {
    this.#held.add(id);
    const value = this.#options.hub.use<K>(dependency, { id, subscriber: this });
    if (value === undefined) this.#awaited.add(id);
    return value;
  }

  #view(keys: KeyTree, used: Set<string>): DataSource {
    return {
      keys,
      environment: this.#options.environment,
      now: () => this.#options.clock.now(),
      lookup: (dependency) => {
        const id = dependencyId(anyDependency(dependency));
        if (isMomentary(dependency.kind)) return this.#moment.lookup(id, dependency);
        used.add(id);
        return this.#use(id, dependency);
      },
    };
  }

  #keyTree(answers: readonly DependencyValue<'keyPrefix'>[]): KeyTree {
    const known = this.#keys;
    if (known?.answers.every((answer, position) => answer === answers[position])) return known.tree;
    const tree = keyTree(this.resource.cutPrefix, answers);
    this.#keys = { answers, tree };
    return tree;
  }

  #wait({ missing, message }: RenderingEnd & { readonly kind: 'incomplete' }): void {
    if (message !== '' && this.#awaited.size === 0 && this.#moment.isSettled) this.#fail(message);
    this.#options.log.log('debug', `waiting for ${missing.map(describeMissing).join(', ')}`, { resource: this.resource.name });
    this.#cancelWaitingNote();
    this.#cancelWaitingNote = this.#options.clock.after(quietWaitMs, () =>
      this.#options.log.log('warn', `waiting for ${missing.map(describeMissing).join(', ')}`, { resource: this.resource.name }),
    );
  }

  #releaseExcept(used: ReadonlySet<string>): void {
    for (const id of this.#held) {
      if (used.has(id)) continue;
      this.#held.delete(id);
      this.#options.hub.release(id, this);
    }
  }

  async #deploy(bytes: Uint8Array): Promise<void> {
    try {
      await this.#options.deployer.deploy(bytes);
    } finally {
      this.#deploying = undefined;
    }
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.#begin();
  }

  /** The file stays as it is. The same failure is said once. */
  #fail(message: string): void {
    const { log, onFailure } = this.#options;
    const level = message === this.#lastFailure ? 'debug' : 'error';
    this.#lastFailure = message;
    if (onFailure === undefined) log.log(level, message, { resource: this.resource.name });
    else onFailure(message);
  }
}

function allKnown<T>(answers: readonly (T | undefined)[]): answers is readonly T[] {
  return !answers.includes(undefined);
}
