/** The settings tables of our own files: what concerns all resources. */
import { readFileSync } from 'node:fs';
import { parseAddress } from '../../src/client/address.js';
import { ClientOptionError } from '../../src/client/errors.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { TomlPath } from '../../src/lib/toml-places.js';
import { backendNamed } from '../confd/backends.js';
import type { Configured, FileValues } from '../confd/settings-layers.js';
import { badPattern, type ExecSettings } from '../consul-template/exec-settings.js';
import { ResourceError } from '../resource-set.js';
import { listenAddress } from '../status/settings.js';
import type { NativeDocument } from './document.js';
import { agentKeys, defaultsKeys, execKeys, logKeys, sourceKeys, statusKeys, topKeys } from './keys.js';
import { mergedTable } from './merge.js';
import { missingRule } from './resource.js';
import { type FailAt, isTable, type Values } from './table-values.js';

export interface NativeSettings {
  /** What a flag can say as well, by its name; the flag wins. */
  readonly configured: Configured;
  /** '' for the usual one. */
  readonly stateDirectory: string;
  /** '' for none. */
  readonly pidFile: string;
  readonly exec: ExecSettings | undefined;
}

/** @throws ResourceError */
export function settingsOf(documents: readonly NativeDocument[]): NativeSettings {
  const top = topOf(documents);
  const { datacenter = '', token_file: tokenFile, ...login } = mergedTable(documents, 'agent', agentKeys);
  if (login.address !== undefined) requireAddresses(login.address, failIn(documents, 'agent'));
  const agent = loginFlags({ ...login, token: login.token ?? (tokenFile === undefined ? undefined : readToken(tokenFile)) });
  const source = sourceFlags(documents);
  return {
    configured: {
      values: {
        ...(source ?? agent),
        ...defaultsFlags(documents),
        ...logFlags(documents),
        ...(top.state_dir && { 'state-dir': top.state_dir }),
        ...(top.register !== undefined && { register: top.register }),
        ...(top.instance && { instance: top.instance }),
        ...statusFlags(documents),
      },
      agent: source && agent,
      datacenter,
      sources: namedSources(documents),
    },
    stateDirectory: top.state_dir ?? '',
    pidFile: top.pid_file ?? '',
    exec: execOf(documents),
  };
}

const scalarKeys = {
  register: topKeys.register,
  instance: topKeys.instance,
  state_dir: topKeys.state_dir,
  pid_file: topKeys.pid_file,
} as const;

/** The keys before the first table, read as if they were one of their own. */
function topOf(documents: readonly NativeDocument[]) {
  return mergedTable(
    documents.map((document) => ({
      ...document,
      settings: { top: Object.fromEntries(Object.entries(document.settings).filter(([key]) => Object.hasOwn(scalarKeys, key))) },
      failAt: () => document.failAt([]),
    })),
    'top',
    scalarKeys,
  );
}

interface Login {
  readonly address?: readonly string[];
  readonly token?: string | undefined;
  readonly username?: string;
  readonly password?: string;
  readonly ca_file?: string;
  readonly cert_file?: string;
  readonly key_file?: string;
  readonly verify?: boolean;
}

/** Certificates mean TLS, when the address does not say otherwise. */
function loginFlags({
  address,
  token,
  username,
  password,
  ca_file: caFile,
  cert_file: certFile,
  key_file: keyFile,
  verify,
}: Login): FileValues {
  return {
    ...(address && { node: address }),
    ...(token && { 'auth-token': token }),
    ...((username ?? password) !== undefined && { 'basic-auth': true, username: username ?? '', password: password ?? '' }),
    ...(caFile && { 'client-ca-keys': caFile }),
    ...(certFile && { 'client-cert': certFile }),
    ...(keyFile && { 'client-key': keyFile }),
    ...(verify === false && { 'client-insecure': true }),
    ...((verify !== undefined || caFile || certFile) && { scheme: 'https' }),
  };
}

/** undefined when keys come from the agent. */
function sourceFlags(documents: readonly NativeDocument[]): FileValues | undefined {
  const values = mergedTable(
    documents.map((document) => ({ ...document, settings: withoutTables(document) })),
    'source',
    sourceKeys,
  );
  if (values.datacenter !== undefined) failIn(documents, 'source')('datacenter', '"datacenter" is for a [source.NAME]; see [agent]');
  if (values.kind !== undefined) return flagsOfSource(values.kind, values, failIn(documents, 'source'));
  return Object.keys(values).length > 0 ? failIn(documents, 'source')('', '"source" must say of which "kind" it is') : undefined;
}

