/** What may be registered here: scripts must be allowed, and what makes a definition impossible on this agent. */
import { isScript, startFault } from '../checks/kinds.js';
import type { Logger } from '../lib/log.js';
import type { CheckDefinition, DefinitionSource, ServiceDefinition } from '../model/definitions.js';
import type { AgentSettings } from './settings.js';

/** Why checks may not run on this agent; '' when they may. */
export function checksRefusal(checks: readonly CheckDefinition[], source: DefinitionSource, settings: AgentSettings): string {
  const { scriptsEverywhere, scriptsInFiles, dockerHost } = settings;
  if (!scriptsEverywhere && checks.some(isScript)) {
    if (source === 'api')
      return "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true";
    if (!scriptsInFiles)
      return "Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true";
  }
  return checks.map((check) => startFault(check, dockerHost)).find((fault) => fault !== '') ?? '';
}

const dnsLabel = /^[A-Za-z0-9-]+$/;
const bytesMax = 63;

/** Names that DNS cannot carry are allowed and warned of. */
export function warnOfNames({ Name, Tags }: ServiceDefinition, log: Logger): void {
  const characters = 'due to invalid characters. Valid characters include all alpha-numerics and dashes.';
  const length = 'due to it being too long. Valid lengths are between 1 and 63 bytes.';
  const fault = (name: string) => (dnsLabel.test(name) ? (name.length > bytesMax ? length : '') : characters);
  if (fault(Name) !== '') log.log('warn', `Service name will not be discoverable via DNS ${fault(Name)}`, { service: Name });
  for (const tag of Tags) {
    if (fault(tag) !== '') log.log('debug', `Service tag will not be discoverable via DNS ${fault(tag)}`, { tag });
  }
}
