/** The confd face of mesh-template: flags to settings, settings to a run, all parts put together. */
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { FlagError, HelpRequested, type ParsedArguments } from '../../src/lib/argv.js';
import { systemClock } from '../../src/lib/clock.js';
import { systemRandom } from '../../src/lib/random.js';
import { isProcessRunning } from '../../src/lib/running-process.js';
import { isSystemError, systemErrorText } from '../../src/lib/system-error.js';
import { compile } from '../engine.js';
import { attend } from '../fleet/attend.js';
import { createLog, type TemplaterLog } from '../log.js';
import { systemOwners } from '../owners.js';
import type { ProcessParts } from '../process.js';
import { ResourceError } from '../resource-set.js';
import type { Deployment } from '../runtime/deployment.js';
import { openGate } from '../runtime/gate.js';
import { type Observer, observedBy, silentObserver } from '../runtime/observer.js';
import { Leftovers } from '../runtime/staged-name.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { combinedSource } from '../source/combined.js';
import type { OpenSource } from '../source/source.js';
import type { ExecReport } from '../status/report.js';
import type { StartedWith } from '../status/socket.js';
import type { confdFlags } from './flags.js';
import { type RunParts, run } from './run.js';
import { runInRow } from './session-row.js';
import { resolveSettings, type Settings } from './settings.js';
import { parseConfdFlags, SettingsError } from './settings-layers.js';

/** @returns the exit status: 0, 1 when something is not as it should be, 2 for flags that make no sense */
export function confdCommand(parts: ProcessParts): Promise<number> {
  return withFlags(parts, (parsed) => runConfd(parsed, parts));
}

type Parsed = ParsedArguments<typeof confdFlags>;

/** Reads the flags, which our own files have in common with confd, and answers what can be answered by themselves. */
export async function withFlags(parts: ProcessParts, run: (parsed: Parsed) => Promise<number>): Promise<number> {
  try {
    const parsed = parseConfdFlags(parts.argv);
    return parsed.flags.version ? await printVersion(parts) : await run(parsed);
  } catch (error) {
    if (error instanceof HelpRequested) {
      parts.print(await helpText(parts));
      return 0;
    }
    if (!(error instanceof FlagError)) throw error;
    parts.printError(`${error.message}\n${await helpText(parts)}`);
    return 2;
  }
}

async function printVersion({ print }: ProcessParts): Promise<number> {
  const { version } = await import('../../src/lib/version.js');
  print(`mesh-template v${version}\n`);
  return 0;
}

async function helpText(parts: ProcessParts): Promise<string> {
  const { templateHelp } = await import('./help.js');
  return templateHelp(parts);
}

async function runConfd(parsed: Parsed, parts: ProcessParts): Promise<number> {
  const first = await settingsFor(parsed, parts, { say: (text) => logOf(parts, 'info').fatal(text) });
  if (first === undefined) return 1;
  const { readConfdDirectory, watchedDirectories } = await import('./resource-files.js');
  let log = logOf(parts, first.logThreshold);
  const endings = endingsOf(parts, () => log);
  return runInRow(first, {
    ending: endings.ending,
    onReload: parts.onReload,
    readAgain: () =>
      settingsFor(parsed, parts, {
        say: (text) => log.log('error', `${text}; settings stay as they were`),
        hold: ({ confDirectory, ...settings }) => readConfdDirectory(confDirectory, { ...settings, owners: systemOwners }),
      }),
    run: (settings, { ending, onReload }) => {
      const { confDirectory: directory, logThreshold } = settings;
      log = logOf(parts, logThreshold);
      if (settings !== first) log.log('info', 'settings have changed, beginning anew');
      return runSession(settings, {
        parts: { ...parts, onReload },
        log,
        endings: { ...endings, ending },
        start: { kind: 'confd', directory },
        observer: silentObserver,
        isAllOrNothing: true,
        readResources: () => readConfdDirectory(directory, { ...settings, owners: systemOwners }),
        directoriesOf: (resources) => watchedDirectories(directory, resources),
      });
    },
  });
}

/** undefined, and a word to `say`, when they make no sense, or `hold` throws at them. */
async function settingsFor(
  parsed: Parsed,
  parts: ProcessParts,
  { say, hold }: { readonly say: (text: string) => void; readonly hold?: (settings: Settings) => unknown },
): Promise<Settings | undefined> {
  try {
    const settings = await resolveSettings(parsed, surroundings(parts));
    hold?.(settings);
    return settings;
  } catch (error) {
    if (!(error instanceof SettingsError) && !(error instanceof ResourceError)) throw error;
    say(error.message);
    return undefined;
  }
}

export function logOf(parts: ProcessParts, threshold: Settings['logThreshold']): TemplaterLog {
  return createLog({ ...parts, threshold, write: parts.printError, origin: originOf(parts) });
}

const originOf = ({ hostName, pid }: ProcessParts) => `${hostName} mesh-template[${pid}]`;

