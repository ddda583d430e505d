/** The process from start to end: one runner after the other, a new one for every reload; and what signals mean to it. */
import type { Logger } from '../../src/lib/log.js';
import { attend } from '../fleet/attend.js';
import type { ProcessParts } from '../process.js';
import { type Observer, silentObserver } from '../runtime/observer.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { exitStatus, failedToStart } from './exit-status.js';
import { openRunner, type Running } from './open-runner.js';
import type { RunEnd } from './runner.js';
import type { Settings } from './settings.js';

export interface SessionParts {
  readonly settings: Settings;
  readonly readSettings: () => Settings;
  readonly parts: ProcessParts;
  readonly logFor: (settings: Settings) => Promise<Logger>;
  /** From now on the log of these settings is the only one. */
  readonly logStays: (settings: Settings) => void;
}

type SessionEnd = RunEnd | { readonly kind: 'stopped' } | { readonly kind: 'reload' };

export class Session {
  readonly #given: SessionParts;
  #running: Running | undefined;
  #observer: Observer = silentObserver;
  readonly #heard = new Set<NodeJS.Signals>();
  #onSignal: (end: SessionEnd) => void = () => {};

  constructor(given: SessionParts) {
    this.#given = given;
  }

  async run(): Promise<number> {
    const { settings, parts } = this.#given;
    const log = await this.#given.logFor(settings);
    const { isOnce, isDry, start, status, register, connection } = settings;
    const ending = new AbortController();
    const attendance = await attend({
      parts,
      start,
      // Flags alone say it: a reload changes nothing of it.
      status: { ...status, stateDirectory: status.stateDirectory || stateDirectoryOf(parts) },
      register,
      connection,
      mode: isOnce || isDry ? 'onetime' : 'watch',
      log,
      ending: ending.signal,
    });
    this.#observer = attendance.observer;
    try {
      return await this.#runAll(log);
    } finally {
      ending.abort();
      await attendance.stop();
    }
  }

  async #runAll(firstLog: Logger): Promise<number> {
    let log = firstLog;
    let running: Running;
    try {
      running = await this.#open(this.#given.settings, log);
    } catch (error) {
      return failedToStart(error, log);
    }
    for (;;) {
      const end = await this.#untilEnd(running);
      const next = end.kind === 'reload' ? await this.#reloaded(running, log) : undefined;
      if (end.kind === 'failed') log.log('error', end.message);
      if (end.kind === 'stopped') log.named('cli').log('info', 'Cleaning up...');
      log.log('info', 'stopping');
      await running.runner.stop();
      running.source.close();
      if (next === undefined) return statusOf(end);
      running = next;
      log = await this.#given.logFor(next.settings);
      this.#given.logStays(next.settings);
    }
  }

  #untilEnd(running: Running): Promise<SessionEnd> {
    this.#running = running;
    const { killSignal, reloadSignal } = running.settings;
    for (const signal of [...signals, killSignal, reloadSignal]) if (signal !== '') this.#listenTo(signal);
    const signalled = new Promise<SessionEnd>((resolve) => {
      this.#onSignal = resolve;
    });
    return Promise.race([running.runner.run(), signalled]);
  }

  #listenTo(signal: NodeJS.Signals): void {
    if (this.#heard.has(signal)) return;
    this.#heard.add(signal);
    this.#given.parts.onSignal(signal, () => this.#received(signal));
  }

  /** What the configuration says now; the old one when it says nothing that could work. */
  async #reloaded(before: Running, log: Logger): Promise<Running> {
    log.named('cli').log('info', 'Reloading configuration...');
    try {
      const settings = this.#given.readSettings();
      return await this.#open(settings, await this.#given.logFor(settings));
    } catch (error) {
      failedToStart(error, log);
      log.named('cli').log('error', 'the configuration stays as it was');
      return this.#open(before.settings, log);
    }
  }

  #open(settings: Settings, log: Logger): Promise<Running> {
    return openRunner(settings, { parts: this.#given.parts, log, observer: this.#observer });
  }

  #received(signal: NodeJS.Signals): void {
    const running = this.#running;
    if (running === undefined) return;
    const { killSignal, reloadSignal } = running.settings;
    if (signal === killSignal) this.#onSignal({ kind: 'stopped' });
    else if (signal === reloadSignal) this.#onSignal({ kind: 'reload' });
    // What every supervisor sends must end us; with a program to look after it is the program that ends, and we with it.
    else if (!running.runner.send(signal) && signal === 'SIGTERM') this.#onSignal({ kind: 'stopped' });
  }
}

/** Those that are passed on to the program of `exec`, besides the ones that mean something to us. */
const signals: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGALRM'];

function statusOf(end: SessionEnd): number {
  switch (end.kind) {
    case 'done':
    case 'reload':
      return exitStatus.done;
    case 'child':
      return end.exitStatus;
    case 'stopped':
      return exitStatus.stopped;
    case 'failed':
      return exitStatus.failed;
  }
}
