/** How the agent and the sources of keys are reached, from what flags, files and the environment say of them. */
import type { ConnectionSettings, TlsSettings } from '../source/connection-settings.js';
import { consulVariable } from '../source/consul-variables.js';
import type { SingleSettings, SourceSettings } from '../source/settings.js';
import { type BackendName, type BackendValues, backendNamed, sourceSettings } from './backends.js';
import {
  type Configured,
  fail,
  isSaid,
  type Layers,
  listValue,
  parseConfdFlags,
  SettingsError,
  textValue,
  value,
} from './settings-layers.js';

export interface Lookups {
  /** "host:port" of each record, the best first. Rejects when the name cannot be looked up. */
  serviceAddresses(record: string): Promise<readonly string[]>;
}

export interface Sources {
  /** confd's name of the source. */
  readonly backend: BackendName;
  readonly source: SourceSettings;
  /** Of the agent, which has services whatever the source of keys is. */
  readonly connection: ConnectionSettings;
}

/** @throws SettingsError */
export async function sourcesOf(
  layers: Layers,
  { configured, lookups }: { readonly configured: Configured; readonly lookups: Lookups },
): Promise<Sources> {
  const backend = backendNamed(value(layers, 'backend'), fail);
  if (value(layers, 'table') !== '') backendNamed('dynamodb', fail);
  const nodes = await nodesOf(layers, { backend, lookups });
  const connection = { ...agentConnection(layers, { backend, nodes, configured }), datacenter: configured.datacenter };
  const main = sourceSettings(backend, { values: backendValues(layers, { nodes, connection }), fail });
  return { backend, connection, source: withOthers(main, { connection, named: namedSources(layers, configured.sources) }) };
}

/** Records found in DNS go before nodes that are given, as in confd. */
async function nodesOf(
  layers: Layers,
  { backend, lookups }: { readonly backend: BackendName; readonly lookups: Lookups },
): Promise<readonly string[]> {
  const domain = value(layers, 'srv-domain');
  const record = value(layers, 'srv-record') || (domain === '' ? '' : `_${backend}._tcp.${domain}.`);
  if (record === '' || backend === 'env' || backend === 'file') return listValue(layers, 'node');
  try {
    return await lookups.serviceAddresses(record);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(`Cannot get nodes from SRV records ${reason}`, { cause: error });
  }
}

/** What the flags and `-config-file` say of nodes and logins is about the source of keys, whatever that is. */
function agentConnection(
  layers: Layers,
  { backend, nodes, configured }: { readonly backend: BackendName; readonly nodes: readonly string[]; readonly configured: Configured },
): ConnectionSettings {
  const isAgent = backend === 'consul' || backend === 'env';
  if (configured.agent === undefined) return connectionOf(layers, isAgent ? nodes : []);
  return connectionOf({ ...layers, given: new Set(), file: configured.agent }, configured.agent.node ?? []);
}

/** Flags and `-config-file` are about the main source only; the environment is for all. */
function namedSources(layers: Layers, configured: Configured['sources']): Readonly<Record<string, SingleSettings>> {
  const { flags } = parseConfdFlags([]);
  const entries = Object.entries(configured).map(([name, { values, datacenter }]) => {
    const own: Layers = { ...layers, flags, given: new Set(), file: values };
    const failHere = (text: string) => fail(`[source.${name}]: ${text}`);
    const backend = backendNamed(value(own, 'backend'), failHere);
    const nodes = listValue(own, 'node');
    const connection = { ...connectionOf(own, nodes), datacenter };
    return [name, sourceSettings(backend, { values: backendValues(own, { nodes, connection }), fail: failHere })] as const;
  });
  return Object.fromEntries(entries);
}

/** An agent alone needs nobody beside it. */
function withOthers(
  main: SingleSettings,
  { connection, named }: { readonly connection: ConnectionSettings; readonly named: Readonly<Record<string, SingleSettings>> },
): SourceSettings {
  if (main.kind === 'consul' && Object.keys(named).length === 0) return main;
  return { kind: 'several', main, agent: { kind: 'consul', connection }, named };
}

function connectionOf(layers: Layers, nodes: readonly string[]): ConnectionSettings {
  const fallback = consulVariable(layers.environment, 'HTTP_ADDR') || '127.0.0.1:8500';
  const scheme = schemeOf(layers);
  return {
    addresses: (nodes.length > 0 ? nodes : [fallback]).map((node) => (node.includes('://') ? node : `${scheme}://${node}`)),
    token: textValue(layers, 'auth-token'),
    basicAuthentication: value(layers, 'basic-auth') ? `${value(layers, 'username')}:${value(layers, 'password')}` : '',
    ...tlsOf(layers),
    datacenter: '',
  };
}

function tlsOf(layers: Layers): TlsSettings {
  return {
    authorityFile: textValue(layers, 'client-ca-keys'),
    certificateFile: textValue(layers, 'client-cert'),
    keyFile: textValue(layers, 'client-key'),
    verifyCertificate: !value(layers, 'client-insecure'),
  };
}

function schemeOf(layers: Layers): 'http' | 'https' {
  const scheme = value(layers, 'scheme');
  return scheme === 'http' || scheme === 'https' ? scheme : fail(`the scheme must be http or https, it is ${JSON.stringify(scheme)}`);
}

function backendValues(
  layers: Layers,
  { nodes, connection }: { readonly nodes: readonly string[]; readonly connection: ConnectionSettings },
): BackendValues {
  return {
    nodes,
    scheme: isSaid(layers, 'scheme') ? schemeOf(layers) : '',
    token: value(layers, 'auth-token') || (layers.environment('VAULT_TOKEN') ?? ''),
    username: value(layers, 'username'),
    password: value(layers, 'password'),
    tls: tlsOf(layers),
    connection,
    files: listValue(layers, 'file'),
    filter: value(layers, 'filter'),
    separator: value(layers, 'separator'),
    vault: {
      authType: value(layers, 'auth-type'),
      path: value(layers, 'path'),
      roleId: value(layers, 'role-id'),
      secretId: value(layers, 'secret-id'),
      appId: value(layers, 'app-id'),
      userId: value(layers, 'user-id'),
      address: layers.environment('VAULT_ADDR') ?? '',
      namespace: layers.environment('VAULT_NAMESPACE') ?? '',
    },
  };
}
