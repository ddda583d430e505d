/**
 * The face for files of our own (`-config mesh-template.toml`, or a directory of them). The process is a row of sessions: when the files
 * are read again and a setting has changed, the session ends as on SIGTERM and the next one begins; when only resources have changed, the
 * session goes on with them. Files that cannot be used any more leave everything as it was.
 */
import { dirname, resolve } from 'node:path';
import type { ParsedArguments } from '../../src/lib/argv.js';
import { type Endings, endingsOf, logOf, runSession, surroundings, withFlags } from '../confd/command.js';
import type { confdFlags } from '../confd/flags.js';
import { resolveSettings, type Settings, SettingsError } from '../confd/settings.js';
import type { TemplaterLog } from '../log.js';
import { systemOwners } from '../owners.js';
import { writePidFile } from '../pid-file.js';
import type { ProcessParts } from '../process.js';
import type { Resource } from '../resource.js';
import { isDirectory, ResourceError, type ResourceSet } from '../resource-set.js';
import { NativeResources, readFiles } from './config.js';
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
export async function loadSettings(parsed: ParsedArguments<typeof confdFlags>, parts: ProcessParts): Promise<Loaded> {
  const native = settingsOf(readFiles(parsed.flags.config).documents);
  return { native, settings: await resolveSettings(parsed, surroundings(parts), native.configured) };
}

class NativeProcess {
  readonly #parsed: ParsedArguments<typeof confdFlags>;
  readonly #parts: ProcessParts;
  readonly #resources = new NativeResources();
  #log: TemplaterLog;
  #onReload = () => {};

  constructor(parsed: ParsedArguments<typeof confdFlags>, parts: ProcessParts) {
    this.#parsed = parsed;
    this.#parts = parts;
    this.#log = logOf(parts, 'info');
  }

  async run(): Promise<number> {
    let loaded = await this.#load();
    if (loaded === undefined) return 1;
    const removePidFile = writePidFile(loaded.native.pidFile, this.#parts.pid);
    if (typeof removePidFile === 'string') {
      this.#log.fatal(removePidFile);
      return 1;
    }
    const endings = endingsOf(this.#parts, () => this.#log);
    this.#parts.onReload(() => this.#onReload());
    try {
      for (;;) {
        const end = await this.#session(loaded, endings);
        if (end.exitStatus !== undefined) return end.exitStatus;
        this.#log.log('info', 'settings have changed, beginning anew');
        loaded = (await this.#load()) ?? loaded;
      }
    } finally {
      removePidFile();
    }
  }

  /** undefined, and a word in the log, when the files cannot be used. */
  async #load(): Promise<Loaded | undefined> {
    try {
      const loaded = await loadSettings(this.#parsed, this.#parts);
      this.#log = logOf(this.#parts, loaded.settings.logThreshold);
      return loaded;
    } catch (error) {
      if (!(error instanceof ResourceError) && !(error instanceof SettingsError)) throw error;
      this.#log.fatal(error.message);
      return undefined;
    }
  }

  /** @returns no status when it ended because settings have changed */
  async #session({ native, settings }: Loaded, endings: Endings): Promise<{ readonly exitStatus: number | undefined }> {
    const changed = new AbortController();
    const ending = new AbortController();
    const end = () => ending.abort();
    for (const signal of [endings.ending, changed.signal]) signal.addEventListener('abort', end, { once: true });
    if (endings.ending.aborted) end();
    const session = new SettingsWatch(native, () => changed.abort());
    const exitStatus = await runSession(settings, {
      parts: { ...this.#parts, onReload: (task) => this.#setReload(task) },
      log: this.#log,
      endings: { ...endings, ending: ending.signal },
      start: { kind: 'files', paths: this.#parsed.flags.config },
      isAllOrNothing: false,
      readResources: () => this.#read(settings, session),
      directoriesOf: (resources) => this.#directories(resources),
    });
    endings.ending.removeEventListener('abort', end);
    return { exitStatus: changed.signal.aborted && !endings.ending.aborted ? undefined : exitStatus };
  }

  #setReload(task: () => void): void {
    this.#onReload = task;
  }

  /** @throws ResourceError */
  #read(settings: Settings, session: SettingsWatch): ResourceSet {
    const files = readFiles(this.#parsed.flags.config);
    session.see(settingsOf(files.documents));
    return this.#resources.in(files, { ...settings, owners: systemOwners });
  }

  #directories(resources: readonly Resource[]): readonly string[] {
    const own = this.#parsed.flags.config.map((path) => (isDirectory(path) ? resolve(path) : dirname(resolve(path))));
    const templates = resources.flatMap(({ source, contents }) => (contents === undefined ? [dirname(source)] : []));
    return [...new Set([...own, ...templates])];
  }
}

/** Tells once when settings are others than those of the session. */
class SettingsWatch {
  readonly #own: string;
  readonly #onChange: () => void;

  constructor(own: NativeSettings, onChange: () => void) {
    this.#own = JSON.stringify(own);
    this.#onChange = onChange;
  }

  see(settings: NativeSettings): void {
    if (JSON.stringify(settings) !== this.#own) this.#onChange();
  }
}
