/** `mesh rtt`. */
import { agentClient } from '../../client/agent.js';
import type { Api } from '../../client/api.js';
import { coordinateClient } from '../../client/coordinate.js';
import { FlagError } from '../../lib/argv.js';
import { type CoordinateRecord, nodeDistanceSeconds } from '../../model/coordinate.js';
import { clientFlags, openFromFlags } from '../client-flags.js';
import { CommandFailure, defineCommand } from '../command.js';
import { orFail } from '../failures.js';

export const command = defineCommand({
  usage: 'mesh rtt [options] NODE1 [NODE2]',
  about: 'Estimates the round-trip time between two nodes by their network coordinates. NODE2 is the node of the agent by default.',
  flags: {
    wan: { kind: 'bool', about: 'between servers of datacenters; names are NODE.DATACENTER' },
    ...clientFlags,
  },
  async run({ flags, words }, io) {
    const [first, second] = words;
    if (first === undefined || words.length > 2) throw new FlagError('One or two node names must be specified\n');
    const api = await openFromFlags(flags, io);
    const pair = flags.wan ? await wanPair(api, first, second) : await lanPair(api, first, second);
    const [one, other] = pair.map(({ name, coordinates }) => found(coordinates, name));
    const seconds = nodeDistanceSeconds(one ?? [], other ?? []);
    if (!Number.isFinite(seconds)) throw new CommandFailure('The nodes share no segment of the network');
    const names = pair.map(({ name }) => name).join(' <-> ');
    io.out(`Estimated ${names} rtt: ${(seconds * 1000).toFixed(3)} ms (using ${flags.wan ? 'WAN' : 'LAN'} coordinates)\n`);
    return 0;
  },
});

/** A node, and where to look for it. */
interface End {
  readonly name: string;
  readonly coordinates: readonly CoordinateRecord[];
}

async function lanPair(api: Api, first: string, second: string | undefined): Promise<readonly [End, End]> {
  const other = second ?? (await ownNode(api)).node;
  const { value: coordinates } = await orFail('Error getting coordinates', coordinateClient(api).nodes());
  return [
    { name: first, coordinates },
    { name: other, coordinates },
  ];
}

async function wanPair(api: Api, first: string, second: string | undefined): Promise<readonly [End, End]> {
  const names = [first, second ?? (await ownName(api))] as const;
  if (names.some((name) => !/^[^.]+\../.test(name)))
    throw new CommandFailure('Node names must be specified as <node name>.<datacenter> with -wan');
  const { value } = await orFail('Error getting coordinates', coordinateClient(api).datacenters());
  const coordinates = value.flatMap(({ Coordinates }) => Coordinates);
  return [
    { name: names[0], coordinates },
    { name: names[1], coordinates },
  ];
}

async function ownName(api: Api): Promise<string> {
  const { node, datacenter } = await ownNode(api);
  return `${node}.${datacenter}`;
}

async function ownNode(api: Api): Promise<{ readonly node: string; readonly datacenter: string }> {
  const { Config } = await orFail('Unable to look up agent info', agentClient(api).self());
  return { node: String(Config.NodeName ?? ''), datacenter: String(Config.Datacenter ?? '') };
}

/** One for each segment that the node is in. */
function found(coordinates: readonly CoordinateRecord[], name: string): readonly CoordinateRecord[] {
  const own = coordinates.filter(({ Node }) => Node === name);
  if (own.length === 0) throw new CommandFailure(`Could not find a coordinate for node "${name}"`);
  return own;
}
