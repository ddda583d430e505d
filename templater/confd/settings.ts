/**
 * The command line, `confd.toml` and the environment become one `Settings` value: a flag wins over the file, the file over the
 * environment. (confd documents this order; its releases let the file win.)
 */
import { FlagError, type FlagValues, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { ConfigFileError } from '../../src/lib/config-file.js';
import { parseDuration } from '../../src/lib/duration.js';
import { lineOfToml } from '../../src/lib/toml-places.js';
import { type LogThreshold, thresholdNamed } from '../log.js';
import { isMissingRule, type MissingRule } from '../resource.js';
import type { ConnectionSettings, TlsSettings } from '../source/connection-settings.js';
import type { SingleSettings, SourceSettings } from '../source/settings.js';
import { type ListenAddress, listenAddress, type RegisterSettings, type StatusSettings } from '../status/settings.js';
import { type BackendName, type BackendValues, backendNamed, sourceSettings } from './backends.js';
import { type ConfdFlag, confdFlags, configFileKeys, environmentNames } from './flags.js';

export interface Settings {
  readonly confDirectory: string;
  readonly mode: 'onetime' | 'interval' | 'watch';
  readonly intervalMs: number;
  /** confd's name of the source. */
  readonly backend: BackendName;
  readonly source: SourceSettings;
  /** Of the agent, which has services whatever the source of keys is. */
  readonly connection: ConnectionSettings;
  /** Replaces the prefix of every resource; '' leaves them theirs. */
  readonly prefix: string;
  readonly missing: MissingRule;
  readonly waitTimeoutMs: number | undefined;
  readonly noop: boolean;
  readonly syncOnly: boolean;
  readonly keepStageFile: boolean;
  /** '' is the default. */
  readonly stateDirectory: string;
  readonly status: Pick<StatusSettings, 'address'>;
  readonly register: RegisterSettings;
  /** Read resources and templates again when their files change; only for following. */
  readonly followFiles: boolean;
  readonly logThreshold: LogThreshold;
  /** Of the settings themselves; to be logged once there is a log. */
  readonly warnings: readonly string[];
}

/** Settings that make no sense: said as confd's last words, exit status 1. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export interface Surroundings {
  environment(name: string): string | undefined;
  /** undefined when the file does not exist. */
  readText(path: string): string | undefined;
  /** Loaded only when there is something to parse. @throws ConfigFileError */
  parseToml(text: string): Promise<Readonly<Record<string, unknown>>>;
  /** "host:port" of each record, the best first. Rejects when the name cannot be looked up. */
  serviceAddresses(record: string): Promise<readonly string[]>;
}

/** What the flags alone say; `version` is answered before anything is read. @throws FlagError, HelpRequested */
export function parseConfdFlags(argv: readonly string[]): ParsedArguments<typeof confdFlags> {
  const parsed = parseArguments(confdFlags, argv);
  if (parsed.words[0] !== undefined) throw new FlagError(`unexpected argument: ${parsed.words[0]}`);
  return parsed;
}

/**
 * @param configured what files of our own say; it goes before `-config-file`
 * @throws SettingsError
 */
export async function resolveSettings(
  parsed: ParsedArguments<typeof confdFlags>,
  surroundings: Surroundings,
  configured: Configured = { values: {}, agent: undefined, datacenter: '', sources: {} },
): Promise<Settings> {
  const file = await readConfigFile(parsed, surroundings);
  const values = { ...file.values, ...configured.values };
  const layers: Layers = { flags: parsed.flags, given: parsed.given, file: values, environment: surroundings.environment };
  const logLevel = value(layers, 'log-level');
  const logThreshold = thresholdNamed(logLevel);
  if (logThreshold === undefined) throw new SettingsError(`not a valid level: ${JSON.stringify(logLevel)}`);
  const backend = backendNamed(value(layers, 'backend'), fail);
  if (value(layers, 'table') !== '') backendNamed('dynamodb', fail);
  const nodes = await nodesOf(layers, { backend, surroundings });
  const connection = { ...agentConnection(layers, { backend, nodes, configured }), datacenter: configured.datacenter };
  const intervalSeconds = value(layers, 'interval');
  if (intervalSeconds < 1) throw new SettingsError(`the interval must be at least 1 second, it is ${intervalSeconds}`);
  return {
    confDirectory: value(layers, 'confdir'),
    mode: modeOf(layers),
    intervalMs: intervalSeconds * 1000,
    backend,
    source: withOthers(sourceSettings(backend, { values: backendValues(layers, { nodes, connection }), fail }), {
      connection,
      named: namedSources(layers, configured.sources),
    }),
    connection,
    prefix: value(layers, 'prefix'),
    missing: missingRule(value(layers, 'missing'), isOnce(layers)),
    waitTimeoutMs: waitTimeout(value(layers, 'wait-timeout')),
    noop: value(layers, 'noop'),
    syncOnly: value(layers, 'sync-only'),
    keepStageFile: value(layers, 'keep-stage-file'),
    stateDirectory: value(layers, 'state-dir'),
    status: { address: statusAddress(value(layers, 'status-addr')) },
    register: { isWanted: value(layers, 'register'), instance: value(layers, 'instance') },
    followFiles: value(layers, 'follow-files'),
    logThreshold,
    warnings: file.warnings,
  };
}

function statusAddress(text: string): ListenAddress | undefined {
  if (text === '') return undefined;
  return listenAddress(text) ?? fail(`-status-addr must be such as "127.0.0.1:9410", it is ${JSON.stringify(text)}`);
}

function fail(text: string): never {
  throw new SettingsError(text);
}

