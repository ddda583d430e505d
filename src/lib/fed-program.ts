/**
 * A program that reads lines from us as long as we run, such as `logger`. It never holds us up: lines wait for it up to a limit; beyond it
 * they are dropped and counted, and the count is written when it reads again. When it ends it is started again, with growing pauses; what
 * was on its way to it then is lost. It leads a process group of its own, so that a Ctrl-C at the terminal leaves it our last lines; it
 * ends with us, because its input does.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { backoffMs } from './backoff.js';
import type { Clock } from './clock.js';
import { findProgram } from './command.js';
import type { Random } from './random.js';

export interface FedProgramOptions {
  /** The program and its arguments, as they are. */
  readonly args: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** UTF-16 units that may wait. */
  readonly queuedMax: number;
  /** The line that stands for so many that were dropped. */
  readonly droppedLine: (count: number) => string;
  /** It has ended, and why; said once until it has gone on for a while again. */
  readonly onTrouble: (reason: string) => void;
}

const restart = { firstMs: 500, mostMs: 60_000 };
/** One that has failed gets nothing to read for so long: it could take it along when it fails again at once. */
const provingMs = 200;
/** A program that ran so long has recovered. */
const steadyMs = 60_000;
/** UTF-16 units kept of what it says about itself. */
const complaintMax = 500;

export class FedProgram {
  readonly #options: FedProgramOptions;
  readonly #path: string;
  #queue: string[] = [];
  #queued = 0;
  #dropped = 0;
  #running: { readonly stdin: Writable | null; readonly ended: Promise<void>; readonly kill: () => void } | undefined;
  #failures = 0;
  #isProving = false;
  #cancelTimer = () => {};
  #isClosed = false;

  /** @throws CommandError when there is no such program */
  constructor(options: FedProgramOptions) {
    this.#options = options;
    this.#path = findProgram(options.args[0] ?? '', undefined);
    this.#start();
  }

  /** A whole line; never blocks, never throws. */
  write(line: string): void {
    if (this.#isClosed) return;
    if (this.#queued + line.length > this.#options.queuedMax) {
      this.#dropped += 1;
      return;
    }
    this.#queue.push(line);
    this.#queued += line.length;
    this.#feed();
  }

  /** Resolves when it has read everything and ended; it is killed after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelTimer();
    if (this.#running === undefined && this.#queue.length > 0) this.#start();
    const running = this.#running;
    if (running === undefined) return;
    const cancel = this.#options.clock.after(withinMs, running.kill);
    running.stdin?.end(this.#queue.splice(0).join('') + this.#takeDroppedLine());
    await running.ended;
    cancel();
  }

  #feed(): void {
    const stdin = this.#running?.stdin;
    while (stdin && !stdin.writableNeedDrain && !this.#isProving) {
      const line = this.#queue.shift();
      this.#queued -= line?.length ?? 0;
      const text = line ?? this.#takeDroppedLine();
      if (text === '') return;
      stdin.write(text);
    }
  }

  #takeDroppedLine(): string {
    const count = this.#dropped;
    this.#dropped = 0;
    return count === 0 ? '' : this.#options.droppedLine(count);
  }

  #start(): void {
    const { args, clock } = this.#options;
    const startedAt = clock.now();
    let child: ChildProcess;
    try {
      child = spawn(this.#path, args.slice(1), { detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
    } catch (error) {
      this.#ended(error instanceof Error ? error.message : String(error), 0);
      return;
    }
    const ended = whyEnded(child).then((reason) => {
      this.#running = undefined;
      this.#ended(reason, clock.now() - startedAt);
    });
    // It may go before it has read everything (EPIPE); its end says so. There is no input when we have no descriptors left.
    child.stdin?.on('error', () => {}).on('drain', () => this.#feed());
    this.#running = { stdin: child.stdin, ended, kill: () => child.kill('SIGKILL') };
    this.#isProving = this.#failures > 0 && !this.#isClosed;
    if (this.#isProving) this.#cancelTimer = clock.after(provingMs, () => this.#hasProved());
    else this.#feed();
  }

  #hasProved(): void {
    this.#isProving = false;
    this.#feed();
  }

  #ended(reason: string, ranMs: number): void {
    if (this.#isClosed) return;
    const { clock, random, onTrouble } = this.#options;
    this.#failures = ranMs >= steadyMs ? 1 : this.#failures + 1;
    if (this.#failures === 1) onTrouble(reason);
    this.#cancelTimer();
    this.#cancelTimer = clock.after(backoffMs(this.#failures, restart, random), () => this.#start());
  }
}

function whyEnded(child: ChildProcess): Promise<string> {
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(0, complaintMax);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (exitCode, signal) => {
      const [firstLine = ''] = complaint.split('\n');
      resolve(firstLine || (signal === null ? `exit status ${exitCode}` : `ended by ${signal}`));
    });
  });
}
