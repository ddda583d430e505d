/** `mesh version`. */
import { revision, version } from '../../lib/version.js';
import { CommandFailure, defineCommand } from '../command.js';

/** The member protocol that Consul 1.10 speaks; clients compare it. */
const protocol = { Default: 2, Min: 2, Max: 3 };

export const command = defineCommand({
  usage: 'mesh version [options]',
  about: 'Prints the version of mesh, its revision, and the protocol it speaks.',
  flags: { format: { kind: 'string', fallback: 'pretty', about: 'layout of the output: pretty or json' } },
  async run({ flags }, io) {
    if (flags.format === 'json')
      io.out(`${JSON.stringify({ Version: version, Revision: revision, Prerelease: '', RPC: protocol }, null, 3)}\n`);
    else if (flags.format === 'pretty') io.out(pretty());
    else throw new CommandFailure(`Unknown format: ${flags.format}`);
    return 0;
  },
});

function pretty(): string {
  const range = `understands ${protocol.Min} to ${protocol.Max} (agent will automatically use protocol >${protocol.Default} when speaking to compatible agents)`;
  return `Mesh v${version}\nRevision ${revision}\nProtocol ${protocol.Default} spoken by default, ${range}\n\n`;
}
