/** `mesh-template plan`: what a run with the same flags would do now, without doing it. */

import { ClientOptionError } from '../../src/client/errors.js';
import { FlagError, HelpRequested } from '../../src/lib/argv.js';
import { commandHelp } from '../../src/lib/argv-help.js';
import { systemClock } from '../../src/lib/clock.js';
import { systemRandom } from '../../src/lib/random.js';
import { logOf } from '../confd/command.js';
import { type Configured, configuredBy } from '../configured.js';
import type { ProcessParts } from '../process.js';
import { renderAll } from '../render-all.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { combinedSource } from '../source/combined.js';
import { openSource } from '../source/open.js';
import { planOf } from './plan.js';
import { inColor, plain, planText } from './plan-text.js';

const help = () =>
  commandHelp({
    usage: 'mesh-template plan [options]',
    about: [
      'Shows what a run with the same options would do now, and does nothing: a diff of every file, modes and owners, and commands.',
      'Options are those of the run: -config, -confdir and all others, or those of consul-template. It prints what files hold, secrets too.',
      'Exit status: 0 when nothing would change, 2 when something would, 1 when something failed.',
    ].join('\n'),
    flags: {},
  });

/** @returns the exit status */
export async function planCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  try {
    const configured = await configuredBy(argv, parts);
    const plan = await planFor(configured, parts);
    const isColored = await wantsColor(parts);
    parts.print(planText(plan, isColored ? inColor : plain));
    if (plan.failures.length > 0) return 1;
    return plan.changes.length > 0 ? 2 : 0;
  } catch (error) {
    if (error instanceof HelpRequested) {
      parts.print(help());
      return 0;
    }
    if (!(error instanceof FlagError) && !(error instanceof ClientOptionError)) throw error;
    parts.printError(`${error.message}\n`);
    return 1;
  }
}

async function planFor({ set, source, stateDirectory, templateFileOf }: Configured, parts: ProcessParts) {
  const ending = new AbortController();
  parts.onEnd(() => ending.abort());
  const log = logOf(parts, 'warn');
  const opened = await openSource(source, {
    environment: parts.environment,
    clock: systemClock,
    random: systemRandom,
    warn: (text) => log.log('warn', text),
  });
  try {
    const looked = await renderAll(set.resources, {
      source: combinedSource({ cluster: opened, clock: systemClock }),
      templateFileOf,
      environment: (name) => parts.environment[name],
      clock: systemClock,
      signal: ending.signal,
    });
    const plan = planOf(looked, { own: parts.own, stateDirectory: stateDirectory || stateDirectoryOf(parts), log });
    return { ...plan, failures: [...set.failures.map(({ text }) => text), ...plan.failures] };
  } finally {
    opened.close();
  }
}

/** https://no-color.org */
export async function wantsColor({ environment }: ProcessParts): Promise<boolean> {
  if ((environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb') return false;
  const { isatty } = await import('node:tty');
  return isatty(1);
}
