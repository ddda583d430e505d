/** How the commands that ask an agent (`rollout`, `fleet`) are told which: flags, then the variables that Consul's tools know. */
import { readFileSync } from 'node:fs';
import type { ClientOptions } from '../src/client/open.js';
import { FlagError, type FlagTable, type FlagValues } from '../src/lib/argv.js';
import { systemErrorText } from '../src/lib/system-error.js';
import type { ProcessParts } from './process.js';
import { consulTruth, consulVariable } from './source/consul-variables.js';

export const connectionFlags = {
  'http-addr': { kind: 'string', about: 'address of an agent: host:port, http://, https:// or unix:// (MESH_HTTP_ADDR, CONSUL_HTTP_ADDR)' },
  token: { kind: 'string', about: 'ACL token (MESH_HTTP_TOKEN, CONSUL_HTTP_TOKEN)' },
  'token-file': { kind: 'string', about: 'file that holds the ACL token (MESH_HTTP_TOKEN_FILE, CONSUL_HTTP_TOKEN_FILE)' },
  'ca-file': { kind: 'string', about: 'file of the certificate authorities to believe (MESH_CACERT, CONSUL_CACERT)' },
  'client-cert': { kind: 'string', about: 'certificate to show (MESH_CLIENT_CERT, CONSUL_CLIENT_CERT)' },
  'client-key': { kind: 'string', about: 'its private key (MESH_CLIENT_KEY, CONSUL_CLIENT_KEY)' },
  datacenter: { kind: 'string', about: "the datacenter to ask; the agent's own by default" },
} as const satisfies FlagTable;

/** @throws FlagError */
export function connectionOptions(flags: FlagValues<typeof connectionFlags>, environment: ProcessParts['environment']): ClientOptions {
  const variable = (name: string) => environment[name];
  const either = (flag: string, name: string) => flag || consulVariable(variable, name);
  const truth = (name: string, otherwise: boolean) => consulTruth(variable, name, { otherwise, fail });
  const address = either(flags['http-addr'], 'HTTP_ADDR');
  const tokenFile = flags.token === '' ? either(flags['token-file'], 'HTTP_TOKEN_FILE') : '';
  const token = tokenFile === '' ? either(flags.token, 'HTTP_TOKEN') : tokenIn(tokenFile);
  const basicAuth = consulVariable(variable, 'HTTP_AUTH');
  const [caFile, certFile, keyFile] = [
    either(flags['ca-file'], 'CACERT'),
    either(flags['client-cert'], 'CLIENT_CERT'),
    either(flags['client-key'], 'CLIENT_KEY'),
  ];
  return {
    ...(address && { address }),
    ...(token && { token }),
    ...(basicAuth && { basicAuth }),
    ...(flags.datacenter && { datacenter: flags.datacenter }),
    useTls: truth('HTTP_SSL', false),
    tls: {
      ...(caFile && { caFile }),
      ...(certFile && { certFile }),
      ...(keyFile && { keyFile }),
      verify: truth('HTTP_SSL_VERIFY', true),
    },
  };
}

function tokenIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new FlagError(`cannot read the token file ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}

function fail(text: string, cause: unknown): never {
  throw new FlagError(text, { cause });
}