function withoutTables({ settings }: NativeDocument): NativeDocument['settings'] {
  if (!isTable(settings.source)) return settings;
  return { source: Object.fromEntries(Object.entries(settings.source).filter(([, value]) => !isTable(value))) };
}

/** Those of all files, each in one or in parts. */
function namedSources(documents: readonly NativeDocument[]): Configured['sources'] {
  const below = documents.map((document) => ({
    ...document,
    settings: isTable(document.settings.source) ? document.settings.source : {},
    failAt: (path: TomlPath) => document.failAt(['source', ...path]),
  }));
  const names = below.flatMap(({ settings }) => Object.keys(settings).filter((name) => isTable(settings[name])));
  return Object.fromEntries(
    [...new Set(names)].map((name) => {
      const values = mergedTable(below, name, sourceKeys);
      return [name, { values: flagsOfSource(values.kind ?? name, values, failIn(below, name)), datacenter: values.datacenter ?? '' }];
    }),
  );
}

function flagsOfSource(kind: string, values: Values<typeof sourceKeys>, failAt: FailAt): FileValues {
  const { kind: _, files, filter, separator, auth_type: authType, path, datacenter: __, ...rest } = values;
  const { role_id: roleId, secret_id: secretId, app_id: appId, user_id: userId, ...login } = rest;
  return {
    backend: backendNamed(kind, (reason) => failAt('kind', reason)),
    ...loginFlags(login),
    ...(files && { file: files }),
    ...(filter && { filter }),
    ...(separator && { separator }),
    ...(authType && { 'auth-type': authType }),
    ...(path && { path }),
    ...(roleId && { 'role-id': roleId }),
    ...(secretId && { 'secret-id': secretId }),
    ...(appId && { 'app-id': appId }),
    ...(userId && { 'user-id': userId }),
  };
}

/** Whoever connects to them later does not know where they stand. */
function requireAddresses(addresses: readonly string[], failAt: FailAt): void {
  try {
    for (const address of addresses) parseAddress(address, { tls: false });
  } catch (error) {
    if (!(error instanceof ClientOptionError)) throw error;
    failAt('address', error.message);
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ResourceError(`agent.token_file ${file}: ${systemErrorText(error)}`, { cause: error });
  }
}

function defaultsFlags(documents: readonly NativeDocument[]): FileValues {
  const { missing, wait_timeout: waitTimeoutMs } = mergedTable(documents, 'defaults', defaultsKeys);
  missingRule(missing, (_, reason) => failIn(documents, 'defaults')('missing', reason));
  return { ...(missing && { missing }), ...(waitTimeoutMs && { 'wait-timeout': `${waitTimeoutMs}ms` }) };
}

function logFlags(documents: readonly NativeDocument[]): FileValues {
  const { level } = mergedTable(documents, 'log', logKeys);
  return level === undefined ? {} : { 'log-level': level };
}

function statusFlags(documents: readonly NativeDocument[]): FileValues {
  const { address } = mergedTable(documents, 'status', statusKeys);
  if (address === undefined) return {};
  if (listenAddress(address) !== undefined) return { 'status-addr': address };
  return failIn(documents, 'status')('address', `"status.address" must be such as "127.0.0.1:9410", not "${address}"`);
}

function execOf(documents: readonly NativeDocument[]): ExecSettings | undefined {
  const exec = mergedTable(documents, 'exec', execKeys);
  if (Object.keys(exec).length === 0) return undefined;
  const { command = '' } = exec;
  if (command.length === 0) return failIn(documents, 'exec')('command', '"exec" must have a "command"');
  for (const key of ['env_allow', 'env_deny'] as const) {
    const bad = badPattern(exec[key] ?? []);
    if (bad !== undefined) return failIn(documents, 'exec')(key, `"exec.${key}": ${JSON.stringify(bad)} is no pattern of names`);
  }
  return {
    command,
    splayMs: exec.splay ?? 0,
    killSignal: exec.kill_signal ?? 'SIGINT',
    killTimeoutMs: exec.kill_timeout ?? 30_000,
    reloadSignal: exec.reload_signal ?? '',
    environment: {
      isPristine: exec.env_pristine ?? false,
      custom: exec.env ?? [],
      allowed: exec.env_allow ?? [],
      denied: exec.env_deny ?? [],
    },
  };
}

/** For messages about a table: those of the last file that has it. */
function failIn(documents: readonly NativeDocument[], name: string): FailAt {
  const holder = documents.findLast(({ settings }) => settings[name] !== undefined);
  if (holder === undefined) throw new TypeError(`no file has "${name}"`);
  return holder.failAt([name]);
}
