/** Rendering for `-onetime` and `-interval`: asking for what a template needs, pass by pass, until it is whole, fails, or has to wait. */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { type Dependency, type DependencyKind, type DependencyValue, dependencyId, type MissingData } from '../data-source.js';
import type { Resource } from '../resource.js';
import { connectionReason } from '../source/connection-reason.js';
import { type Source, SourceError } from '../source/source.js';
import type { Template } from '../template.js';
import { highestIndex, renderedOf } from './causes.js';
import type { Deployment, RenderedResource } from './deployment.js';
import { emptiedRefusal } from './emptied.js';
import { LateResource } from './late-resource.js';
import { describeAll, isMomentary, judgeMissing, type RenderingEnd } from './rendering.js';
import { dependenciesOf } from './resource-keys.js';
import type { RoundMemory } from './round-memory.js';
import { RoundPass } from './round-pass.js';
import { type TemplateFile, TemplateFileError } from './template-file.js';

export interface RenderingOptions {
  readonly source: Source;
  readonly templateFileOf: (resource: Resource) => Pick<TemplateFile, 'load'>;
  readonly deployment: Pick<Deployment, 'observer' | 'noop'>;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** What is kept from one round to the next. */
  readonly memory: RoundMemory;
  /** A missing key is waited for; otherwise the next round looks for it again. */
  readonly isLast: boolean;
  /** Fires when the process is to end: the resource under way is finished, the rest is left. */
  readonly signal: AbortSignal;
}

export interface RoundOptions extends RenderingOptions {
  readonly deployment: Deployment;
}

/** `rendered` is undefined when that failed, which has been said. */
export type RoundEnd =
  | { readonly kind: 'ended'; readonly rendered: RenderedResource | undefined }
  /** For keys that do not exist; calling it waits for them. */
  | { readonly kind: 'waits'; readonly rendered: () => Promise<RenderedResource | undefined> };

/** A template may ask for new data in every pass (a service named by a key); so many passes are enough for any sane one. */
const passesMax = 50;

/** They share a few connections; where they cannot (another datacenter), an agent takes 200 of one client. */
const prefetchedAtOnce = 128;

export class RoundRendering {
  readonly #options: RenderingOptions;
  readonly #asked = new Map<string, Promise<DependencyValue<DependencyKind>>>();
  readonly #answers = new Map<string, DependencyValue<DependencyKind>>();
  readonly #said: ReadonlySet<string>;

  constructor(options: RenderingOptions) {
    this.#options = options;
    const { failures } = options.memory;
    this.#said = new Set(failures);
    failures.clear();
  }

  /** Asks for what will be needed, in its order. */
  prefetch(dependencies: readonly Dependency[]): void {
    const open = dependencies.values();
    for (let turn = 0; turn < prefetchedAtOnce; turn++) void this.#prefetchNext(open);
  }

