/**
 * Rendering everything once, one resource after the other in their order, as `-onetime` does and every round of `-interval`. Answers are
 * shared: what two resources need is asked for once, and what is known to be needed is asked for at the start, all at once.
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
  type MissingData,
} from '../data-source.js';
import type { KeyTree } from '../key-tree.js';
import type { Resource } from '../resource.js';
import { type Source, SourceError } from '../source/source.js';
import type { Template } from '../template.js';
import { Deployer, type Deployment } from './deploy.js';
import { describeMissing, isMomentary, renderTemplate } from './rendering.js';
import { keyDependencies, keyTree } from './resource-keys.js';
import { type TemplateFile, TemplateFileError } from './template-file.js';

export interface RoundOptions {
  readonly source: Source;
  readonly templateFileOf: (resource: Resource) => TemplateFile;
  readonly deployment: Deployment;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Failures that were said in the round before and still hold are not said again; the round leaves here what failed this time. */
  readonly failures: Set<string>;
  /** Fires when the process is to end: the resource under way is finished, the rest is left. */
  readonly signal: AbortSignal;
}

/** A template may ask for new data in every pass (a service named by a key); so many passes are enough for any sane one. */
const passesMax = 50;

/** @returns whether every resource is as it should be */
export async function renderOnce(resources: readonly Resource[], options: RoundOptions): Promise<boolean> {
  const round = new Round(options);
  for (const resource of resources) for (const dependency of keyDependencies(resource)) round.prefetch(dependency);
  let isGood = true;
  for (const resource of resources) {
    isGood = !options.signal.aborted && (await round.process(resource)) && isGood;
  }
  return isGood;
}

class Round {
  readonly #options: RoundOptions;
  readonly #asked = new Map<string, Promise<DependencyValue<DependencyKind>>>();
  readonly #answers = new Map<string, DependencyValue<DependencyKind>>();
  readonly #said: ReadonlySet<string>;

  constructor(options: RoundOptions) {
    this.#options = options;
    this.#said = new Set(options.failures);
    options.failures.clear();
  }

  prefetch(dependency: Dependency): void {
    // A failure is met again, and said, by the resource that needs the answer.
    this.#ask(dependencyId(dependency), dependency).catch(() => {});
  }

  async process(resource: Resource): Promise<boolean> {
    const { templateFileOf, deployment, log } = this.#options;
    try {
      const template = await templateFileOf(resource).load();
      const bytes = await this.#render(resource, template);
      const end = await new Deployer(resource, deployment).deploy(bytes);
      return end !== 'failed';
    } catch (error) {
      const { signal } = this.#options;
      if (signal.aborted && (error === signal.reason || isExpected(error))) return false;
      if (!isExpected(error)) throw error;
      const isSaid = this.#said.has(error.message) || this.#options.failures.has(error.message);
      this.#options.failures.add(error.message);
      log.log(isSaid ? 'debug' : 'error', error.message, { resource: resource.name });
      return false;
    }
  }

  async #render(resource: Resource, template: Template): Promise<Uint8Array> {
    const answers: DependencyValue<'keyPrefix'>[] = [];
    for (const dependency of keyDependencies(resource)) answers.push(await this.#answer(dependency));
    const keys = keyTree(resource.cutPrefix, answers);
    // For this resource only, as every rendering has its own.
    const momentary = new Map<string, DependencyValue<DependencyKind>>();
    for (let pass = 0; pass < passesMax; pass++) {
      const end = renderTemplate(template, this.#view(keys, momentary));
      if (end.kind === 'rendered') return end.bytes;
      if (end.kind === 'failed') throw new RenderError(end.message);
      const unanswered = end.missing.filter(({ dependency }) => !this.#isAnswered(dependencyId(dependency), momentary));
      if (unanswered.length === 0) throw new RenderError(end.message || end.missing.map(describeAbsent).join(', '));
      const fetched = await Promise.allSettled(unanswered.map(({ dependency }) => this.#fetchMissing(dependency, momentary)));
      // What failed may turn out not to be needed: a service named by a key that is known only now.
      const failures = fetched.filter((end) => end.status === 'rejected');
      if (failures.length === fetched.length) throw failures[0]?.reason;
    }
    throw new RenderError(`the template asked for new data ${passesMax} times over`);
  }

  #view(keys: KeyTree, momentary: ReadonlyMap<string, DependencyValue<DependencyKind>>): DataSource {
    return {
      keys,
      environment: this.#options.environment,
      now: () => this.#options.clock.now(),
      lookup: <K extends DependencyKind>(dependency: Dependency<K>) => {
        const id = dependencyId(anyDependency(dependency));
        return (momentary.get(id) ?? this.#answers.get(id)) as DependencyValue<K> | undefined;
      },
    };
  }

  #isAnswered(id: string, momentary: ReadonlyMap<string, unknown>): boolean {
    return momentary.has(id) || this.#answers.has(id);
  }

  async #fetchMissing(dependency: Dependency, momentary: Map<string, DependencyValue<DependencyKind>>): Promise<void> {
    const id = dependencyId(dependency);
    if (isMomentary(dependency.kind)) momentary.set(id, await this.#options.source.fetch(dependency, this.#options.signal));
    else await this.#answer(dependency);
  }

  async #answer<K extends DependencyKind>(dependency: Dependency<K>): Promise<DependencyValue<K>> {
    const id = dependencyId(anyDependency(dependency));
    const value = await this.#ask(id, dependency);
    this.#answers.set(id, value);
    return value as DependencyValue<K>;
  }

  #ask<K extends DependencyKind>(id: string, dependency: Dependency<K>): Promise<DependencyValue<DependencyKind>> {
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

/** Once is once: a key that does not exist is not waited for. */
function describeAbsent(missing: MissingData): string {
  return `${describeMissing(missing)} does not exist`;
}
