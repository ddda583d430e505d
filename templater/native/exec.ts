/**
 * The program of `[exec]`: started when every resource is in place for the first time, told when they change, and ended with us. It
 * outlives sessions: only other settings of its own start it anew.
 */
import type { Clock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import { Child } from '../consul-template/child.js';
import type { ExecSettings } from '../consul-template/exec-settings.js';
import { LongWait } from '../runtime/long-wait.js';
import type { Observer } from '../runtime/observer.js';
import { QuietTime } from '../runtime/quiet-time.js';
import { quietWaitMs } from '../runtime/waiting.js';
import type { ExecReport } from '../status/report.js';
import { ExecResources } from './exec-resources.js';

export interface ExecOptions {
  readonly exec: ExecSettings;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** The answers to two questions about one key do not come at the same moment. */
const oneChange = { minMs: 50, maxMs: 2_000 } as const;

/** A little later than templates tell what they wait for, so that it can be said why they are not in place. */
const sayAfterMs = quietWaitMs + 500;

/** A longer list makes a line nobody reads. */
const namedMax = 10;

export class Exec {
  /** Its exit status, when it ends by itself; 1 when it cannot be started. */
  readonly ended: Promise<number>;
  readonly #log: Logger;
  readonly #command: string;
  readonly #child: Child;
  readonly #resources: ExecResources;
  readonly #quiet: QuietTime;
  readonly #wait: LongWait;
  readonly #sinceMs: number;
  #isStarting = false;
  #isChanged = false;
  #end: (exitStatus: number) => void = () => {};

  constructor(options: ExecOptions) {
    const { clock, log, exec } = options;
    this.#log = log;
    this.#command = [exec.command].flat().join(' ');
    this.#sinceMs = clock.now();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#child = new Child({ ...options, onEnd: (exitStatus) => this.#end(exitStatus) });
    this.#quiet = new QuietTime({ wait: oneChange, clock, onQuiet: () => this.#tellWhenWhole() });
    this.#resources = new ExecResources({ onProgress: () => this.#progress(), onChange: () => this.#changed() });
    this.#wait = new LongWait({
      clock,
      afterMs: sayAfterMs,
      text: () => this.#awaitedText(),
      onLong: (text) => log.log('warn', `the program of [exec] waits for ${text}`),
    });
  }

  get observer(): Observer {
    return this.#resources.observer;
  }

  get isStarted(): boolean {
    return this.#isStarting;
  }

  /** These have to be in place before it starts. */
  expect(names: readonly string[]): void {
    this.#resources.expect(names);
  }

  send(signal: NodeJS.Signals): void {
    this.#child.send(signal);
  }

  /** For the status. */
  report(): ExecReport {
    return {
      Command: this.#command,
      State: this.#isStarting ? 'started' : 'waiting',
      Waiting: this.#isStarting ? [] : this.#resources.awaited,
      Since: new Date(this.#sinceMs).toISOString(),
    };
  }

  /** Resolves when it is gone. */
  stop(): Promise<void> {
    this.#quiet.stop();
    this.#wait.over();
    return this.#child.stop();
  }

  #progress(): void {
    if (this.#isStarting) this.#tellWhenWhole();
    else if (this.#resources.isComplete) this.#start();
    else this.#wait.goesOn();
  }

  #start(): void {
    this.#isStarting = true;
    this.#wait.over();
    this.#run(this.#child.start());
  }

  #changed(): void {
    if (!this.#isStarting) return;
    this.#isChanged = true;
    this.#quiet.changed();
  }

  /** Once for all files that change together: those that have been rendered are waited for. */
  #tellWhenWhole(): void {
    if (!this.#isChanged || this.#quiet.isHolding || this.#resources.areUnderWay) return;
    this.#isChanged = false;
    this.#run(this.#child.changed());
  }

  #awaitedText(): string {
    const { awaited } = this.#resources;
    const named = awaited.slice(0, namedMax).map(({ Resource, Why }) => `"${Resource}": ${Why}`);
    return [...named, ...(awaited.length > namedMax ? [`${awaited.length - namedMax} more`] : [])].join('; ');
  }

  #run(task: Promise<void>): void {
    task.catch((error: unknown) => {
      this.#log.log('error', `the program of [exec] cannot be started: ${error instanceof Error ? error.message : String(error)}`);
      this.#end(1);
    });
  }
}
