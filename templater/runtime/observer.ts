/**
 * Being told what a run does, resource by resource: what the status page, the metrics and the fleet are made from. The calls are made
 * in the middle of the work: they must neither throw nor wait.
 */
import type { Dependency, MissingData } from '../data-source.js';
import type { Group, Resource } from '../resource.js';

/** What a resource is known by, in both faces. */
export type Observed = Pick<Resource, 'name' | 'source' | 'destination' | 'group'>;

export interface Rendered {
  /** What the template used: keys it looked up, prefixes that were fetched for it, services … */
  readonly dependencies: readonly Dependency[];
  readonly durationMs: number;
  /** What changed since the rendering before: `key "app/x"`, `service "web"`, `template web.tmpl`; "start" the first time. Costs when read. */
  readonly causes: readonly string[];
}

export interface DeployedFiles {
  /** All outputs of the resource, also those that were as wanted already. `sha256` in hex digits. */
  readonly files: readonly { readonly destination: string; readonly sha256: string }[];
  /** The highest modify index of what they were made from; 0 when nothing of that has one. */
  readonly index: number;
}

export interface PinnedFiles {
  readonly version: number;
  /** RFC 3339. */
  readonly since: string;
  /** All of the version; none when it is not kept any more. */
  readonly files: readonly { readonly resource: string; readonly destination: string; readonly sha256: string }[];
}

export interface Reloaded {
  readonly command: string;
  readonly ok: boolean;
  /** "exit status 0", "signal: SIGKILL", "time limit of 1m0s exceeded" */
  readonly exit: string;
  /** The end of it. */
  readonly output: string;
  readonly durationMs: number;
  readonly causes: readonly string[];
}

export type Stage = 'render' | 'check' | 'write' | 'reload';

export interface Observer {
  /** The resource belongs to the run from now on. */
  began(resource: Observed): void;
  ended(resource: Observed): void;
  rendered(resource: Observed, rendering: Rendered): void;
  /** What it waits for now; an empty list: for nothing any more. */
  waiting(resource: Observed, missing: readonly MissingData[]): void;
  /** Its files stay as they were; `deployed` tells when that is over. */
  failed(resource: Observed, failure: { readonly stage: Stage; readonly message: string }): void;
  /** Its files are what was rendered last, checked and reloaded; also when they were so before. */
  deployed(resource: Observed, deployed: DeployedFiles): void;
  reloaded(group: Group, reload: Reloaded): void;
  /** Somebody has put an older version back; what is rendered is held until `resumed`. */
  pinned(group: Group, pin: PinnedFiles): void;
  resumed(group: Group): void;
}

const ignore = () => {};
export const silentObserver: Observer = {
  began: ignore,
  ended: ignore,
  rendered: ignore,
  waiting: ignore,
  failed: ignore,
  deployed: ignore,
  reloaded: ignore,
  pinned: ignore,
  resumed: ignore,
};

/** Both are told, the first one first. */
export function observedBy(first: Observer, second: Observer): Observer {
  if (first === silentObserver) return second;
  if (second === silentObserver) return first;
  return {
    began: (resource) => both((one) => one.began(resource)),
    ended: (resource) => both((one) => one.ended(resource)),
    rendered: (resource, rendering) => both((one) => one.rendered(resource, rendering)),
    waiting: (resource, missing) => both((one) => one.waiting(resource, missing)),
    failed: (resource, failure) => both((one) => one.failed(resource, failure)),
    deployed: (resource, deployed) => both((one) => one.deployed(resource, deployed)),
    reloaded: (group, reload) => both((one) => one.reloaded(group, reload)),
    pinned: (group, pin) => both((one) => one.pinned(group, pin)),
    resumed: (group) => both((one) => one.resumed(group)),
  };

  function both(tell: (observer: Observer) => void): void {
    tell(first);
    tell(second);
  }
}
