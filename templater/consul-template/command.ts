/** The consul-template face of mesh-template: flags and files to settings, settings to a runner, signals, exit statuses. */
import { ClientOptionError } from '../../src/client/errors.js';
import { FlagError, HelpRequested } from '../../src/lib/argv.js';
import { systemClock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { systemRandom } from '../../src/lib/random.js';
import { isProcessRunning } from '../../src/lib/running-process.js';
import { compile } from '../engine.js';
import { attend } from '../fleet/attend.js';
import { systemOwners } from '../owners.js';
import { writePidFile } from '../pid-file.js';
import type { ProcessParts } from '../process.js';
import { type Observer, silentObserver } from '../runtime/observer.js';
import { Leftovers } from '../runtime/staged-name.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { combinedSource } from '../source/combined.js';
import { openConsulSource } from '../source/consul.js';
import type { OpenSource } from '../source/source.js';
import { ConfigError } from './config-blocks.js';
import { agentVariables, commandEnvironment } from './environment.js';
import { parseConsulTemplateFlags } from './flag-config.js';
import { createLog } from './log.js';
import { LogOutput } from './log-output.js';
import { type RunEnd, Runner } from './runner.js';
import { resolveSettings, type Settings } from './settings.js';
import { RunError } from './templates.js';
import { writeDestinations } from './write.js';

/** consul-template's own table; a program of `exec` that ends gives its own status. */
const exitStatus = { done: 0, stopped: 12, badFlag: 13, failed: 14, badConfig: 15 } as const;

export async function consulTemplateCommand(parts: ProcessParts): Promise<number> {
  try {
    const parsed = parseConsulTemplateFlags(parts.argv);
    if (parsed.flags.version || parsed.flags.v) {
      const { version } = await import('../../src/lib/version.js');
      parts.print(`mesh-template v${version}\n`);
      return exitStatus.done;
    }
    return await runWith(() => resolveSettings(parsed, (name) => parts.environment[name]), parts);
  } catch (error) {
    if (!(error instanceof FlagError) && !(error instanceof HelpRequested)) throw error;
    const { consulTemplateHelp } = await import('./help.js');
    parts.printError(error instanceof FlagError ? `${error.message}\n${consulTemplateHelp()}` : consulTemplateHelp());
    return error instanceof FlagError ? exitStatus.badFlag : exitStatus.done;
  }
}

async function runWith(readSettings: () => Settings, parts: ProcessParts): Promise<number> {
  const output = new LogOutput({ print: parts.printError, clock: systemClock, random: systemRandom, pid: parts.pid });
  try {
    return await runLogging(readSettings, { parts, output });
  } finally {
    await output.close();
  }
}

interface LoggingParts {
  readonly parts: ProcessParts;
  readonly output: LogOutput;
}

async function runLogging(readSettings: () => Settings, { parts, output }: LoggingParts): Promise<number> {
  const logFor = async (settings: Settings | undefined): Promise<Logger> =>
    createLog({ threshold: settings?.logThreshold ?? 'warn', now: parts.now, write: await output.to(settings ?? {}) });
  let settings: Settings;
  try {
    settings = readSettings();
    // A log file that cannot be made is a mistake of the configuration; so is a system log that is not there.
    await logFor(settings);
  } catch (error) {
    return failedToStart(error, await logFor(undefined));
  }
  const removePidFile = writePidFile(settings.pidFile, parts.pid);
  if (typeof removePidFile === 'string') {
    (await logFor(settings)).named('cli').log('error', removePidFile);
    return exitStatus.failed;
  }
  try {
    return await new Session({ settings, readSettings, parts, logFor, logStays: (next) => output.keepOnly(next) }).run();
  } finally {
    removePidFile();
  }
}

function failedToStart(error: unknown, log: Logger): number {
  if (!(error instanceof ConfigError) && !(error instanceof RunError) && !(error instanceof ClientOptionError)) throw error;
  log.named('cli').log('error', error.message);
  return error instanceof RunError ? exitStatus.failed : exitStatus.badConfig;
}

interface SessionParts {
  readonly settings: Settings;
  readonly readSettings: () => Settings;
  readonly parts: ProcessParts;
  readonly logFor: (settings: Settings) => Promise<Logger>;
  /** From now on the log of these settings is the only one. */
  readonly logStays: (settings: Settings) => void;
}

/** A runner with its connection. */
interface Running {
  readonly settings: Settings;
  readonly runner: Runner;
  readonly source: OpenSource;
}

type SessionEnd = RunEnd | { readonly kind: 'stopped' } | { readonly kind: 'reload' };

/** The process from start to end: one runner after the other, a new one for every reload. */
class Session {
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
      running = await this.#start(this.#given.settings, log);
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
      return await this.#start(settings, await this.#given.logFor(settings));
    } catch (error) {
      failedToStart(error, log);
      log.named('cli').log('error', 'the configuration stays as it was');
      return this.#start(before.settings, log);
    }
  }

  /** @throws RunError, ClientOptionError */
  async #start(settings: Settings, log: Logger): Promise<Running> {
    const { parts } = this.#given;
    const { retry, connection, withoutEffect, unused } = settings;
    for (const text of unused) log.named('cli').log('warn', text);
    if (withoutEffect.length > 0) log.log('info', `accepted, without any effect: ${withoutEffect.join(', ')}`);
    const common = { clock: systemClock, random: systemRandom, log };
    const source = await openConsulSource({
      ...common,
      connection,
      // A pause is half of its ceiling at least: so the first is never shorter than `backoff`.
      retryLimits: { firstMs: 2 * retry.firstMs, mostMs: retry.mostMs },
      queryWaitMs: settings.queryWaitMs,
    });
    const agent = agentVariables(connection);
    const leftovers = new Leftovers({ pid: parts.pid, isRunning: isProcessRunning });
    const runner = new Runner({
      ...common,
      observer: this.#observer,
      settings,
      compile,
      source: combinedSource({ cluster: source, clock: systemClock }),
      environment: (name) => parts.environment[name],
      print: parts.print,
      write: (versions, onStaging) =>
        writeDestinations(versions, { random: systemRandom, pid: parts.pid, own: parts.own, owners: systemOwners, leftovers, onStaging }),
      openOwed: async () => {
        const { OwedCommands } = await import('./owed-commands.js');
        return new OwedCommands(settings, {
          log,
          pid: parts.pid,
          stateDirectory: settings.status.stateDirectory || stateDirectoryOf(parts),
        });
      },
      runCommand: async ({ template: { commandEnvironment: rules }, ...run }) => {
        const { runTemplateCommand } = await import('./commands.js');
        return runTemplateCommand({ ...run, env: commandEnvironment(rules, { own: parts.environment, agent }) });
      },
      openChild: async (told) => {
        const { exec } = settings;
        if (exec === undefined) return undefined;
        const { Child } = await import('./child.js');
        return new Child({ ...common, exec, env: commandEnvironment(exec.environment, { own: parts.environment, agent }), ...told });
      },
      openSharing: async (watches) => {
        const { deduplicate } = settings;
        if (deduplicate === undefined) return undefined;
        const { openSharing } = await import('./deduplicate/open.js');
        return openSharing({ ...watches, settings: deduplicate, connection, clock: systemClock, log });
      },
    });
    return { settings, runner, source };
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
