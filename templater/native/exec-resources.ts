/** What the program of `[exec]` works with: which resources are in place, which are on their way, and what keeps the others away. */
import type { Group } from '../resource.js';
import { type Observed, type Observer, silentObserver } from '../runtime/observer.js';
import { describeAll } from '../runtime/rendering.js';

export interface ExecResourcesOptions {
  /** Something of what is told here may be another now. */
  readonly onProgress: () => void;
  /** A resource that was in place has another version now. */
  readonly onChange: () => void;
}

export interface Awaited {
  readonly Resource: string;
  readonly Why: string;
}

export class ExecResources {
  readonly observer: Observer;
  readonly #options: ExecResourcesOptions;
  #expected: readonly string[] = [];
  readonly #versions = new Map<string, string>();
  /** What was told last of those that are not in place. */
  readonly #obstacles = new Map<string, string>();
  readonly #underWay = new Set<string>();
  readonly #pinned = new Set<string>();

  constructor(options: ExecResourcesOptions) {
    this.#options = options;
    this.observer = {
      ...silentObserver,
      rendered: (resource) => this.#rendered(resource),
      waiting: ({ name }, missing) => this.#keptAway(name, missing.length === 0 ? '' : `waiting for ${describeAll(missing)}`),
      failed: ({ name }, { message }) => this.#keptAway(name, message),
      deployed: ({ name }, { files }) => this.#inPlace(name, files.map(({ destination, sha256 }) => `${destination} ${sha256}`).join('\n')),
      ended: ({ name }) => this.#ended(name),
      pinned: ({ stateKey }) => void this.#pinned.add(stateKey),
      resumed: ({ stateKey }) => void this.#pinned.delete(stateKey),
    };
  }

  /** All there are to be. */
  expect(names: readonly string[]): void {
    this.#expected = names;
    this.#options.onProgress();
  }

  /** All have been in place. */
  get isComplete(): boolean {
    return this.#expected.length > 0 && this.#expected.every((name) => this.#versions.has(name));
  }

  /** Some have been rendered, and will be in place or fail before long. */
  get areUnderWay(): boolean {
    return this.#underWay.size > 0;
  }

  get awaited(): readonly Awaited[] {
    return this.#expected
      .filter((name) => !this.#versions.has(name))
      .map((name) => ({ Resource: name, Why: this.#obstacles.get(name) || 'it has not been rendered yet' }));
  }

  #rendered({ name, group }: Observed): void {
    if (isDeployedSoon(group) && !this.#pinned.has(group.stateKey)) this.#underWay.add(name);
  }

  #keptAway(name: string, why: string): void {
    this.#obstacles.set(name, why);
    this.#underWay.delete(name);
    this.#options.onProgress();
  }

  #inPlace(name: string, version: string): void {
    const isOther = this.#versions.has(name) && this.#versions.get(name) !== version;
    this.#versions.set(name, version);
    this.#obstacles.delete(name);
    this.#underWay.delete(name);
    if (isOther) this.#options.onChange();
    this.#options.onProgress();
  }

  #ended(name: string): void {
    this.#underWay.delete(name);
    this.#options.onProgress();
  }
}

/** A rate, and a turn among machines, may hold a change for hours; all else ends with `settle` and the time limits of commands. */
function isDeployedSoon({ maxRate, rollout }: Group): boolean {
  return maxRate === undefined && rollout === undefined;
}
