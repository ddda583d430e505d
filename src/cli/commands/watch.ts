/** `mesh watch`. */

import { decodePlan } from '../../../watch/definition.js';
import { encodeChange } from '../../../watch/encode.js';
import { HandlerError } from '../../../watch/handler-error.js';
import { handlerOf } from '../../../watch/handlers.js';
import type { WatchPlan } from '../../../watch/plan.js';
import { type ChangeHandler, runWatch } from '../../../watch/watch.js';
import { type Client, openClient } from '../../client/client.js';
import { ClientOptionError } from '../../client/errors.js';
import { FlagError, parseBool } from '../../lib/argv.js';
import { systemClock } from '../../lib/clock.js';
import { createLog } from '../../lib/log-output.js';
import { systemRandom } from '../../lib/random.js';
import { MeshError } from '../../model/errors.js';
import { clientFlags, clientOptions, serverFlags } from '../client-flags.js';
import { CommandFailure, defineCommand, type Io } from '../command.js';
import { orFail } from '../failures.js';
import { untilStopped } from '../until-stopped.js';

export const command = defineCommand({
  usage: 'mesh watch [options] [COMMAND...]',
  about:
    'Waits for changes of data and runs a command with the data as JSON on standard input and its index in MESH_INDEX (and CONSUL_INDEX). ' +
    'The command runs once at the start; one that fails ends the watch. Without a command the data is printed once.',
  flags: {
    type: { kind: 'string', about: 'key, keyprefix, services, nodes, service, checks or event' },
    key: { kind: 'string', about: 'key, for -type=key' },
    prefix: { kind: 'string', about: 'prefix, for -type=keyprefix' },
    service: { kind: 'string', about: 'service, for -type=service and -type=checks' },
    tag: { kind: 'list', about: 'tag that instances must have, for -type=service' },
    passingonly: { kind: 'string', about: 'true leaves out instances that do not pass, for -type=service' },
    state: { kind: 'string', about: 'state, for -type=checks' },
    name: { kind: 'string', about: 'name of the event, for -type=event' },
    shell: { kind: 'bool', fallback: true, about: 'run the command through a shell (SHELL, or /bin/sh)' },
    ...clientFlags,
    ...serverFlags,
  },
  async run({ flags, words }, io) {
    const plan = planOf(flags);
    const client = await open(flags, io);
    // The question every agent answers: a wrong address shows at once instead of being tried again and again.
    await orFail('Error querying Mesh agent', client.status.leader());
    const args = flags.shell && words.length > 0 ? [io.env.SHELL || '/bin/sh', '-c', words.join(' ')] : words;
    return untilStopped(async (stop, signal) => {
      const handler = words.length === 0 ? printOnce(io, stop) : handlerOf({ kind: 'command', args });
      const { logger } = createLog({ clock: systemClock, level: 'info', format: 'text', sinks: [(line) => io.err(line)] });
      await watchOrFail(() =>
        runWatch(plan, handler, { client, clock: systemClock, random: systemRandom, logger: logger.named('watch') }, signal),
      );
      return 0;
    });
  },
});

/** Types that are for the agent's own use. */
const agentTypes: readonly string[] = ['connect_roots', 'connect_leaf', 'agent_service'];

interface PlanFlags {
  readonly type: string;
  readonly key: string;
  readonly prefix: string;
  readonly service: string;
  readonly tag: readonly string[];
  readonly passingonly: string;
  readonly state: string;
  readonly name: string;
  readonly datacenter: string;
  readonly stale: boolean;
}

/** @throws FlagError, CommandFailure */
function planOf({ type, tag, passingonly, datacenter, stale, ...texts }: PlanFlags): WatchPlan {
  if (type === '') throw new FlagError('Watch type must be specified\n');
  if (agentTypes.includes(type)) throw new CommandFailure(`Type ${type} is not supported in the CLI tool`);
  const { key, prefix, service, state, name } = texts;
  const given = Object.entries({ key, prefix, service, state, name, datacenter }).filter(([, text]) => text !== '');
  try {
    return decodePlan({
      type,
      ...Object.fromEntries(given),
      ...(tag.length > 0 ? { tag } : {}),
      ...(passingonly === '' ? {} : { passingonly: truth(passingonly) }),
      ...(stale && type !== 'event' ? { stale } : {}),
    });
  } catch (error) {
    if (error instanceof MeshError) throw new CommandFailure(error.message, { cause: error });
    throw error;
  }
}

function truth(text: string): boolean {
  try {
    return parseBool(text);
  } catch (error) {
    const why = `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw new CommandFailure(`Failed to parse passingonly flag: ${why}`, { cause: error });
  }
}

async function open(flags: Parameters<typeof clientOptions>[0], io: Io): Promise<Client> {
  try {
    return await openClient(clientOptions(flags, io));
  } catch (error) {
    if (error instanceof ClientOptionError) throw new CommandFailure(`Error connecting to Mesh agent: ${error.message}`, { cause: error });
    throw error;
  }
}

function printOnce(io: Io, stop: () => void): ChangeHandler {
  return async ({ data }) => {
    io.out(`${encodeChange(data, '    ')}\n`);
    stop();
  };
}

async function watchOrFail(watch: () => Promise<void>): Promise<void> {
  try {
    await watch();
  } catch (error) {
    if (error instanceof HandlerError) throw new CommandFailure(error.message, { cause: error });
    throw error;
  }
}
