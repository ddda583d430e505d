/**
 * The face for files of our own (`-config mesh-template.toml`, or a directory of them). The process is a row of sessions: when the files
 * are read again and a setting has changed, the session ends as on SIGTERM and the next one begins; when only resources have changed, the
 * session goes on with them. Files that cannot be used any more leave everything as it was.
 */
import { dirname, resolve } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { systemRandom } from '../../src/lib/random.js';
import { type Parsed, withFlags } from '../confd/command-line.js';
import { type Endings, endingsOf } from '../confd/endings.js';
import { runSession } from '../confd/session.js';
import { resolveSettings, type Settings } from '../confd/settings.js';
import { SettingsError } from '../confd/settings-layers.js';
import { surroundings } from '../confd/surroundings.js';
import { logOf, type TemplaterLog } from '../log.js';
import { systemOwners } from '../owners.js';
import { writePidFile } from '../pid-file.js';
import type { ProcessParts } from '../process.js';
import type { Resource } from '../resource.js';
import { isDirectory, ResourceError, type ResourceSet } from '../resource-set.js';
import { silentObserver } from '../runtime/observer.js';
import { NativeResources, readFiles } from './config.js';
import type { Exec } from './exec.js';
import { type NativeSettings, settingsOf } from './settings.js';

/** @returns the exit status: 0, 1 when something is not as it should be, 2 for flags that make no sense */
export function nativeCommand(parts: ProcessParts): Promise<number> {
  return withFlags(parts, (parsed) => new NativeProcess(parsed, parts).run());
}

/** What a session runs with. */
export interface Loaded {
  readonly native: NativeSettings;
  readonly settings: Settings;
}

/** @throws ResourceError, SettingsError */
export async function loadSettings(parsed: Parsed, parts: ProcessParts): Promise<Loaded> {
  const native = settingsOf(readFiles(parsed.flags.config).documents);
  return { native, settings: await resolveSettings(parsed, surroundings(parts), native.configured) };
}

class NativeProcess {
  readonly #parsed: Parsed;
  readonly #parts: ProcessParts;
  readonly #resources = new NativeResources();
  #log: TemplaterLog;
  #onReload = () => {};
  /** The settings that were acted upon last, good or bad. */
  #seen = '';
  #isForwarding = false;
  #exec: { readonly of: string; readonly program: Exec } | undefined;

  constructor(parsed: Parsed, parts: ProcessParts) {
    this.#parsed = parsed;
    this.#parts = parts;
    this.#log = logOf(parts, 'info');
  }

