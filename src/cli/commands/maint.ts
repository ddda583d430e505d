/** `mesh maint`. */
import { type AgentClient, agentClient } from '../../client/agent.js';
import type { CheckRecord } from '../../model/records.js';
import { clientFlags, openFromFlags } from '../client-flags.js';
import { CommandFailure, defineCommand, type Io } from '../command.js';
import { orFail } from '../failures.js';

const nodeCheck = '_node_maintenance';
const serviceCheckPrefix = '_service_maintenance:';

export const command = defineCommand({
  usage: 'mesh maint [options]',
  about: 'Puts the node or one of its services into maintenance, or ends it. Without options it shows what is in maintenance.',
  flags: {
    disable: { kind: 'bool', about: 'end maintenance' },
    enable: { kind: 'bool', about: 'begin maintenance' },
    reason: { kind: 'string', about: 'text shown with it' },
    service: { kind: 'string', about: 'id of the service; the node without it' },
    ...clientFlags,
  },
  async run({ flags }, io) {
    refuseOddFlags(flags);
    const agent = agentClient(await openFromFlags(flags, io));
    if (!flags.enable && !flags.disable) return show(agent, io);
    await orFail(
      `Error ${flags.enable ? 'enabling' : 'disabling'} ${flags.service ? 'service' : 'node'} maintenance`,
      change(agent, flags),
    );
    const state = flags.enable ? 'enabled' : 'disabled';
    io.out(flags.service ? `Service maintenance is now ${state} for "${flags.service}"\n` : `Node maintenance is now ${state}\n`);
    return 0;
  },
});

interface Wanted {
  readonly disable: boolean;
  readonly enable: boolean;
  readonly reason: string;
  readonly service: string;
}

function refuseOddFlags({ disable, enable, reason, service }: Wanted): void {
  if (enable && disable) throw new CommandFailure('Only one of -enable or -disable may be provided');
  if (!enable && reason !== '') throw new CommandFailure('Reason may only be provided with -enable');
  if (!enable && !disable && service !== '') throw new CommandFailure('Service requires either -enable or -disable');
}

function change(agent: AgentClient, { enable, reason, service }: Wanted): Promise<void> {
  if (service) return enable ? agent.enableServiceMaintenance(service, { reason }) : agent.disableServiceMaintenance(service);
  return enable ? agent.enableNodeMaintenance({ reason }) : agent.disableNodeMaintenance();
}

async function show(agent: AgentClient, io: Io): Promise<number> {
  const { Config } = await orFail('Error querying Mesh agent', agent.self());
  const checks = await orFail('Error getting checks', agent.checks());
  io.out([...checks.values()].map((check) => shown(check, String(Config.NodeName ?? ''))).join(''));
  return 0;
}

function shown(check: CheckRecord, node: string): string {
  if (check.CheckID === nodeCheck) return `Node:\n  Name:   ${node}\n  Reason: ${check.Notes}\n\n`;
  if (check.CheckID.startsWith(serviceCheckPrefix)) return `Service:\n  ID:     ${check.ServiceID}\n  Reason: ${check.Notes}\n\n`;
  return '';
}
