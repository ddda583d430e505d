/**
 * The program of `[exec]`: started when every resource is in place for the first time, told when one of them changes, and ended with us.
 * It outlives sessions: only other settings of its own start it anew.
 */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import { Child } from '../consul-template/child.js';
import type { ExecSettings } from '../consul-template/exec-settings.js';
import { type Observer, silentObserver } from '../runtime/observer.js';

export interface ExecOptions {
  readonly exec: ExecSettings;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export class Exec {
  readonly observer: Observer;
  /** Its exit status, when it ends by itself; 1 when it cannot be started. */
  readonly ended: Promise<number>;
  readonly #log: Logger;
  readonly #child: Child;
  readonly #deployed = new Map<string, string>();
  #expected: readonly string[] = [];
  #isStarting = false;
  #isChanged = false;
  #end: (exitStatus: number) => void = () => {};

  constructor(options: ExecOptions) {
    this.#log = options.log;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#child = new Child({ ...options, onEnd: (exitStatus) => this.#end(exitStatus) });
    this.observer = {
      ...silentObserver,
      deployed: ({ name }, { files }) => this.#inPlace(name, files.map(({ destination, sha256 }) => `${destination} ${sha256}`).join('\n')),
    };
  }

  get isStarted(): boolean {
    return this.#isStarting;
  }

  /** These have to be in place before it starts. */
  expect(names: readonly string[]): void {
    this.#expected = names;
    this.#startWhenComplete();
  }

  send(signal: NodeJS.Signals): void {
    this.#child.send(signal);
  }

  /** Resolves when it is gone. */
  stop(): Promise<void> {
    return this.#child.stop();
  }

  #inPlace(name: string, version: string): void {
    const isOther = this.#deployed.has(name) && this.#deployed.get(name) !== version;
    this.#deployed.set(name, version);
    if (!this.#isStarting) this.#startWhenComplete();
    else if (isOther) this.#changed();
  }

  #startWhenComplete(): void {
    if (this.#isStarting || this.#expected.length === 0 || !this.#expected.every((name) => this.#deployed.has(name))) return;
    this.#isStarting = true;
    this.#run(this.#child.start());
  }

  /** Once for all files that change together. */
  #changed(): void {
    if (this.#isChanged) return;
    this.#isChanged = true;
    setImmediate(() => {
      this.#isChanged = false;
      this.#run(this.#child.changed());
    });
  }

  #run(task: Promise<void>): void {
    task.catch((error: unknown) => {
      this.#log.log('error', `the program of [exec] cannot be started: ${error instanceof Error ? error.message : String(error)}`);
      this.#end(1);
    });
  }
}
