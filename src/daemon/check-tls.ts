/** The agent's own certificates, for checks that are to use them (`enable_agent_tls_for_checks`). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentSettings } from '../agent/settings.js';
import type { RuntimeConfig } from '../config/runtime-config.js';
import { systemErrorText } from '../lib/system-error.js';
import { MeshError } from '../model/errors.js';

/** @throws MeshError config-invalid when a file cannot be read */
export function checkTls({ settings, nodeName }: RuntimeConfig): AgentSettings['agentTls'] {
  if (!settings.enable_agent_tls_for_checks) return null;
  const { ca_file: file, ca_path: folder } = settings;
  const authorities = file !== '' ? [file] : folder === '' ? [] : readdirSync(folder).map((name) => join(folder, name));
  return {
    serverName: settings.server_name || nodeName,
    authorities: authorities.map(read),
    certificate: settings.cert_file === '' ? '' : read(settings.cert_file),
    key: settings.key_file === '' ? '' : read(settings.key_file),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new MeshError('config-invalid', `failed to read ${path}: ${systemErrorText(error)}`, { cause: error });
  }
}
