/**
 * One resource that follows its data. A change of anything it used leads to one rendering in the same turn, which goes to its group; what
 * changes while the group is being deployed leads to one more afterwards. It renders only when everything it asked for has been answered,
 * so half of the data never reaches the disk.
 */
import { basename } from 'node:path';
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { anyDependency, type DataSource, dependencyId, type MissingData } from '../data-source.js';
import type { Resource } from '../resource.js';
import type { Source } from '../source/source.js';
import type { Template } from '../template.js';
import { highestIndex, renderedOf } from './causes.js';
import type { RenderedResource } from './deployment.js';
import { emptiedRefusal, emptiedText } from './emptied.js';
import { FollowedData } from './followed-data.js';
import type { Subscriber, WatchHub } from './hub.js';
import { Moment } from './moment.js';
import type { Observer } from './observer.js';
import { isMomentary, judgeMissing, type RenderingEnd, renderResource } from './rendering.js';
import { RenderingHistory } from './rendering-history.js';
import { type TemplateFile, TemplateFileError } from './template-file.js';
import type { Used, UsedData } from './used-data.js';
import { type Waiting, waitingOf } from './waiting.js';

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
  readonly #data: FollowedData;
  readonly #history = new RenderingHistory();
  readonly #waiting: Waiting;
  #template: Template | undefined;
  #isAttemptPlanned = false;
  #moment: Moment;
  #isTemplateNew = false;
  #offered: Promise<void> | undefined;
  #isDirty = false;
  #isStopped = false;
  #lastFailure = '';

  constructor(options: WatchedResourceOptions<R>) {
    const { resource, hub, clock, log, observer } = options;
    this.#options = options;
    this.resource = resource;
    this.#data = new FollowedData({ resource, hub, subscriber: this });
    this.#moment = this.#newMoment();
    this.#waiting = waitingOf(resource, { clock, log, observer, onTimeout: (message) => this.#fail(message) });
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
    if (!this.#data.arrived(id)) this.#begin();
    else if (this.#data.isAnswered) this.#attempt();
    else this.#attemptSoon();
  }

  /** Resolves when a deployment under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waiting.over();
    this.#moment.end();
    this.#data.releaseExcept(new Map());
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
    const begunAt = this.#options.clock.now();
    const used = this.#data.begin();
    if (!this.#data.isAnswered) {
      this.#wait(this.#data.missingAtAll);
      return;
    }
    const end = renderResource(template, this.#view(used), { resource: this.resource, items: this.#data.itemsIn(used) });
    this.#settle(end, { used, durationMs: this.#options.clock.now() - begunAt });
  }

  #settle(end: RenderingEnd, rendering: { readonly used: UsedData; readonly durationMs: number }): void {
    const judged = end.kind === 'incomplete' ? this.#judge(end) : end;
    if (judged === 'wait') return;
    this.#data.releaseExcept(rendering.used);
    this.#waiting.over();
    if (judged.kind === 'failed') this.#fail(judged.message);
    else this.#rendered(judged, rendering);
  }

  #judge(given: RenderingEnd & { readonly kind: 'incomplete' }): ReturnType<typeof judgeMissing> {
    const end = { ...given, missing: given.missing.map((missing) => this.#named(missing)) };
    const isAnswered = this.#data.isAnswered && this.#moment.isSettled;
    const judged = isAnswered ? judgeMissing(end, this.resource.missing) : 'wait';
    if (judged !== 'wait') return judged;
    // As confd says it; it is not a failure, though, that somebody is to look at, but a wait.
    if (isAnswered && end.message !== '') this.#say(end.message, 'error');
    if (isAnswered) this.#options.sink.pauses();
    this.#wait(end.missing);
    return 'wait';
  }

  #rendered(
    { outputs, refused }: RenderingEnd & { readonly kind: 'rendered' },
    { used, durationMs }: { readonly used: UsedData; readonly durationMs: number },
  ): void {
    const emptied = this.#history.emptiedIn(used);
    if (emptied.length > 0 && !this.resource.allowEmpty) {
      this.#fail(emptiedRefusal(emptied), 'warn');
      return;
    }
    this.#lastFailure = '';
    const isOtherTemplate = this.#isTemplateNew && this.#history.used !== undefined;
    const templateCause = isOtherTemplate ? [`template ${basename(this.resource.source)}`] : [];
    const changed = this.#history.add(used);
    const causes = () => [...templateCause, ...changed()];
    this.#isTemplateNew = false;
    if (emptied.length > 0) this.#options.log.log('warn', emptiedText(emptied), { resource: this.resource.name });
    this.#options.observer.rendered(this.resource, renderedOf(used, { durationMs, causes }));
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

  #view(used: Map<string, Used>): DataSource {
    return {
      keys: this.#data.keysIn(used),
      environment: this.#options.environment,
      writeFile: this.#options.writeFile,
      now: () => this.#options.clock.now(),
      lookup: (dependency) => {
        const id = dependencyId(anyDependency(dependency));
        return isMomentary(dependency.kind) ? this.#moment.lookup(id, dependency) : this.#data.use(id, dependency, used);
      },
    };
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

  /** The files stay as they are. The same failure is said once. */
  #fail(message: string, level: 'warn' | 'error' = 'error'): void {
    const { observer, sink } = this.#options;
    const isNew = message !== this.#lastFailure;
    this.#say(message, level);
    if (isNew) observer.failed(this.resource, { stage: 'render', message });
    sink.pauses();
  }

  #say(message: string, level: 'warn' | 'error'): void {
    const { log, onFailure } = this.#options;
    const isSaid = message === this.#lastFailure;
    this.#lastFailure = message;
    if (onFailure !== undefined) onFailure(message);
    else log.log(isSaid ? 'debug' : level, message, { resource: this.resource.name });
  }
}
