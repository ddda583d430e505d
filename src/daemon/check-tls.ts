/** The agent's own certificates, for checks that are to use them (`enable_agent_tls_for_checks`). */
import type { AgentSettings } from '../agent/settings.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { agentCertificates } from './tls.js';

/** @throws MeshError config-invalid when a file cannot be read */
export function checkTls(config: RuntimeConfig): AgentSettings['agentTls'] {
  const { settings, nodeName } = config;
  if (!settings.enable_agent_tls_for_checks) return null;
  const { authorities, pair } = agentCertificates(config);
  return { serverName: settings.server_name || nodeName, authorities, certificate: pair?.certificate ?? '', key: pair?.key ?? '' };
}
