/**
 * The flags that every command which asks an agent has, and how they, the environment and files become a client. A flag beats its
 * variable; every CONSUL_ variable has a MESH_ twin that beats it.
 */
import { readFileSync } from 'node:fs';
import type { Api } from '../client/api.js';
import { ClientOptionError } from '../client/errors.js';
import type { ClientOptions } from '../client/open.js';
import type { TlsFiles } from '../client/tls.js';
import { type FlagValues, parseBool } from '../lib/argv.js';
import { systemErrorText } from '../lib/system-error.js';
import { CommandFailure, type Io } from './command.js';

export const clientFlags = {
  'http-addr': { kind: 'string', about: 'address of the agent: host:port, http://, https:// or unix:// (MESH_HTTP_ADDR)' },
  token: { kind: 'string', about: 'ACL token (MESH_HTTP_TOKEN)' },
  'token-file': { kind: 'string', about: 'file that holds the ACL token (MESH_HTTP_TOKEN_FILE)' },
  'ca-file': { kind: 'string', about: 'file of the certificate authorities to believe (MESH_CACERT)' },
  'ca-path': { kind: 'string', about: 'directory of such files (MESH_CAPATH)' },
  'client-cert': { kind: 'string', about: 'certificate to show (MESH_CLIENT_CERT)' },
  'client-key': { kind: 'string', about: 'its private key (MESH_CLIENT_KEY)' },
  'tls-server-name': { kind: 'string', about: "name expected in the server's certificate (MESH_TLS_SERVER_NAME)" },
} as const;

export const serverFlags = {
  datacenter: { kind: 'string', about: "datacenter to ask; the agent's own by default" },
  stale: { kind: 'bool', about: 'let any server answer, also from older data' },
} as const;

export const namespaceFlags = {
  namespace: { kind: 'string', about: "namespace of Consul's other edition; mesh refuses any" },
} as const;

type Given = Partial<FlagValues<typeof clientFlags & typeof serverFlags & typeof namespaceFlags>>;

/**
 * What flags and environment ask for.
 * @throws CommandFailure in Consul's words
 */
export function clientOptions(flags: Given, io: Io): ClientOptions {
  const variable = (name: string) => io.env[`MESH_${name}`] ?? io.env[`CONSUL_${name}`];
  const either = (flag: string | undefined, name: string) => flag || variable(name) || undefined;
  const address = either(flags['http-addr'], 'HTTP_ADDR');
  const token = tokenOf(flags, variable);
  const namespace = either(flags.namespace, 'NAMESPACE');
  const basicAuth = variable('HTTP_AUTH');
  return {
    ...(address ? { address } : {}),
    ...(token ? { token } : {}),
    ...(namespace ? { namespace } : {}),
    ...(basicAuth ? { basicAuth } : {}),
    ...(flags.datacenter ? { datacenter: flags.datacenter } : {}),
    ...(flags.stale ? { consistency: 'stale' } : {}),
    useTls: truth(variable('HTTP_SSL'), 'HTTP_SSL', io) ?? false,
    tls: tlsFiles(flags, either, truth(variable('HTTP_SSL_VERIFY'), 'HTTP_SSL_VERIFY', io)),
  };
}

/**
 * An `Api` for the agent that flags and environment name.
 * @throws CommandFailure `Error connecting to Mesh agent: …`
 */
export async function openFromFlags(flags: Given, io: Io): Promise<Api> {
  const { openApi } = await import('../client/open.js');
  try {
    return await openApi(clientOptions(flags, io));
  } catch (error) {
    if (error instanceof ClientOptionError) throw new CommandFailure(`Error connecting to Mesh agent: ${error.message}`, { cause: error });
    throw error;
  }
}

function tokenOf(flags: Given, variable: (name: string) => string | undefined): string | undefined {
  if (flags.token) return flags.token;
  const file = flags['token-file'] || variable('HTTP_TOKEN_FILE');
  if (!file) return variable('HTTP_TOKEN');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const text = `Error connecting to Mesh agent: Error loading token file: open ${file}: ${systemErrorText(error)}`;
    throw new CommandFailure(text, { cause: error });
  }
}

/** A value that is no truth value is warned about and ignored, as Consul does. */
function truth(text: string | undefined, name: string, io: Io): boolean | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return parseBool(text);
  } catch {
    io.err(`[WARN] client: could not parse ${name} as a truth value: value=${JSON.stringify(text)}\n`);
    return undefined;
  }
}

function tlsFiles(
  flags: Given,
  either: (flag: string | undefined, name: string) => string | undefined,
  verify: boolean | undefined,
): TlsFiles {
  const caFile = either(flags['ca-file'], 'CACERT');
  const caPath = either(flags['ca-path'], 'CAPATH');
  const certFile = either(flags['client-cert'], 'CLIENT_CERT');
  const keyFile = either(flags['client-key'], 'CLIENT_KEY');
  const serverName = either(flags['tls-server-name'], 'TLS_SERVER_NAME');
  return {
    ...(caFile ? { caFile } : {}),
    ...(caPath ? { caPath } : {}),
    ...(certFile ? { certFile } : {}),
    ...(keyFile ? { keyFile } : {}),
    ...(serverName ? { serverName } : {}),
    ...(verify === undefined ? {} : { verify }),
  };
}
