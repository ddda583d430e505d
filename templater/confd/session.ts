/** One run with settings that do not change: its sources, its status, and what puts files in place, opened before and closed after it. */
import { systemClock } from '../../src/lib/clock.js';
import { systemRandom } from '../../src/lib/random.js';
import { compile } from '../engine.js';
import { attend } from '../fleet/attend.js';
import type { TemplaterLog } from '../log.js';
import type { ProcessParts } from '../process.js';
import { type Observer, observedBy } from '../runtime/observer.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { combinedSource } from '../source/combined.js';
import type { OpenSource } from '../source/source.js';
import type { ExecReport } from '../status/report.js';
import type { StartedWith } from '../status/socket.js';
import { deploymentOf } from './deployment.js';
import type { Endings } from './endings.js';
import { type RunParts, run } from './run.js';
import type { Settings } from './settings.js';

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

/** @returns the exit status */
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