  async run(): Promise<number> {
    const loaded = await this.#load();
    if (loaded === undefined) return 1;
    const removePidFile = writePidFile(loaded.native.pidFile, this.#parts.pid);
    if (typeof removePidFile === 'string') {
      this.#log.fatal(removePidFile);
      return 1;
    }
    try {
      return await this.#sessions(loaded);
    } finally {
      await this.#exec?.program.stop();
      removePidFile();
    }
  }

  async #sessions(first: Loaded): Promise<number> {
    const endings = endingsOf(this.#parts, () => this.#log);
    this.#parts.onReload(() => this.#onReload());
    let loaded = first;
    for (;;) {
      const exitStatus = await this.#session(loaded, endings);
      if (exitStatus !== undefined) return exitStatus;
      this.#log.log('info', 'settings have changed, beginning anew');
      loaded = (await this.#load()) ?? loaded;
    }
  }

  /** undefined, and a word in the log, when the files cannot be used. */
  async #load(): Promise<Loaded | undefined> {
    try {
      const loaded = await loadSettings(this.#parsed, this.#parts);
      this.#seen = JSON.stringify(loaded.native);
      this.#log = logOf(this.#parts, loaded.settings.logThreshold);
      return loaded;
    } catch (error) {
      if (!(error instanceof ResourceError) && !(error instanceof SettingsError)) throw error;
      this.#log.fatal(error.message);
      return undefined;
    }
  }

  /** @returns no status when it ended because settings have changed */
  async #session({ native, settings }: Loaded, endings: Endings): Promise<number | undefined> {
    const changed = new AbortController();
    const ending = new AbortController();
    const end = () => ending.abort();
    for (const signal of [endings.ending, changed.signal]) signal.addEventListener('abort', end, { once: true });
    if (endings.ending.aborted) end();
    const exec = await this.#execFor(native, settings);
    void exec?.ended.then(end);
    const exitStatus = await runSession(settings, {
      parts: { ...this.#parts, onReload: (task) => this.#setReload(task) },
      log: this.#log,
      endings: { ...endings, ending: ending.signal },
      start: { kind: 'files', paths: this.#parsed.flags.config },
      observer: exec?.observer ?? silentObserver,
      exec: exec && (() => exec.report()),
      isAllOrNothing: false,
      readResources: () => this.#read(settings, () => changed.abort()),
      directoriesOf: (resources) => this.#directories(resources),
    });
    endings.ending.removeEventListener('abort', end);
    if (endings.ending.aborted) return exitStatus;
    if (changed.signal.aborted) return undefined;
    return exec === undefined ? exitStatus : this.#programsEnd(exec, { exitStatus, ending: endings.ending });
  }

  /** A one-time run ends with its program, as consul-template does. */
  async #programsEnd(exec: Exec, { exitStatus, ending }: { readonly exitStatus: number; readonly ending: AbortSignal }): Promise<number> {
    if (!exec.isStarted) return exitStatus;
    const stopped = new Promise<number>((resolve) => ending.addEventListener('abort', () => resolve(0), { once: true }));
    return Promise.race([exec.ended, stopped]);
  }

  /** The one that runs, when its settings are the same. */
  async #execFor({ exec }: NativeSettings, { connection, noop }: Settings): Promise<Exec | undefined> {
    const of = exec === undefined || noop ? '' : JSON.stringify([exec, connection]);
    if (this.#exec?.of === of) return this.#exec.program;
    await this.#exec?.program.stop();
    this.#exec = undefined;
    if (exec === undefined || of === '') return undefined;
    const [{ Exec }, { agentVariables, commandEnvironment }] = await Promise.all([
      import('./exec.js'),
      import('../consul-template/environment.js'),
    ]);
    const env = commandEnvironment(exec.environment, { own: this.#parts.environment, agent: agentVariables(connection) });
    const program = new Exec({ exec, env, clock: systemClock, random: systemRandom, log: this.#log });
    this.#exec = { of, program };
    this.#forwardSignals();
    return program;
  }

  /** What means nothing to us is for the program. */
  #forwardSignals(): void {
    if (this.#isForwarding) return;
    this.#isForwarding = true;
    for (const signal of forwarded) this.#parts.onSignal(signal, () => this.#exec?.program.send(signal));
  }

  #setReload(task: () => void): void {
    this.#onReload = task;
  }

  /** @throws ResourceError */
  #read(settings: Settings, onOtherSettings: () => void): ResourceSet {
    const files = readFiles(this.#parsed.flags.config);
    const seen = JSON.stringify(settingsOf(files.documents));
    const set = this.#resources.in(files, { ...settings, owners: systemOwners });
    if (seen !== this.#seen) {
      this.#seen = seen;
      onOtherSettings();
    } else this.#exec?.program.expect(set.resources.map(({ name }) => name));
    return set;
  }

  #directories(resources: readonly Resource[]): readonly string[] {
    const own = this.#parsed.flags.config.map((path) => (isDirectory(path) ? resolve(path) : dirname(resolve(path))));
    const templates = resources.flatMap(({ source, contents }) => (contents === undefined ? [dirname(source)] : []));
    return [...new Set([...own, ...templates])];
  }
}

const forwarded: readonly NodeJS.Signals[] = ['SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGWINCH'];
