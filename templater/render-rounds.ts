/** "Render, fetch what was missing, render again", until nothing is missing or the time is up. Without an agent: what this machine knows. */
import {
  anyDependency,
  type DataSource,
  type Dependency,
  type DependencyKind,
  type DependencyValue,
  dependencyId,
  describeDependency,
  type MissingData,
} from './data-source.js';
import type { RenderIo } from './render-command.js';
import type { RenderEnd } from './render-request.js';
import { isMomentary } from './runtime/rendering.js';
import { combinedSource, isOfThisMachine } from './source/combined.js';
import { defaultTls } from './source/connection-settings.js';
import { type Source, SourceError } from './source/source.js';
import type { Template } from './template.js';
import { TemplateError } from './template-error.js';

export interface Rendering {
  readonly template: Template;
  /** Keys, environment and time; everything else is fetched. */
  readonly base: DataSource;
  readonly data: unknown;
  /** HOST:PORT of an agent; undefined asks nobody. */
  readonly address: string | undefined;
  readonly waitMs: number | undefined;
  readonly io: RenderIo;
}

/** @throws TemplateError */
export async function renderInRounds(rendering: Rendering): Promise<RenderEnd> {
  const { address, io, waitMs } = rendering;
  const cluster = address === undefined ? nobody : await clusterAt(address, io);
  const ending = new AbortController();
  const cancel = waitMs === undefined ? () => {} : io.clock.after(waitMs, () => ending.abort());
  try {
    return await new Rounds(rendering, combinedSource({ cluster, clock: io.clock }), ending.signal).run();
  } finally {
    cancel();
    ending.abort();
    cluster.close();
  }
}

async function clusterAt(address: string, { clock, random }: RenderIo): Promise<Source & { close(): void }> {
  const { openConsulSource } = await import('./source/consul.js');
  const connection = { addresses: [address], token: '', basicAuthentication: '', datacenter: '', ...defaultTls };
  return openConsulSource({ connection, clock, random });
}

/** Never asked: what only a cluster knows is refused before. */
const nobody: Source & { close(): void } = {
  fetch: () => Promise.reject(new SourceError('no agent to ask')),
  follow: (_, { onFailure }) => onFailure('no agent to ask'),
  close: () => {},
};

class Rounds {
  readonly #rendering: Rendering;
  readonly #source: Source;
  readonly #signal: AbortSignal;
  readonly #answers = new Map<string, DependencyValue<DependencyKind>>();
  readonly #asked = new Set<string>();
  #failure: TemplateError | undefined;
  #wake: () => void = () => {};

  constructor(rendering: Rendering, source: Source, signal: AbortSignal) {
    this.#rendering = rendering;
    this.#source = source;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  async run(): Promise<RenderEnd> {
    for (;;) {
      const round = this.#round();
      if ('bytes' in round) return { kind: 'rendered', bytes: round.bytes };
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      for (const item of round.missing) this.#ask(item);
      await changed;
      if (this.#failure) throw this.#failure;
      if (this.#signal.aborted) return { kind: 'waits', what: round.missing.map((item) => describeDependency(item.dependency)).join(', ') };
    }
  }

  #round(): { readonly bytes: Uint8Array } | { readonly missing: readonly MissingData[] } {
    const { template, data } = this.#rendering;
    try {
      const { bytes, missing } = template.render(this.#view(), data);
      return missing.length === 0 ? { bytes } : { missing };
    } catch (error) {
      // With what has not arrived yet it might not have failed.
      if (error instanceof TemplateError && error.missing.length > 0) return { missing: error.missing };
      throw error;
    }
  }

  #view(): DataSource {
    const { base } = this.#rendering;
    return {
      keys: base.keys,
      environment: (name) => base.environment(name),
      now: () => base.now(),
      lookup: <K extends DependencyKind>(dependency: Dependency<K>) =>
        this.#answers.get(dependencyId(anyDependency(dependency))) as DependencyValue<K> | undefined,
    };
  }

  #ask(item: MissingData): void {
    const { dependency } = item;
    const id = dependencyId(dependency);
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    const arrived = (value: DependencyValue<DependencyKind>) => {
      this.#answers.set(id, value);
      this.#wake();
    };
    if (this.#rendering.address === undefined && !isOfThisMachine(dependency.kind)) {
      throw failureAt(item, 'no agent to ask; name one with -consul-addr');
    }
    if (isMomentary(dependency.kind)) void this.#fetch(item, arrived);
    else this.#source.follow(dependency, { signal: this.#signal, onValue: arrived, onFailure: () => {} });
  }

  async #fetch(item: MissingData, arrived: (value: DependencyValue<DependencyKind>) => void): Promise<void> {
    try {
      arrived(await this.#source.fetch(item.dependency, this.#signal));
    } catch (error) {
      if (this.#signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      this.#failure = failureAt(item, error.message);
      this.#wake();
    }
  }
}

function failureAt({ at }: MissingData, message: string): TemplateError {
  return new TemplateError(`template: ${at.template}:${at.line}:${at.column}: ${message}`);
}
