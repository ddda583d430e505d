/** `mesh-template plan`: what a run with the same flags would do now, without doing it. */

import { ClientOptionError } from '../../src/client/errors.js';
import { FlagError, HelpRequested } from '../../src/lib/argv.js';
import { commandHelp } from '../../src/lib/argv-help.js';
import { type Configured, configuredBy } from '../configured.js';
import { logOf } from '../log.js';
import { lookAtAll } from '../looking.js';
import type { ProcessParts } from '../process.js';
import { stateDirectoryOf } from '../runtime/state-directory.js';
import { type Plan, planOf } from './plan.js';
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
    for (const warning of configured.set.warnings) parts.printError(`Warning: ${warning}\n`);
    const plan = await planFor(configured, parts);
    const isColored = await wantsColor(parts);
    parts.print(planText(plan, isColored ? inColor : plain));
    if (plan.failures.length > 0) return 1;
    return plan.changes.length + plan.commands.length > 0 ? 2 : 0;
  } catch (error) {
    if (error instanceof HelpRequested) {
      parts.print(help());
      return 0;
    }
    if (!(error instanceof FlagError) && !(error instanceof ClientOptionError)) throw error;
    const wayOut = error instanceof FlagError && error.cause === undefined ? '"mesh-template plan -help" tells more.\n' : '';
    parts.printError(`${error.message}\n${wayOut}`);
    return 1;
  }
}

async function planFor(configured: Configured, parts: ProcessParts): Promise<Plan> {
  const { set, stateDirectory } = configured;
  const log = logOf(parts, 'warn');
  const looked = await lookAtAll(configured, { parts, log });
  const plan = planOf(looked, { own: parts.own, pid: parts.pid, stateDirectory: stateDirectory || stateDirectoryOf(parts), log });
  return { ...plan, failures: [...set.failures.map(({ text }) => text), ...plan.failures] };
}

/** https://no-color.org */
export async function wantsColor({ environment }: ProcessParts): Promise<boolean> {
  if ((environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb') return false;
  const { isatty } = await import('node:tty');
  return isatty(1);
}
