/** The configured autopilot settings are those of a new store; later ones are set over the API and win over the files. */
import type { RuntimeConfig } from '../config/runtime-config.js';
import type { Backend } from '../model/backend.js';
import { autopilotDefaults } from '../model/operator.js';

export async function settleAutopilot(backend: Backend, { settings }: RuntimeConfig): Promise<void> {
  const configured = {
    ...autopilotDefaults,
    CleanupDeadServers: settings['autopilot.cleanup_dead_servers'],
    LastContactThreshold: settings['autopilot.last_contact_threshold'],
    MaxTrailingLogs: settings['autopilot.max_trailing_logs'],
    MinQuorum: settings['autopilot.min_quorum'],
    ServerStabilizationTime: settings['autopilot.server_stabilization_time'],
  };
  await backend.write({ kind: 'operator.autopilot', settings: configured, cas: 0 }, { token: '', datacenter: '' });
}