  async #prefetchNext(open: Iterable<Dependency>): Promise<void> {
    // A failure is met again, and said, by the resource that needs the answer.
    for (const dependency of open) await this.#ask(dependencyId(dependency), dependency).catch(() => {});
  }

  async render(resource: Resource): Promise<RoundEnd> {
    const { memory, deployment, isLast } = this.#options;
    memory.began(resource, deployment.observer);
    let waits: RoundEnd | undefined;
    const rendered = await this.#saying(resource, async () => {
      const template = await this.#options.templateFileOf(resource).load();
      const pass = new RoundPass(this.#options, resource);
      const end = await this.#passes(template, pass);
      if (end.kind === 'rendered') return this.#whole(pass, end);
      if (!isLast) throw new RenderError(end.message || `waiting for ${describeAll(end.missing)}`);
      waits = { kind: 'waits', rendered: () => this.#saying(resource, () => this.#waitFor(end.missing, { template, resource })) };
      return undefined;
    });
    return waits ?? { kind: 'ended', rendered };
  }

  /** A failure becomes a line in the log. */
  async #saying(resource: Resource, task: () => Promise<RenderedResource | undefined>): Promise<RenderedResource | undefined> {
    const { signal, memory, log, deployment } = this.#options;
    const { failures } = memory;
    try {
      return await task();
    } catch (error) {
      if (signal.aborted && (error === signal.reason || isExpected(error))) return undefined;
      if (!isExpected(error)) throw error;
      // A source that is silent is so for all of them.
      const failure = error instanceof SourceError ? connectionReason(error) : `${resource.name}: ${error.message}`;
      const isSaid = this.#said.has(failure) || failures.has(failure);
      failures.add(failure);
      log.log(isSaid ? 'debug' : 'error', error.message, { resource: resource.name });
      deployment.observer.failed(resource, { stage: 'render', message: error.message });
      return undefined;
    }
  }

  /** @throws RenderError, SourceError */
  async #passes(template: Template, pass: RoundPass): Promise<RenderingEnd & { readonly kind: 'rendered' | 'incomplete' }> {
    for (const dependency of dependenciesOf(pass.resource)) await this.#answer(dependency);
    for (let passes = 0; passes < passesMax; passes++) {
      const end = pass.render(template, this.#answers);
      if (end.kind === 'rendered') return end;
      if (end.kind === 'failed') throw new RenderError(end.message);
      const unanswered = end.missing.filter(({ dependency }) => !pass.isAnswered(dependency, this.#answers));
      if (unanswered.length === 0) {
        const judged = judgeMissing(end, pass.resource.missing);
        if (judged === 'wait') return end;
        if (judged.kind === 'rendered') return judged;
        throw new RenderError(judged.message);
      }
      const fetched = await Promise.allSettled(unanswered.map(({ dependency }) => this.#fetchMissing(dependency, pass)));
      // What failed may turn out not to be needed: a service named by a key that is known only now.
      const failures = fetched.filter((end) => end.status === 'rejected');
      if (failures.length === fetched.length) throw failures[0]?.reason;
    }
    throw new RenderError(`the template asked for new data ${passesMax} times over`);
  }

  /** @throws RenderError when a tree or a service of it is empty all of a sudden */
  #whole({ resource, used, durationMs }: RoundPass, { outputs, refused }: RenderingEnd & { readonly kind: 'rendered' }): RenderedResource {
    const { memory, deployment } = this.#options;
    const emptied = resource.allowEmpty ? [] : memory.emptied(resource, used);
    if (emptied.length > 0) throw new RenderError(emptiedRefusal(emptied));
    const causes = memory.rendered(resource, used);
    deployment.observer.rendered(resource, renderedOf(used, { durationMs, causes }));
    return { resource, outputs, refused, causes, index: () => highestIndex(used) };
  }

  /** @throws RenderError when it takes too long */
  async #waitFor(
    missing: readonly MissingData[],
    { template, resource }: { readonly template: Template; readonly resource: Resource },
  ): Promise<RenderedResource> {
    const { deployment } = this.#options;
    const late = new LateResource({
      ...this.#options,
      resource,
      observer: deployment.observer,
      onAnswer: (id, value) => this.#answers.set(id, value),
    });
    try {
      for (let open = missing; ; ) {
        const timedOut = await late.untilChanged(open);
        if (timedOut !== '') throw new RenderError(timedOut);
        const pass = new RoundPass(this.#options, resource);
        const end = await this.#passes(template, pass);
        if (end.kind === 'rendered') return this.#whole(pass, end);
        open = end.missing;
      }
    } finally {
      late.close();
    }
  }

  async #fetchMissing(dependency: Dependency, pass: RoundPass): Promise<void> {
    if (isMomentary(dependency.kind))
      pass.momentary.set(dependencyId(dependency), await this.#options.source.fetch(dependency, this.#options.signal));
    else await this.#answer(dependency);
  }

  async #answer(dependency: Dependency): Promise<void> {
    const id = dependencyId(dependency);
    if (!this.#answers.has(id)) this.#answers.set(id, await this.#ask(id, dependency));
  }

  #ask(id: string, dependency: Dependency): Promise<DependencyValue<DependencyKind>> {
    const asked = this.#asked.get(id) ?? this.#options.source.fetch(dependency, this.#options.signal);
    this.#asked.set(id, asked);
    return asked;
  }
}

/** The template, or what it needs, is not as it should be. */
class RenderError extends Error {
  override readonly name = 'RenderError';
}

function isExpected(error: unknown): error is Error {
  return error instanceof RenderError || error instanceof SourceError || error instanceof TemplateFileError;
}
