/** Where the agent is, and who we are to it: what the configuration says, then the environment. */
import { readFileSync } from 'node:fs';
import { parseBool } from '../../src/lib/argv.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { ConnectionSettings } from '../source/connection-settings.js';
import { type ConfigBlocks, ConfigError } from './config-blocks.js';

type Environment = (name: string) => string | undefined;

/** @throws ConfigError */
export function connectionOf(blocks: ConfigBlocks, environment: Environment): ConnectionSettings {
  const { consul, 'consul.auth': auth } = blocks;
  const ssl = sslOf(blocks);
  refuseNamespace(consul.namespace ?? environment('CONSUL_NAMESPACE') ?? '');
  const either = (given: string | undefined, name: string) => given || environment(`MESH_${name}`) || environment(`CONSUL_${name}`) || '';
  const hasAuth = auth.enabled ?? (auth.username ?? '') !== '';
  return {
    addresses: [urlOf(either(consul.address, 'HTTP_ADDR') || '127.0.0.1:8500', isSecure(ssl, either('', 'HTTP_SSL')))],
    token: consul.token || tokenIn(consul.token_file ?? '') || tokenOutside(environment),
    basicAuthentication: hasAuth ? `${auth.username ?? ''}:${auth.password ?? ''}` : either('', 'HTTP_AUTH'),
    authorityFile: either(ssl.ca_cert, 'CACERT'),
    authorityDirectory: either(ssl.ca_path, 'CAPATH'),
    serverName: either(ssl.server_name, 'TLS_SERVER_NAME'),
    certificateFile: either(ssl.cert, 'CLIENT_CERT'),
    keyFile: either(ssl.key, 'CLIENT_KEY'),
    verifyCertificate: ssl.verify ?? truth(either('', 'HTTP_SSL_VERIFY'), 'CONSUL_HTTP_SSL_VERIFY', true),
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

/** Any key of the block asks for TLS, unless it says no. */
export function isSecure({ enabled, ...others }: ConfigBlocks['consul.ssl'], fromEnvironment: string): boolean {
  const isAsked = Object.values(others).some((value) => value !== undefined && value !== '');
  return enabled ?? (isAsked || truth(fromEnvironment, 'CONSUL_HTTP_SSL', false));
}

function truth(text: string, name: string, otherwise: boolean): boolean {
  if (text === '') return otherwise;
  try {
    return parseBool(text);
  } catch (error) {
    throw new ConfigError(`${name} must be true or false, it is ${JSON.stringify(text)}`, { cause: error });
  }
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
  return token || tokenIn(environment('MESH_HTTP_TOKEN_FILE') || environment('CONSUL_HTTP_TOKEN_FILE') || '');
}

function tokenIn(file: string): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`token file ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}
