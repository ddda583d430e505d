/** Rendering resources to look at what comes out (`plan`, `check`, `test`): nothing is written, nothing runs, nothing is waited for. */
import type { Clock } from '../src/lib/clock.js';
import type { Logger } from '../src/lib/log.js';
import { anyDependency, type Dependency, type DependencyKind, type DependencyValue, dependencyId } from './data-source.js';
import type { Resource } from './resource.js';
import type { RenderedResource } from './runtime/deployment.js';
import { silentObserver } from './runtime/observer.js';
import { RoundMemory } from './runtime/round-memory.js';
import { RoundRendering } from './runtime/round-rendering.js';
import type { Source } from './source/source.js';
import type { Template } from './template.js';

export interface RenderAllOptions {
  readonly source: Source;
  readonly templateFileOf: (resource: Resource) => { load(): Promise<Template> };
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What is asked besides what rendering gets to. */
  readonly alsoAsk?: (resource: Resource) => readonly Dependency[];
}

export interface Looked {
  readonly resource: Resource;
  /** undefined when it cannot be rendered now. */
  readonly rendered: RenderedResource | undefined;
  /** Why, or which items of it cannot; '' when all can. */
  readonly failure: string;
  /** Everything it asked for. */
  readonly asked: ReadonlyMap<string, Asked>;
}

export interface Asked {
  readonly dependency: Dependency;
  /** undefined when there was no answer. */
  readonly value: DependencyValue<DependencyKind> | undefined;
}

/** In their order. */
export async function renderAll(resources: readonly Resource[], options: RenderAllOptions): Promise<readonly Looked[]> {
  const source = onceEach(options.source);
  return Promise.all(resources.map((resource) => renderOne(resource, { ...options, source })));
}

async function renderOne(resource: Resource, { source, alsoAsk, ...options }: RenderAllOptions): Promise<Looked> {
  const asked = new Map<string, Asked>();
  let failure = '';
  const observer = { ...silentObserver, failed: (_: unknown, { message }: { readonly message: string }) => (failure = message) };
  const rendering = new RoundRendering({
    ...options,
    source: recorded(source, asked),
    deployment: { observer, noop: true },
    log: silentLog,
    memory: new RoundMemory(),
    isLast: true,
  });
  // What would be waited for is a failure here.
  const end = await rendering.render({ ...resource, missing: resource.missing === 'wait' ? 'fail' : resource.missing });
  const rendered = end.kind === 'ended' ? end.rendered : undefined;
  const more = (alsoAsk?.(resource) ?? []).filter((dependency) => !asked.has(dependencyId(dependency)));
  // Who does not answer leaves it without a value.
  await Promise.allSettled(more.map((dependency) => recorded(source, asked).fetch(dependency, options.signal)));
  const refused = rendered?.refused.map(({ message }) => message) ?? [];
  return {
    resource,
    rendered: rendered && { ...rendered, resource },
    failure: [failure, ...refused].filter((text) => text !== '').join('; '),
    asked,
  };
}

const silentLog: Logger = { log: () => {}, named: () => silentLog };

/** What several ask for is fetched once. */
function onceEach(source: Source): Source {
  const fetched = new Map<string, Promise<DependencyValue<DependencyKind>>>();
  return {
    ...source,
    fetch: <K extends DependencyKind>(dependency: Dependency<K>, signal: AbortSignal) => {
      const id = dependencyId(anyDependency(dependency));
      const answer = fetched.get(id) ?? source.fetch(dependency, signal);
      fetched.set(id, answer);
      return answer as Promise<DependencyValue<K>>;
    },
  };
}

function recorded(source: Source, asked: Map<string, Asked>): Source {
  return {
    ...source,
    fetch: async <K extends DependencyKind>(dependency: Dependency<K>, signal: AbortSignal) => {
      const any = anyDependency(dependency);
      const id = dependencyId(any);
      asked.set(id, { dependency: any, value: undefined });
      const value = await source.fetch(dependency, signal);
      asked.set(id, { dependency: any, value });
      return value;
    },
  };
}
