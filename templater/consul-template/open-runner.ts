/** From settings to a runner: what it works with, opened; the less usual only when the runner asks for it. */
import { systemClock } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import { systemRandom } from '../../src/lib/random.js';
import { isProcessRunning } from '../../src/lib/running-process.js';
import { compile } from '../engine.js';
import { systemOwners } from '../owners.js';
import type { ProcessParts } from '../process.js';
import type { Observer } from '../runtime/observer.js';
import { Leftovers } from '../runtime/staged-name.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { combinedSource } from '../source/combined.js';
import { openConsulSource } from '../source/consul.js';
import type { OpenSource } from '../source/source.js';
import { agentVariables, commandEnvironment } from './environment.js';
import { Runner } from './runner.js';
import type { Settings } from './settings.js';
import { writeDestinations } from './write.js';

/** A runner with its connection. */
export interface Running {
  readonly settings: Settings;
  readonly runner: Runner;
  readonly source: OpenSource;
}

interface RunnerSurroundings {
  readonly parts: ProcessParts;
  readonly log: Logger;
  readonly observer: Observer;
}

/** Reads the templates; nothing runs yet. @throws RunError, ClientOptionError */
export async function openRunner(settings: Settings, { parts, log, observer }: RunnerSurroundings): Promise<Running> {
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
    observer,
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
