/** The consul-template face of mesh-template: flags and files to settings, settings to a session with its log and its PID file. */
import { FlagError, HelpRequested } from '../../src/lib/argv.js';
import { systemClock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { systemRandom } from '../../src/lib/random.js';
import { writePidFile } from '../pid-file.js';
import type { ProcessParts } from '../process.js';
import { exitStatus, failedToStart } from './exit-status.js';
import { parseConsulTemplateFlags } from './flag-config.js';
import { createLog } from './log.js';
import { LogOutput } from './log-output.js';
import { Session } from './session.js';
import { resolveSettings, type Settings } from './settings.js';

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
