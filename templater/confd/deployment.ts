/** What putting files in place works with, from settings and a process: for a run, and for putting an older version back. */
import { systemClock } from '../../src/lib/clock.js';
import { systemRandom } from '../../src/lib/random.js';
import { isProcessRunning } from '../../src/lib/running-process.js';
import type { TemplaterLog } from '../log.js';
import type { ProcessParts } from '../process.js';
import type { Deployment } from '../runtime/deployment.js';
import { openGate } from '../runtime/gate.js';
import { silentObserver } from '../runtime/observer.js';
import { Leftovers } from '../runtime/staged-name.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import type { Endings } from './endings.js';
import type { Settings } from './settings.js';

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
