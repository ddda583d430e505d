/** A run with confd's command line, from settings to exit status: once, at intervals, or following every change. */
import { type Clock, sleep } from '../../src/lib/clock.js';
import type { DirectoryWatch } from '../../src/lib/file-watch.js';
import type { Random } from '../../src/lib/random.js';
import type { TemplaterLog } from '../log.js';
import type { Resource } from '../resource.js';
import { ResourceError, type ResourceSet } from '../resource-set.js';
import type { Deployment } from '../runtime/deployment.js';
import { renderOnce } from '../runtime/one-time.js';
import { RoundMemory } from '../runtime/round-memory.js';
import { type CompileTemplate, TemplateFile } from '../runtime/template-file.js';
import { shownSource } from '../source/shown.js';
import type { Source } from '../source/source.js';
import type { Settings } from './settings.js';

export interface RunParts {
  readonly settings: Settings;
  /** Once, a file that cannot be used stops everything, as in confd. */
  readonly isAllOrNothing: boolean;
  /** As the files are now. @throws ResourceError when there is nothing to be had of them */
  readonly readResources: () => ResourceSet;
  /** What to watch for changes of the files. */
  readonly directoriesOf: (resources: readonly Resource[]) => readonly string[];
  readonly source: Source;
  readonly compile: CompileTemplate;
  readonly deployment: Deployment;
  readonly environment: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: TemplaterLog;
  /** Fires when the process is to end; what is being put in place is finished first. */
  readonly signal: AbortSignal;
  /** Calls `read` when resources and templates are to be read again. */
  readonly onReload: (read: () => void) => void;
}

/** @returns the exit status */
export async function run(parts: RunParts): Promise<number> {
  const { settings, log } = parts;
  log.log('info', `Backend set to ${settings.backend}`);
  log.log('info', 'Starting mesh-template');
  log.log('info', `Backend source(s) set to ${shownSource(settings.source)}`);
  try {
    switch (settings.mode) {
      case 'onetime':
        return await runOnce(parts);
      case 'interval':
        return await runAtIntervals(parts);
      case 'watch':
        return await runWatching(parts);
    }
  } catch (error) {
    if (!(error instanceof ResourceError)) throw error;
    log.fatal(error.message);
    return 1;
  }
}

async function runOnce(parts: RunParts): Promise<number> {
  const { resources, failures, warnings } = parts.readResources();
  for (const { text } of failures) parts.log.fatal(text);
  if (failures.length > 0 && parts.isAllOrNothing) return 1;
  for (const warning of warnings) parts.log.log('warn', warning);
  const isGood = await renderOnce(resources, roundOptions(parts, new Rounds()));
  return isGood && failures.length === 0 ? 0 : 1;
}

/** What is kept from one round to the next. */
class Rounds {
  readonly memory = new RoundMemory();
  readonly templateFiles = new Map<string, { readonly resource: string; readonly file: TemplateFile }>();
}

function roundOptions(parts: RunParts, { memory, templateFiles }: Rounds): Parameters<typeof renderOnce>[1] {
  const templateFileOf = (resource: Resource) => {
    const known = templateFiles.get(resource.name);
    const text = JSON.stringify(resource);
    if (known?.resource === text) return known.file;
    const file = new TemplateFile(resource, parts.compile);
    templateFiles.set(resource.name, { resource: text, file });
    return file;
  };
  return { ...parts, templateFileOf, memory, isLast: parts.settings.mode === 'onetime' };
}

async function runAtIntervals(parts: RunParts): Promise<number> {
  const { clock, signal, settings } = parts;
  const rounds = new Rounds();
  const files = new ResourceReader(parts);
  let wake = new AbortController();
  parts.onReload(() => wake.abort());
  // One listener for all rounds: AbortSignal.any leaves something at a signal that lives as long as the program.
  signal.addEventListener('abort', () => wake.abort(), { once: true });
  while (!signal.aborted) {
    wake = new AbortController();
    const before = files.resources;
    const { resources } = files.read();
    const names = new Set(resources.map(({ name }) => name));
    for (const resource of before) if (!names.has(resource.name)) parts.deployment.observer.ended(resource);
    await renderOnce(resources, roundOptions(parts, rounds));
    await sleep(clock, settings.intervalMs, wake.signal).catch(() => {});
  }
  return 0;
}

async function runWatching(parts: RunParts): Promise<number> {
  const { WatchedSet } = await import('../runtime/watch-all.js');
  const set = new WatchedSet(parts);
  const files = new ResourceReader(parts);
  let reading = Promise.resolve();
  const readAgain = () => {
    reading = reading.then(async () => {
      const { resources, failures } = files.read();
      await set.become(resources, new Set(failures.flatMap(({ names }) => names)));
      watch?.add(parts.directoriesOf(resources));
    });
    return reading;
  };
  let watch: DirectoryWatch | undefined;
  await readAgain();
  parts.onReload(() => void readAgain());
  if (parts.settings.followFiles) {
    const { DirectoryWatch } = await import('../../src/lib/file-watch.js');
    watch = new DirectoryWatch({ clock: parts.clock, onChange: () => void readAgain() });
    watch.add(parts.directoriesOf(files.resources));
  }
  await ended(parts.signal);
  await watch?.stop();
  await reading;
  await set.stop();
  return 0;
}

/** Reads resource files again and again: what was said the last time is not said again, and only the first time may fail as a whole. */
class ResourceReader {
  readonly #parts: RunParts;
  #said: ReadonlySet<string> = new Set();
  #last: ResourceSet | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  read(): ResourceSet {
    const found = this.#tryRead();
    this.#last = found;
    const lines = [
      ...found.warnings.map((text) => ({ level: 'warn', text }) as const),
      ...found.failures.map(({ text }) => ({ level: 'error', text }) as const),
    ];
    for (const { level, text } of lines) if (!this.#said.has(text)) this.#parts.log.log(level, text);
    this.#said = new Set(lines.map(({ text }) => text));
    return found;
  }

  /** Of the last time. */
  get resources(): readonly Resource[] {
    return this.#last?.resources ?? [];
  }

  #tryRead(): ResourceSet {
    try {
      return this.#parts.readResources();
    } catch (error) {
      if (!(error instanceof ResourceError) || this.#last === undefined) throw error;
      return { ...this.#last, warnings: [error.message], failures: [] };
    }
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
