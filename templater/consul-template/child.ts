/**
 * The program of `exec`: started when everything is rendered, told of changes (a signal, or a restart), and ended with us. When it ends by
 * itself, so do we, with its exit status.
 */
import { constants } from 'node:os';
import { type Clock, sleep } from '../../src/lib/clock.js';
import { shellCommand } from '../../src/lib/command.js';
import { formatDuration } from '../../src/lib/duration.js';
import type { Logger } from '../../src/lib/log.js';
import { type ProgramEnd, type RunningProgram, startProgram } from '../../src/lib/program.js';
import type { Random } from '../../src/lib/random.js';
import type { ExecSettings } from './exec-settings.js';
import { plainWords } from './shell-words.js';

export interface ChildOptions {
  readonly exec: ExecSettings;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** It has ended without being asked to. */
  readonly onEnd: (exitStatus: number) => void;
  /** It was killed, because it ran longer than `timeout` allows. */
  readonly onTimeout?: (message: string) => void;
}

export class Child {
  readonly #options: ChildOptions;
  readonly #stopping = new AbortController();
  #program: RunningProgram | undefined;
  /** One start, change or stop after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get isStarted(): boolean {
    return this.#program !== undefined;
  }

  /** Nothing happens after `stop`. @throws CommandError */
  start(): Promise<void> {
    return this.#enqueue(() => this.#start());
  }

  /** What it was started with has changed. @throws CommandError when it cannot be started again */
  changed(): Promise<void> {
    return this.#enqueue(async () => {
      const { exec, clock, random } = this.#options;
      if (exec.splayMs > 0) await sleep(clock, random() * exec.splayMs, this.#stopping.signal).catch(() => {});
      if (this.#stopping.signal.aborted) return;
      if (exec.reloadSignal !== '') this.#program?.send(exec.reloadSignal);
      else {
        await this.#end();
        await this.#start();
      }
    });
  }

  send(signal: NodeJS.Signals): void {
    this.#program?.send(signal);
  }

  /** Asks it to end, and makes it when it does not; resolves when it has gone. */
  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#enqueue(() => this.#end());
  }

  async #start(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const { exec, env, clock, log, onEnd } = this.#options;
    const words = typeof exec.command === 'string' ? plainWords(exec.command) : exec.command;
    const args = words ?? shellCommand(exec.command.toString());
    log.log('info', `spawning: ${args.join(' ')}`);
    const program = await startProgram({ args, env, signalsGroup: words === undefined });
    this.#program = program;
    const { timeoutMs = 0 } = exec;
    const cancelTimeout = timeoutMs === 0 ? () => {} : clock.after(timeoutMs, () => this.#takesTooLong(program, timeoutMs));
    void program.ended.then((end) => {
      cancelTimeout();
      if (this.#program !== program) return;
      log.log('info', 'child process died');
      onEnd(exitStatusOf(end));
    });
  }

  #takesTooLong(program: RunningProgram, timeoutMs: number): void {
    if (this.#program !== program) return;
    const { log, onTimeout } = this.#options;
    this.#program = undefined;
    program.kill();
    log.log('debug', 'child process killed');
    onTimeout?.(`child: command did not exit within "${formatDuration(timeoutMs)}"`);
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(task);
    // Who asked is told; the next one in the queue is not concerned.
    this.#queue = done.catch(() => {});
    return done;
  }

  async #end(): Promise<void> {
    const { exec, clock, log } = this.#options;
    const program = this.#program;
    if (program === undefined) return;
    this.#program = undefined;
    log.log('info', 'stopping process');
    program.send(exec.killSignal);
    const cancel = clock.after(exec.killTimeoutMs, () => program.kill());
    await program.ended;
    cancel();
  }
}

/** As a shell tells it: 128 and the number of the signal. */
function exitStatusOf({ exitCode, signal }: ProgramEnd): number {
  return exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