export function surroundings({ environment }: ProcessParts): Parameters<typeof resolveSettings>[1] {
  return {
    environment: (name) => environment[name],
    readText: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if (isSystemError(error, 'ENOENT')) return undefined;
        throw new SettingsError(`cannot read ${path}: ${systemErrorText(error)}`, { cause: error });
      }
    },
    parseToml: async (text) => (await import('../../src/lib/config-file-toml.js')).parseTomlText(text),
    serviceAddresses: async (record) => (await import('../../src/lib/service-addresses.js')).serviceAddresses(record),
  };
}

export interface Endings {
  /** What is being put in place gets there, then it is over. */
  readonly ending: AbortSignal;
  /** Its command is ended too. */
  readonly killing: AbortSignal;
}

/** The first signal lets the file that is being put in place get there; the second ends its command. */
export function endingsOf(parts: ProcessParts, logNow: () => TemplaterLog): Endings {
  const ending = new AbortController();
  const killing = new AbortController();
  // Every question and every command under way listens; how many there are is for the configuration to say.
  setMaxListeners(0, ending.signal, killing.signal);
  parts.onEnd((signal) => {
    if (ending.signal.aborted) return killing.abort();
    logNow().log('info', `Captured ${signal === 'SIGTERM' ? 'terminated' : 'interrupt'}. Exiting...`);
    ending.abort();
  });
  return { ending: ending.signal, killing: killing.signal };
}

export interface SessionParts extends Pick<RunParts, 'isAllOrNothing' | 'readResources' | 'directoriesOf'> {
  readonly parts: ProcessParts;
  readonly log: TemplaterLog;
  readonly endings: Endings;
  readonly start: StartedWith;
  /** Told of the run, besides the status; `silentObserver` for none. */
  readonly observer: Observer;
  /** Of the program that is looked after, for the status. */
  readonly exec?: (() => ExecReport) | undefined;
}

/** One run with settings that do not change. @returns the exit status */
export async function runSession(
  settings: Settings,
  { parts, log, endings, start, observer, exec, ...reading }: SessionParts,
): Promise<number> {
  for (const warning of settings.warnings) log.log('warn', warning);
  const cluster = await openCluster(settings, { parts, log });
  if (cluster === undefined) return 1;
  const common = { clock: systemClock, random: systemRandom, log, environment: (name: string) => parts.environment[name] };
  const { mode, status, register, connection, stateDirectory } = settings;
  const attendance = await attend({
    parts,
    start,
    status: { ...status, stateDirectory: stateDirectory || stateDirectoryOf(parts) },
    register,
    connection,
    mode,
    log,
    ending: endings.ending,
    exec,
  });
  try {
    return await run({
      ...common,
      ...reading,
      settings,
      compile,
      source: combinedSource({ cluster, clock: systemClock }),
      deployment: {
        ...deploymentOf(settings, { parts, log, endings }),
        observer: observedBy(attendance.observer, observer),
        gate: attendance.gate,
      },
      signal: endings.ending,
      onReload: parts.onReload,
    });
  } finally {
    await attendance.stop();
    cluster.close();
  }
}

/** undefined, and a word in the log, when the settings cannot work. */
async function openCluster(
  { source }: Settings,
  { parts, log }: { readonly parts: ProcessParts; readonly log: TemplaterLog },
): Promise<OpenSource | undefined> {
  const [{ openSource }, { ClientOptionError }] = await Promise.all([import('../source/open.js'), import('../../src/client/errors.js')]);
  try {
    const { environment } = parts;
    return await openSource(source, { environment, clock: systemClock, random: systemRandom, warn: (text) => log.log('warn', text) });
  } catch (error) {
    if (!(error instanceof ClientOptionError)) throw error;
    log.fatal(error.message);
    return undefined;
  }
}

/** For rendering, and for putting an older version back. */
export function deploymentOf(
  settings: Pick<Settings, 'noop' | 'syncOnly' | 'keepStageFile' | 'stateDirectory'>,
  { parts, log, endings }: { readonly parts: ProcessParts; readonly log: TemplaterLog; readonly endings: Endings },
): Deployment {
  const { noop, syncOnly, keepStageFile, stateDirectory } = settings;
  const { pid, own } = parts;
  return {
    log,
    noop,
    syncOnly,
    keepStageFile,
    own,
    pid,
    observer: silentObserver,
    gate: openGate,
    clock: systemClock,
    random: systemRandom,
    isRunning: isProcessRunning,
    leftovers: new Leftovers({ pid, isRunning: isProcessRunning }),
    stateDirectory: stateDirectory || stateDirectoryOf(parts),
    temporaryDirectory: parts.environment.TMPDIR || '/tmp',
    unloadable: new Map(),
    ending: endings.ending,
    signal: endings.killing,
    run: async (commandLine, options) => (await import('../runtime/shell.js')).runShell(commandLine, options),
    renderCommand: async (command, data) => (await import('../runtime/command-template.js')).renderCommand(command, data),
  };
}
