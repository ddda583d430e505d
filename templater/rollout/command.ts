/** `mesh-template rollout status|resume|abort LOCK`: reads and changes the state of a rollout. */

import { FlagError, type FlagTable } from '../../src/lib/argv.js';
import { columnize } from '../../src/lib/columnize.js';
import { type KvKey, keyToText } from '../../src/model/kv-key.js';
import { type AgentCommand, type CommandContext, CommandRefusal, runAgentCommand } from '../agent-command.js';
import { answerStatus } from '../answer-status.js';
import type { ProcessParts } from '../process.js';
import { liveHolders, RolloutDocumentError, type RolloutView } from './documents.js';
import { abortStep, type OperatorStep, resumeStep } from './operator.js';
import { lockKey, RolloutSettingsError } from './settings.js';
import { commitRollout, readRollout } from './store.js';

const usage = 'mesh-template rollout status|resume|abort [options] LOCK';
/** A lock where machines come and go all the time may move under the hands of an operator; not so often. */
const triesMax = 20;

export const rolloutStatusFlags = { json: { kind: 'bool', about: 'print JSON' } } as const satisfies FlagTable;
export const rolloutResumeFlags = {
  limit: { kind: 'int', about: 'give the lock another limit, that of the machines’ configuration' },
} as const satisfies FlagTable;

/** @returns the exit status: 0, 1 when the rollout is stopped or aborted, 2 for arguments that make no sense, 3 when nothing is known */
export async function rolloutCommand(argv: readonly string[], parts: ProcessParts): Promise<number> {
  const [verb = '', ...rest] = argv;
  switch (verb) {
    case 'status':
      return runAgentCommand(status, rest, parts);
    case 'resume':
      return runAgentCommand(resume, rest, parts);
    case 'abort':
      return runAgentCommand(abort, rest, parts);
    case '-h':
    case '-help':
    case '--help':
      return runAgentCommand({ ...status, usage }, ['-help'], parts);
    default:
      parts.printError(`${verb === '' ? 'rollout needs a word' : `rollout knows no ${JSON.stringify(verb)}`}\nUsage: ${usage}\n`);
      return answerStatus.badFlags;
  }
}

const status: AgentCommand<typeof rolloutStatusFlags> = {
  usage: 'mesh-template rollout status [options] LOCK',
  about: 'Shows which change goes through a lock, who has a turn, and why it stopped. Exit status 1: it is stopped or aborted.',
  flags: rolloutStatusFlags,
  async run({ flags, words }, { client, parts, signal }) {
    const lock = lockOf(words);
    const view = await readIt(client, lock, signal);
    parts.print(flags.json ? `${JSON.stringify(asJson(lock, view), null, 2)}\n` : asText(lock, view));
    const isHeld = view.record?.State === 'stopped' || view.record?.State === 'aborted';
    return isHeld ? answerStatus.notWell : answerStatus.well;
  },
};

const resume: AgentCommand<typeof rolloutResumeFlags> = {
  usage: 'mesh-template rollout resume [options] LOCK',
  about: 'Lets the change that stopped, or was aborted, go on: one machine tries it alone, then the others follow.',
  flags: rolloutResumeFlags,
  async run({ flags, given, words }, context) {
    if (given.has('limit') && flags.limit < 1) throw new FlagError(`invalid value "${flags.limit}" for flag -limit: it must be at least 1`);
    const limit = given.has('limit') ? flags.limit : undefined;
    return change(lockOf(words), context, (view, moment) => resumeStep(view, { ...moment, limit }));
  },
};

const abort: AgentCommand<Record<never, never>> = {
  usage: 'mesh-template rollout abort [options] LOCK',
  about: 'Forbids the change of the moment: machines that do not have it yet keep their files until there is another one.',
  flags: {},
  run: ({ words }, context) => change(lockOf(words), context, abortStep),
};

async function change(
  lock: KvKey,
  { client, parts, signal }: CommandContext,
  step: (view: RolloutView, moment: { readonly now: string; readonly operator: string }) => OperatorStep,
): Promise<number> {
  for (let attempt = 1; attempt <= triesMax; attempt++) {
    const view = await readIt(client, lock, signal);
    const wanted = step(view, { now: new Date(parts.now()).toISOString(), operator: parts.hostName });
    if (wanted.kind === 'refused') throw new CommandRefusal(`${keyToText(lock)}: ${wanted.text}`);
    if (!(await commitRollout(client, { lock, view, signal }, wanted))) continue;
    parts.print(`${keyToText(lock)}: ${wanted.text}\n`);
    return answerStatus.well;
  }
  throw new CommandRefusal(`${keyToText(lock)}: it changed all the time; try again`);
}

function lockOf(words: readonly string[]): KvKey {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) throw new FlagError('name one lock, such as rollout/nginx');
  try {
    return lockKey(word);
  } catch (error) {
    if (error instanceof RolloutSettingsError) throw new FlagError(`invalid lock: ${error.message}`, { cause: error });
    throw error;
  }
}

async function readIt(client: CommandContext['client'], lock: KvKey, signal: AbortSignal): Promise<RolloutView> {
  try {
    return await readRollout(client, lock, signal);
  } catch (error) {
    if (error instanceof RolloutDocumentError) throw new CommandRefusal(error.message, { cause: error });
    throw error;
  }
}

function asJson(lock: KvKey, view: RolloutView): object {
  return {
    Lock: keyToText(lock),
    Limit: view.lock?.Limit ?? null,
    Rollout: view.record ?? null,
    Turns: liveHolders(view).map(({ machine, since, session }) => ({ Machine: machine, Since: since, Session: session })),
  };
}

const explained = {
  trying: 'one machine tries the change alone',
  going: 'the change went well, the others follow',
  stopped: 'stopped: nobody else takes the change',
  resumed: 'resumed: one machine is to try the change',
  aborted: 'aborted: nobody takes the change',
} as const;

function asText(lock: KvKey, view: RolloutView): string {
  const { record } = view;
  const holders = liveHolders(view);
  const name = keyToText(lock);
  const turns = holders.map(({ machine, since }) => `${machine} (since ${since})`).join(', ');
  const rows: (readonly [string, string])[] = [
    ['Lock', name],
    ['State', record === undefined ? 'no change has gone through this lock yet' : explained[record.State]],
    ...(record === undefined
      ? []
      : ([
          ['Since', record.Since],
          ['Machine', record.Machine],
          ['Group', record.Group],
          ['Change', `${record.Hash}${record.Index === 0 ? '' : `, of index ${record.Index}`}`],
          ['Taken', `by ${record.Done} ${record.Done === 1 ? 'machine' : 'machines'}`],
          ...(record.Reason === '' ? [] : [['Reason', record.Reason] as const]),
        ] as const)),
    ['Turns', `${holders.length} of ${view.lock?.Limit ?? 'any'} taken${turns === '' ? '' : `: ${turns}`}`],
  ];
  const isHeld = record?.State === 'stopped' || record?.State === 'aborted';
  const hint = `\nAnother change goes on by itself; "mesh-template rollout resume ${name}" lets this one go on.\n`;
  return `${columnize(rows)}\n${isHeld ? hint : ''}`;
}
