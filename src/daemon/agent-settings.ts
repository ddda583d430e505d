/** What the configuration tells the agent's part of the house: how checks run, what scripts may, where registrations are kept. */
import type { AgentSettings } from '../agent/settings.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { checkTls } from './check-tls.js';
import { nodeInput } from './self-registration.js';

export interface AgentSettingsContext {
  readonly nodeId: string;
  /** `DOCKER_HOST`, '' when unset. */
  readonly dockerHost: string;
}

export function agentSettings(config: RuntimeConfig, { nodeId, dockerHost }: AgentSettingsContext): AgentSettings {
  const { settings } = config;
  return {
    node: nodeInput(config, nodeId),
    dataDirectory: settings.data_dir,
    scriptsEverywhere: settings.enable_script_checks,
    scriptsInFiles: settings.enable_local_script_checks || settings.enable_script_checks,
    checkOutputBytesMax: settings.check_output_max_size,
    checkUpdateIntervalMs: settings.check_update_interval,
    discardCheckOutput: settings.discard_check_output,
    agentTls: checkTls(config),
    dockerHost,
    sidecarPorts: { min: settings['ports.sidecar_min_port'], max: settings['ports.sidecar_max_port'] },
    agentToken: settings['acl.tokens.agent'] || settings['acl.tokens.default'],
  };
}
