/** `mesh services register`. */
import { agentClient } from '../../../client/agent.js';
import { clientFlags, namespaceFlags, openFromFlags, serverFlags } from '../../client-flags.js';
import { CommandFailure, defineCommand } from '../../command.js';
import { orFail } from '../../failures.js';
import { serviceBody } from './definition-body.js';
import { definitionsIn } from './definition-words.js';

export const command = defineCommand({
  usage: 'mesh services register [options] [FILE...]',
  about:
    'Puts services on the agent: those that definition files hold, or one that flags describe. A service with the same id is replaced.',
  flags: {
    address: { kind: 'string', about: "address of the service; the node's without it" },
    id: { kind: 'string', about: 'id; the name without it' },
    kind: { kind: 'string', about: 'kind of the service' },
    meta: { kind: 'map', about: 'metadata' },
    name: { kind: 'string', about: 'name' },
    port: { kind: 'int', about: 'port' },
    socket: { kind: 'string', about: 'path of a unix socket instead of address and port' },
    tag: { kind: 'list', about: 'tag' },
    'tagged-address': { kind: 'map', about: 'named address with a port' },
    ...clientFlags,
    ...serverFlags,
    ...namespaceFlags,
  },
  async run({ flags, words }, io) {
    if (words.length === 0 && flags.name === '') throw new CommandFailure('Service registration requires at least one argument or flags.');
    if (words.length > 0 && (flags.name !== '' || flags.id !== ''))
      throw new CommandFailure('Service registration requires arguments or -id, not both.');
    const services =
      words.length > 0 ? definitionsIn(words).map((found) => ({ name: found.Name, body: serviceBody(found) })) : [described(flags)];
    const agent = agentClient(await openFromFlags(flags, io));
    for (const { name, body } of services) {
      await orFail(`Error registering service ${JSON.stringify(name)}`, agent.registerService(body));
      io.out(`Registered service: ${name}\n`);
    }
    return 0;
  },
});

interface DescribedByFlags {
  readonly address: string;
  readonly id: string;
  readonly kind: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly name: string;
  readonly port: number;
  readonly socket: string;
  readonly tag: readonly string[];
  readonly 'tagged-address': Readonly<Record<string, string>>;
}

function described(flags: DescribedByFlags): { name: string; body: object } {
  const addresses = Object.entries(flags['tagged-address']).map(([name, text]) => [name, addressAndPort(text)]);
  const body = {
    Kind: flags.kind,
    ID: flags.id,
    Name: flags.name,
    Tags: flags.tag,
    Address: flags.address,
    Port: flags.port,
    Meta: flags.meta,
    ...(flags.socket === '' ? {} : { SocketPath: flags.socket }),
    ...(addresses.length > 0 ? { TaggedAddresses: Object.fromEntries(addresses) } : {}),
  };
  return { name: flags.name, body };
}

/** "10.0.0.1:80", "[::1]:80". */
function addressAndPort(text: string): { Address: string; Port: number } {
  const colon = text.lastIndexOf(':');
  const refuse = (why: string) => new CommandFailure(`Invalid Tagged Address: ${why}`);
  if (colon < 0 || text.endsWith(']')) throw refuse(`address ${text}: missing port in address`);
  const [host, port] = [text.slice(0, colon), text.slice(colon + 1)];
  if (host.includes(':') && !/^\[.*\]$/.test(host)) throw refuse(`address ${text}: too many colons in address`);
  if (!/^\d+$/.test(port)) throw refuse(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
  return { Address: host.replace(/^\[|\]$/g, ''), Port: Number(port) };
}
