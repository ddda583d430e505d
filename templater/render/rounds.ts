/** "Render, fetch what was missing, render again", until nothing is missing or the time is up. Without an agent: what this machine knows. */
import {
  anyDependency,
  type DataSource,
  type Dependency,
  type DependencyKind,
  type DependencyValue,
  dependencyId,
  describeDependency,
  isOfThisMachine,
  type MissingData,
} from '../data-source.js';
import type { MissingRule } from '../resource.js';
import { isMomentary } from '../runtime/rendering.js';
import { Waiting } from '../runtime/waiting.js';
import { combinedSource } from '../source/combined.js';
import { defaultTls } from '../source/connection-settings.js';
import { type Source, SourceError } from '../source/source.js';
import type { Template } from '../template.js';
import { TemplateError } from '../template-error.js';
import type { RenderIo } from './io.js';
import { type Round, renderRound } from './round.js';

export interface Rounded {
  readonly template: Template;
  /** Keys, environment and time; everything else is fetched. */
  readonly base: DataSource;
  readonly data: unknown;
  /** HOST:PORT of an agent; undefined asks nobody. */
  readonly address: string | undefined;
  /** After it the answer is "waits". */
  readonly waitMs: number | undefined;
  readonly missing: MissingRule;
  /** After it waiting is a failure. */
  readonly waitTimeoutMs: number | undefined;
  readonly io: RenderIo;
}

export type RenderEnd = { readonly kind: 'rendered'; readonly bytes: Uint8Array } | { readonly kind: 'waits'; readonly what: string };

/** @param first what a rendering without any data found missing. @throws TemplateError */
export async function renderInRounds(rounded: Rounded, first: Round): Promise<RenderEnd> {
  const { address, io, waitMs } = rounded;
  const cluster = address === undefined ? nobody : await clusterAt(address, io);
  const ending = new AbortController();
  const cancel = waitMs === undefined ? () => {} : io.clock.after(waitMs, () => ending.abort());
  try {
    return await new Rounds(rounded, combinedSource({ cluster, clock: io.clock }), ending.signal).run(first);
  } finally {
    cancel();
    ending.abort();
    cluster.close();
  }
}

async function clusterAt(address: string, { clock, random }: RenderIo): Promise<Source & { close(): void }> {
  const { openConsulSource } = await import('../source/consul.js');
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
  readonly #rounded: Rounded;
  readonly #source: Source;
  readonly #signal: AbortSignal;
  readonly #answers = new Map<string, DependencyValue<DependencyKind>>();
  readonly #asked = new Set<string>();
  readonly #waiting: Waiting;
  /** Why the source does not answer; '' when it does. */
  #silence = '';
  #failure: TemplateError | undefined;
  #wake: () => void = () => {};

  constructor(rounded: Rounded, source: Source, signal: AbortSignal) {
    const { io, waitTimeoutMs: timeoutMs } = rounded;
    this.#rounded = rounded;
    this.#source = source;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    this.#waiting = new Waiting({
      clock: io.clock,
      timeoutMs,
      onLong: (text) => io.writeError(`${this.#withReason(text)}\n`),
      onOver: () => {},
      onTimeout: (message) => this.#fail(new TemplateError(this.#withReason(message))),
    });
  }

  /** @throws TemplateError */
  async run(first: Round): Promise<RenderEnd> {
    try {
      for (let round = first; ; round = renderRound(this.#rounded.template, this.#view(), this.#rounded.data)) {
        const bytes = this.#judged(round);
        if (bytes) return { kind: 'rendered', bytes };
        this.#waiting.for(round.missing);
        const changed = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        for (const item of round.missing) this.#ask(item);
        await changed;
        if (this.#failure) throw this.#failure;
        if (this.#signal.aborted) return { kind: 'waits', what: this.#waiting.text };
      }
    } finally {
      this.#waiting.over();
    }
  }

  /** The output, when it can be used: whole, or with all that can be said about what is missing. */
  #judged({ bytes, missing, failure }: Round): Uint8Array | undefined {
    const { missing: rule } = this.#rounded;
    const [absent] = missing;
    if (absent === undefined) return bytes;
    // What has not been answered yet may still come.
    const isFinal = missing.every(({ dependency }) => this.#answers.has(dependencyId(dependency)));
    if (!isFinal || rule === 'wait') return undefined;
    if (rule === 'empty' && bytes !== undefined) return bytes;
    throw failure ?? failureAt(absent, `${describeDependency(absent.dependency)} does not exist`);
  }

  #withReason(text: string): string {
    return this.#silence === '' ? text : `${text}; ${this.#silence}`;
  }

  #fail(failure: TemplateError): void {
    this.#failure = failure;
    this.#wake();
  }

  #view(): DataSource {
    const { base } = this.#rounded;
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
      this.#silence = '';
      this.#wake();
    };
    if (this.#rounded.address === undefined && !isOfThisMachine(dependency.kind)) {
      throw failureAt(item, 'no agent to ask; name one with -consul-addr');
    }
    const onFailure = (reason: string) => {
      this.#silence = reason;
    };
    // A file that is not there now is a mistake in what renders once.
    if (isMomentary(dependency.kind) || dependency.kind === 'file') void this.#fetch(item, arrived);
    else this.#source.follow(dependency, { signal: this.#signal, onValue: arrived, onFailure });
  }

  async #fetch(item: MissingData, arrived: (value: DependencyValue<DependencyKind>) => void): Promise<void> {
    try {
      arrived(await this.#source.fetch(item.dependency, this.#signal));
    } catch (error) {
      if (this.#signal.aborted) return;
      if (!(error instanceof SourceError)) throw error;
      this.#fail(failureAt(item, error.message));
    }
  }
}

function failureAt({ at }: MissingData, message: string): TemplateError {
  return new TemplateError(`template: ${at.template}:${at.line}:${at.column}: ${message}`);
}