/** Once is once: confd waits for nothing. */
function missingRule(missing: string, onetime: boolean): MissingRule {
  if (missing === '') return onetime ? 'fail' : 'wait';
  if (isMissingRule(missing)) return missing;
  throw new SettingsError(`-missing must be wait, fail or empty, it is ${JSON.stringify(missing)}`);
}

function waitTimeout(text: string): number | undefined {
  if (text === '') return undefined;
  try {
    const durationMs = parseDuration(text);
    if (durationMs > 0) return durationMs;
  } catch (error) {
    throw new SettingsError(`-wait-timeout: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  throw new SettingsError('-wait-timeout must be more than 0');
}

type Flags = FlagValues<typeof confdFlags>;
/** What files of our own say. */
export interface Configured {
  readonly values: FileValues;
  /** How to reach the agent, when `values` are about another source; undefined when they are about the agent. */
  readonly agent: FileValues | undefined;
  readonly datacenter: string;
  /** Sources that resources may name. */
  readonly sources: Readonly<Record<string, ConfiguredSource>>;
}

export interface ConfiguredSource {
  readonly values: FileValues;
  readonly datacenter: string;
}

/** What a settings file says, by the flags' names. */
export type FileValues = { readonly [F in ConfdFlag]?: Flags[F] };

interface Layers {
  readonly flags: Flags;
  readonly given: ReadonlySet<string>;
  readonly file: FileValues;
  environment(name: string): string | undefined;
}

function value<F extends ConfdFlag>(layers: Layers, flag: F): Flags[F] {
  return layers.given.has(flag) ? layers.flags[flag] : (layers.file[flag] ?? layers.flags[flag]);
}

/** As `value`, with the environment below the file. */
function textValue(layers: Layers, flag: 'auth-token' | 'client-ca-keys' | 'client-cert' | 'client-key'): string {
  const name = Object.keys(environmentNames).find((variable) => environmentNames[variable] === flag) ?? '';
  return value(layers, flag) || (layers.environment(name) ?? '');
}

const isOnce = ({ flags }: Layers) => flags.onetime || flags.once;

/** An interval that somebody chose means polling, as in confd; without one, changes are followed. */
function modeOf(layers: Layers): Settings['mode'] {
  if (isOnce(layers)) return 'onetime';
  if (value(layers, 'watch')) return 'watch';
  return layers.given.has('interval') || layers.file.interval !== undefined ? 'interval' : 'watch';
}

/** Records found in DNS go before nodes that are given, as in confd. */
async function nodesOf(
  layers: Layers,
  { backend, surroundings }: { readonly backend: BackendName; readonly surroundings: Surroundings },
): Promise<readonly string[]> {
  const domain = value(layers, 'srv-domain');
  const record = value(layers, 'srv-record') || (domain === '' ? '' : `_${backend}._tcp.${domain}.`);
  if (record === '' || backend === 'env' || backend === 'file') return value(layers, 'node');
  try {
    return await surroundings.serviceAddresses(record);
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
    const nodes = value(own, 'node');
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
  const fallback = layers.environment('MESH_HTTP_ADDR') || layers.environment('CONSUL_HTTP_ADDR') || '127.0.0.1:8500';
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
  const isSchemeGiven = layers.given.has('scheme') || layers.file.scheme !== undefined;
  return {
    nodes,
    scheme: isSchemeGiven ? schemeOf(layers) : '',
    token: value(layers, 'auth-token') || (layers.environment('VAULT_TOKEN') ?? ''),
    username: value(layers, 'username'),
    password: value(layers, 'password'),
    tls: tlsOf(layers),
    connection,
    files: value(layers, 'file'),
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

interface ConfigFile {
  readonly values: FileValues;
  readonly warnings: readonly string[];
}

/** Only a confd directory has a settings file by default; beside single resource files it is read when it is named. */
async function readConfigFile(parsed: ParsedArguments<typeof confdFlags>, { readText, parseToml }: Surroundings): Promise<ConfigFile> {
  const path = parsed.flags['config-file'];
  const isWanted = parsed.flags.config.length === 0 || parsed.given.has('config-file');
  const text = isWanted ? readText(path) : undefined;
  if (text === undefined || text.trim() === '') return { values: {}, warnings: [] };
  try {
    return decodeConfigFile(await parseToml(text), { path, text });
  } catch (error) {
    if (error instanceof ConfigFileError) throw new SettingsError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

function decodeConfigFile(
  document: Readonly<Record<string, unknown>>,
  { path, text }: { readonly path: string; readonly text: string },
): ConfigFile {
  const values: [ConfdFlag, unknown][] = [];
  const warnings: string[] = [];
  for (const [key, given] of Object.entries(document)) {
    const place = `${path}: line ${lineOfToml(text, [key])}`;
    const flag = Object.hasOwn(configFileKeys, key) ? configFileKeys[key] : undefined;
    if (flag === undefined) warnings.push(`${place}: unknown setting "${key}"; it is ignored`);
    else if (!hasKind(given, confdFlags[flag].kind)) throw new SettingsError(`${place}: "${key}" has the wrong type`);
    else values.push([flag, given]);
  }
  return { values: Object.fromEntries(values) as FileValues, warnings };
}

function hasKind(given: unknown, kind: (typeof confdFlags)[ConfdFlag]['kind']): boolean {
  switch (kind) {
    case 'bool':
      return typeof given === 'boolean';
    case 'int':
      return Number.isInteger(given);
    case 'string':
      return typeof given === 'string';
    case 'list':
      return Array.isArray(given) && given.every((element) => typeof element === 'string');
  }
}
