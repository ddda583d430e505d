/** Where data come from, as the runtime sees it: an answer now, or every answer from now on. */
import type { Dependency, DependencyKind, DependencyValue } from '../data-source.js';

export interface FollowOptions<V> {
  readonly signal: AbortSignal;
  /** The answer of this moment, and again after every change; equal answers may come twice. */
  readonly onValue: (value: V) => void;
  /** The source did not answer, and why; it is asked again by itself, with growing pauses. */
  readonly onFailure: (reason: string) => void;
}

export interface Source {
  /** One answer. Rejects with `SourceError` when there is none, with the signal's reason when it fires. */
  fetch<K extends DependencyKind>(dependency: Dependency<K>, signal: AbortSignal): Promise<DependencyValue<K>>;
  /** Goes on until the signal fires. Never rejects and never throws. */
  follow<K extends DependencyKind>(dependency: Dependency<K>, options: FollowOptions<DependencyValue<K>>): void;
}

/** A source that holds connections, files or tokens. */
export interface OpenSource extends Source {
  /** Lets go of all of it. What is followed ends by its signal. May be called twice. */
  close(): void;
}

/** The source did not answer, or refused. The message says who was asked for what. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
