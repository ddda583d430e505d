/** One resource in a round, rendered as often as it takes until everything that it asks for has been answered. */
import type { Clock } from '../../src/lib/clock.js';
import {
  anyDependency,
  type DataSource,
  type Dependency,
  type DependencyKind,
  type DependencyValue,
  dependencyId,
} from '../data-source.js';
import { putFile } from '../file-write.js';
import type { KeyTree } from '../key-tree.js';
import type { Resource } from '../resource.js';
import type { Template } from '../template.js';
import type { Deployment } from './deployment.js';
import { isMomentary, type RenderingEnd, renderResource } from './rendering.js';
import { dependenciesOf, KnownKeyTree } from './resource-keys.js';
import type { Used } from './used-data.js';

export interface PassOptions {
  readonly clock: Clock;
  readonly environment: (name: string) => string | undefined;
  readonly deployment: Pick<Deployment, 'noop'>;
}

export class RoundPass {
  readonly resource: Resource;
  /** For this resource only, as every rendering has its own. */
  readonly momentary = new Map<string, DependencyValue<DependencyKind>>();
  readonly #options: PassOptions;
  readonly #begunAt: number;
  #used = new Map<string, Used>();
  readonly #keyTree: KnownKeyTree;

  constructor(options: PassOptions, resource: Resource) {
    this.#options = options;
    this.resource = resource;
    this.#begunAt = options.clock.now();
    this.#keyTree = new KnownKeyTree(resource);
  }

  /** What the last rendering used. */
  get used(): ReadonlyMap<string, Used> {
    return this.#used;
  }

  get durationMs(): number {
    return this.#options.clock.now() - this.#begunAt;
  }

  render(template: Template, answers: ReadonlyMap<string, DependencyValue<DependencyKind>>): RenderingEnd {
    this.#used = new Map();
    const keys: DependencyValue<'keyPrefix'>[] = [];
    for (const dependency of dependenciesOf(this.resource)) {
      const value = this.#look(dependency, answers);
      if (dependency.kind === 'keyPrefix') keys.push((value ?? []) as DependencyValue<'keyPrefix'>);
    }
    const items = this.resource.forEach && answers.get(dependencyId(this.resource.forEach.dependency));
    return renderResource(template, this.#view(this.#keyTree.of(keys), answers), { resource: this.resource, items });
  }

  isAnswered(dependency: Dependency, answers: ReadonlyMap<string, unknown>): boolean {
    const id = dependencyId(dependency);
    return this.momentary.has(id) || answers.has(id);
  }

  #view(keys: KeyTree, answers: ReadonlyMap<string, DependencyValue<DependencyKind>>): DataSource {
    return {
      keys,
      environment: this.#options.environment,
      writeFile: this.#options.deployment.noop ? undefined : putFile,
      now: () => this.#options.clock.now(),
      lookup: <K extends DependencyKind>(dependency: Dependency<K>) =>
        this.#look(anyDependency(dependency), answers) as DependencyValue<K> | undefined,
    };
  }

  #look(
    dependency: Dependency,
    answers: ReadonlyMap<string, DependencyValue<DependencyKind>>,
  ): DependencyValue<DependencyKind> | undefined {
    const id = dependencyId(dependency);
    const value = this.momentary.get(id) ?? answers.get(id);
    if (!isMomentary(dependency.kind)) this.#used.set(id, { dependency, value });
    return value;
  }
}
