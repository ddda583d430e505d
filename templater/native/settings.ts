/** The settings tables of our own files: what concerns all resources. */
import { readFileSync } from 'node:fs';
import { systemErrorText } from '../../src/lib/system-error.js';
import type { FileValues } from '../confd/settings.js';
import type { ExecSettings } from '../consul-template/settings.js';
import { ResourceError } from '../resource-set.js';
import { type ListenAddress, listenAddress } from '../status/settings.js';
import type { NativeDocument } from './document.js';
import { agentKeys, defaultsKeys, execKeys, logKeys, statusKeys, topKeys } from './keys.js';
import { mergedTable } from './merge.js';
import { missingRule } from './resource.js';
import type { FailAt } from './table-values.js';

export interface NativeSettings {
  /** What a flag can say as well, by its name; the flag wins. */
  readonly flags: FileValues;
  readonly datacenter: string;
  /** Of the status page; undefined for none. */
  readonly statusAddress: ListenAddress | undefined;
  readonly isRegistered: boolean;
  /** '' for the usual one. */
  readonly stateDirectory: string;
  /** '' for none. */
  readonly pidFile: string;
  readonly exec: ExecSettings | undefined;
}

/** @throws ResourceError */
export function settingsOf(documents: readonly NativeDocument[]): NativeSettings {
  const top = topOf(documents);
  const agent = mergedTable(documents, 'agent', agentKeys);
  return {
    flags: { ...agentFlags(agent), ...defaultsFlags(documents), ...logFlags(documents) },
    datacenter: agent.datacenter ?? '',
    statusAddress: statusAddressOf(documents),
    isRegistered: top.register ?? false,
    stateDirectory: top.state_dir ?? '',
    pidFile: top.pid_file ?? '',
    exec: execOf(documents),
  };
}

const scalarKeys = { register: topKeys.register, state_dir: topKeys.state_dir, pid_file: topKeys.pid_file } as const;

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

function agentFlags(agent: ReturnType<typeof mergedTable<typeof agentKeys>>): FileValues {
  const { address, token, token_file: tokenFile, username, password, ca_file: caFile, cert_file: certFile, key_file: keyFile } = agent;
  const usedToken = token ?? (tokenFile === undefined ? undefined : readToken(tokenFile));
  return {
    ...(address && { node: address }),
    ...(usedToken && { 'auth-token': usedToken }),
    ...((username ?? password) !== undefined && { 'basic-auth': true, username: username ?? '', password: password ?? '' }),
    ...(caFile && { 'client-ca-keys': caFile }),
    ...(certFile && { 'client-cert': certFile }),
    ...(keyFile && { 'client-key': keyFile }),
    ...(agent.verify === false && { 'client-insecure': true }),
    ...(agent.verify !== undefined || caFile || certFile ? { scheme: 'https' } : {}),
  };
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

function statusAddressOf(documents: readonly NativeDocument[]): ListenAddress | undefined {
  const { address } = mergedTable(documents, 'status', statusKeys);
  if (address === undefined) return undefined;
  const wrong = () => failIn(documents, 'status')('address', `"status.address" must be such as "127.0.0.1:9410", not "${address}"`);
  return listenAddress(address) ?? wrong();
}

function execOf(documents: readonly NativeDocument[]): ExecSettings | undefined {
  const exec = mergedTable(documents, 'exec', execKeys);
  if (Object.keys(exec).length === 0) return undefined;
  const { command = '' } = exec;
  if (command.length === 0) return failIn(documents, 'exec')('command', '"exec" must have a "command"');
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
