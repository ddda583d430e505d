/** Where the agent is, and who we are to it: what the configuration says, then the environment. */
import { readFileSync } from 'node:fs';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { ConnectionSettings } from '../source/connection-settings.js';
import { type ConfigBlocks, ConfigError } from './config-blocks.js';

/** @throws ConfigError */
export function connectionOf(blocks: ConfigBlocks, environment: (name: string) => string | undefined): ConnectionSettings {
  const { consul, 'consul.auth': auth, 'consul.ssl': ssl } = blocks;
  refuseNamespace(consul.namespace ?? environment('CONSUL_NAMESPACE') ?? '');
  const address = consul.address || environment('MESH_HTTP_ADDR') || environment('CONSUL_HTTP_ADDR') || '127.0.0.1:8500';
  const isSecure = ssl.enabled ?? false;
  const hasAuth = auth.enabled ?? (auth.username ?? '') !== '';
  return {
    addresses: [address.includes('://') ? address : `${isSecure ? 'https' : 'http'}://${address}`],
    token: consul.token || tokenIn(consul.token_file ?? '') || environment('CONSUL_TOKEN') || environment('CONSUL_HTTP_TOKEN') || '',
    basicAuthentication: hasAuth ? `${auth.username ?? ''}:${auth.password ?? ''}` : '',
    authorityFile: ssl.ca_cert ?? '',
    authorityDirectory: ssl.ca_path ?? '',
    serverName: ssl.server_name ?? '',
    certificateFile: ssl.cert ?? '',
    keyFile: ssl.key ?? '',
    verifyCertificate: ssl.verify ?? true,
    datacenter: '',
  };
}

function refuseNamespace(namespace: string): void {
  if (isOnlyNamespace(namespace)) return;
  throw new ConfigError(`consul.namespace is ${JSON.stringify(namespace)}, and there are no namespaces: leave it out, or say "default"`);
}

export function isOnlyNamespace(namespace: string): boolean {
  return namespace === '' || namespace === 'default';
}

function tokenIn(file: string): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`token_file ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}
