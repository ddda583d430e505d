/** Where the agent is, and who we are to it: what the configuration says, then the environment. */
import { readFileSync } from 'node:fs';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { ConnectionSettings } from '../source/connection-settings.js';
import { consulTruth, consulVariable } from '../source/consul-variables.js';
import { type ConfigBlocks, ConfigError } from './config-blocks.js';

type Environment = (name: string) => string | undefined;

/** @throws ConfigError */
export function connectionOf(blocks: ConfigBlocks, environment: Environment): ConnectionSettings {
  const { consul, 'consul.auth': auth } = blocks;
  const ssl = sslOf(blocks);
  refuseNamespace(consul.namespace ?? environment('CONSUL_NAMESPACE') ?? '');
  const either = (given: string | undefined, name: string) => given || consulVariable(environment, name);
  const truth = (name: string, otherwise: boolean) => consulTruth(environment, name, { otherwise, fail });
  const hasAuth = auth.enabled ?? (auth.username ?? '') !== '';
  return {
    addresses: [
      urlOf(
        either(consul.address, 'HTTP_ADDR') || '127.0.0.1:8500',
        isSecure(ssl, () => truth('HTTP_SSL', false)),
      ),
    ],
    token: consul.token || tokenIn(consul.token_file ?? '') || tokenOutside(environment),
    basicAuthentication: hasAuth ? `${auth.username ?? ''}:${auth.password ?? ''}` : consulVariable(environment, 'HTTP_AUTH'),
    authorityFile: either(ssl.ca_cert, 'CACERT'),
    authorityDirectory: either(ssl.ca_path, 'CAPATH'),
    serverName: either(ssl.server_name, 'TLS_SERVER_NAME'),
    certificateFile: either(ssl.cert, 'CLIENT_CERT'),
    keyFile: either(ssl.key, 'CLIENT_KEY'),
    verifyCertificate: ssl.verify ?? truth('HTTP_SSL_VERIFY', true),
    datacenter: '',
  };
}

/** Asking for TLS wins over an address that begins with http://. */
export function urlOf(address: string, isSecure: boolean): string {
  if (!address.includes('://')) return `${isSecure ? 'https' : 'http'}://${address}`;
  return isSecure ? address.replace(/^http:/, 'https:') : address;
}

/** A block that is switched off says nothing else. */
export function sslOf({ 'consul.ssl': ssl }: ConfigBlocks): ConfigBlocks['consul.ssl'] {
  return ssl.enabled === false ? { enabled: false } : ssl;
}

/** Any key of the block asks for TLS, unless it says no. @param isWanted what is said elsewhere, asked when the block says nothing */
export function isSecure({ enabled, ...others }: ConfigBlocks['consul.ssl'], isWanted: () => boolean): boolean {
  const isAsked = Object.values(others).some((value) => value !== undefined && value !== '');
  return enabled ?? (isAsked || isWanted());
}

function fail(text: string, cause: unknown): never {
  throw new ConfigError(text, { cause });
}

function refuseNamespace(namespace: string): void {
  if (isOnlyNamespace(namespace)) return;
  throw new ConfigError(`consul.namespace is ${JSON.stringify(namespace)}, and there are no namespaces: leave it out, or say "default"`);
}

export function isOnlyNamespace(namespace: string): boolean {
  return namespace === '' || namespace === 'default';
}

function tokenOutside(environment: Environment): string {
  const names = ['CONSUL_TOKEN', 'MESH_HTTP_TOKEN', 'CONSUL_HTTP_TOKEN'];
  const [token = ''] = names.flatMap((name) => environment(name) || []);
  return token || tokenIn(consulVariable(environment, 'HTTP_TOKEN_FILE'));
}

function tokenIn(file: string): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`token file ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}
