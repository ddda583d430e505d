/**
 * The commands of a round, when all its files are written: of the templates whose files changed, and those that an earlier run has left
 * (owed-commands.ts), in the order of the configuration, equal ones once. One that fails does not keep the others from running.
 */
import { type Clock, sleep } from '../../src/lib/clock.js';
import type { Logger } from '../../src/lib/log.js';
import type { Random } from '../../src/lib/random.js';
import type { Observed, Observer } from '../runtime/observer.js';
import type { CommandRun } from './commands.js';
import type { CommandText } from './exec-settings.js';
import type { Member, RenderedVersion } from './member.js';
import { tellReloaded } from './observing.js';
import type { OwedCommands } from './owed-commands.js';
import type { TemplateSettings } from './template-settings.js';
import { RunError, shownCommand, shownTemplate } from './templates.js';

export interface RoundCommandsParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly observer: Observer;
  /** @returns '' or what went wrong */
  readonly runCommand: (
    run: Pick<CommandRun, 'command' | 'timeoutMs' | 'signal' | 'end'> & { readonly template: TemplateSettings },
  ) => Promise<string>;
  /** Ends what runs; nothing begins any more. */
  readonly signal: AbortSignal;
}

/** Whose command is to run. */
export interface Due {
  readonly template: TemplateSettings;
  readonly observed: Observed;
  readonly causes: () => readonly string[];
}

interface RoundSoFar {
  readonly changed: readonly RenderedVersion[];
  readonly owed: Pick<OwedCommands, 'isOwed'>;
  readonly log: Logger;
}

/** What a member has to run after a round: because its file changed, or because an earlier run has left it. */
export function dueOf({ settings: template, observed }: Member, { changed, owed, log }: RoundSoFar): readonly Due[] {
  const version = changed.find((version) => version.template === template);
  if (version !== undefined) return [version];
  if (!owed.isOwed(template)) return [];
  log.log('warn', `an earlier run ended between writing ${shownTemplate(template)} and the end of its command; it is run now`);
  return [{ template, observed, causes: () => [] }];
}

/** @throws RunError when all have ended, and some badly */
export async function runRoundCommands(due: readonly Due[], parts: RoundCommandsParts): Promise<void> {
  const { clock, observer, signal } = parts;
  const done = new Set<string>();
  const failures: string[] = [];
  for (const { template, observed, causes } of due) {
    const { command } = template;
    if (command === undefined || done.has(JSON.stringify(command)) || signal.aborted) continue;
    done.add(JSON.stringify(command));
    const begunAt = clock.now();
    const fault = await runOne(command, template, parts);
    tellReloaded(observer, observed, { command, fault, durationMs: clock.now() - begunAt, causes: causes() });
    if (fault !== '') failures.push(fault);
  }
  if (failures.length > 0 && !signal.aborted) throw new RunError(failures.join('; '));
}

async function runOne(
  command: CommandText,
  template: TemplateSettings,
  { clock, random, log, runCommand, signal }: RoundCommandsParts,
): Promise<string> {
  const { commandTimeoutMs: timeoutMs, commandSplayMs: splayMs, commandEnd: end } = template;
  const shown = `command ${shownCommand(command)} from ${shownTemplate(template)}`;
  if (splayMs > 0) await sleep(clock, random() * splayMs, signal).catch(() => {});
  if (signal.aborted) return '';
  log.log('info', `executing ${shown}`);
  const fault = await runCommand({ command, timeoutMs, signal, end, template });
  return fault === '' ? '' : `failed to execute ${shown}: ${fault}`;
}
