/** "Render, fetch what was missing, render again" against an agent, until nothing is missing or the time is up. */
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
import { combinedSource } from './source/combined.js';
import { openConsulSource } from './source/consul.js';
import { type Source, SourceError } from './source/source.js';
import type { Template } from './template.js';
import { TemplateError } from './template-error.js';

export interface AgentRendering {
  readonly template: Template;
  /** Everything but the agent's data. */
  readonly source: DataSource;
  readonly address: string;
  readonly waitMs: number | undefined;
  readonly io: RenderIo;
}

export async function renderWithAgent({ template, source, address, waitMs, io }: AgentRendering): Promise<RenderEnd> {
  const cluster = await openConsulSource({ connection: connectionTo(address), clock: io.clock, random: io.random });
  const ending = new AbortController();
  const cancel = waitMs === undefined ? () => {} : io.clock.after(waitMs, () => ending.abort());
  try {
    return await new Rounds(source, combinedSource({ cluster, clock: io.clock }), ending.signal).run(template);
  } finally {
    cancel();
    ending.abort();
    cluster.close();
  }
}

function connectionTo(address: string): Parameters<typeof openConsulSource>[0]['connection'] {
  const none = { token: '', basicAuthentication: '', authorityFile: '', certificateFile: '', keyFile: '' };
  return { addresses: [address], ...none, verifyCertificate: true };
}

class Rounds {
  readonly #base: DataSource;
  readonly #source: Source;
  readonly #signal: AbortSignal;
  readonly #answers = new Map<string, DependencyValue<DependencyKind>>();
  readonly #asked = new Set<string>();
  #failure: SourceError | undefined;
  #wake: () => void = () => {};

  constructor(base: DataSource, source: Source, signal: AbortSignal) {
    this.#base = base;
    this.#source = source;
    this.#signal = signal;
  }

  async run(template: Template): Promise<RenderEnd> {
    const view: DataSource = {
      keys: this.#base.keys,
      environment: (name) => this.#base.environment(name),
      now: () => this.#base.now(),
      lookup: <K extends DependencyKind>(dependency: Dependency<K>) =>
        this.#answers.get(dependencyId(anyDependency(dependency))) as DependencyValue<K> | undefined,
    };
    for (;;) {
      const round = this.#round(template, view);
      if (round.kind === 'rendered') return round;
      if (!(await this.#answer(round.missing))) return { kind: 'waits', what: describeMissing(round.missing) };
    }
  }

  #round(
    template: Template,
    view: DataSource,
  ): Extract<RenderEnd, { kind: 'rendered' }> | { kind: 'incomplete'; missing: readonly MissingData[] } {
    try {
      const { bytes, missing } = template.render(view);
      return missing.length === 0 ? { kind: 'rendered', bytes } : { kind: 'incomplete', missing };
    } catch (error) {
      // With what has not arrived yet it might not have failed.
      if (error instanceof TemplateError && error.missing.length > 0) return { kind: 'incomplete', missing: error.missing };
      throw error;
    }
  }

  /** Waits for any answer; false when the time is up first. */
  async #answer(missing: readonly MissingData[]): Promise<boolean> {
    const changed = new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#signal.addEventListener('abort', () => resolve(), { once: true });
    });
    for (const { dependency } of missing) this.#ask(dependency);
    await changed;
    if (this.#failure) throw new TemplateError(this.#failure.message, { cause: this.#failure });
    return !this.#signal.aborted;
  }

  #ask(dependency: Dependency): void {
    const id = dependencyId(dependency);
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    const arrived = (value: DependencyValue<DependencyKind>) => {
      this.#answers.set(id, value);
      this.#wake();
    };
    if (isMomentary(dependency.kind)) void this.#fetch(dependency, arrived);
    else this.#source.follow(dependency, { signal: this.#signal, onValue: arrived, onFailure: () => {} });
  }

  async #fetch(dependency: Dependency, arrived: (value: DependencyValue<DependencyKind>) => void): Promise<void> {
    try {
      arrived(await this.#source.fetch(dependency, this.#signal));
    } catch (error) {
      if (this.#signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      this.#failure = error;
      this.#wake();
    }
  }
}

function describeMissing(missing: readonly MissingData[]): string {
  return missing.map(({ dependency }) => describeDependency(dependency)).join(', ');
}
