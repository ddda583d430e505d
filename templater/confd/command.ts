/** The confd face of mesh-template: flags to settings, settings to sessions. */
import { logOf } from '../log.js';
import { systemOwners } from '../owners.js';
import type { ProcessParts } from '../process.js';
import { ResourceError } from '../resource-set.js';
import { silentObserver } from '../runtime/observer.js';
import { type Parsed, withFlags } from './command-line.js';
import { endingsOf } from './endings.js';
import { runSession } from './session.js';
import { runInRow } from './session-row.js';
import { resolveSettings, type Settings } from './settings.js';
import { SettingsError } from './settings-layers.js';
import { surroundings } from './surroundings.js';

/** @returns the exit status: 0, 1 when something is not as it should be, 2 for flags that make no sense */
export function confdCommand(parts: ProcessParts): Promise<number> {
  return withFlags(parts, (parsed) => runConfd(parsed, parts));
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
