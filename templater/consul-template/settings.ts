/** Files, flags and the environment become one `Settings` value: a flag wins over the files, the files over the environment. */

import { readFileSync } from 'node:fs';
import { FlagError, type ParsedArguments, parseArguments } from '../../src/lib/argv.js';
import { parseDuration } from '../../src/lib/duration.js';
import type { LogFileOptions } from '../../src/lib/log-file.js';
import { systemErrorText } from '../../src/lib/system-error.js';
import { isMissingRule, type MissingRule } from '../resource.js';
import type { ConnectionSettings } from '../source/connection-settings.js';
import { type ListenAddress, listenAddress, type RegisterSettings, type StatusSettings } from '../status/settings.js';
import type { StartedWith } from '../status/socket.js';
import { type ConfigBlocks, ConfigError, decodeBlocks, mergeBlocks, type TemplateBlocks, waitBlock } from './config-blocks.js';
import { type Config, decodeConfig, readConfigPath } from './config-files.js';
import { consulTemplateFlags, refusedFlags } from './flags.js';
import { type LogThreshold, thresholdNamed } from './log.js';
import { configBlocks, templateBlocks } from './option-tables.js';
import { type SyslogSettings, syslogOf } from './syslog-settings.js';

export interface Settings {
  readonly isOnce: boolean;
  readonly isDry: boolean;
  /** Templates are parsed, and nothing else. */
  readonly parsesOnly: boolean;
  readonly connection: ConnectionSettings;
  /** So many failures in a row are the end; 0 never gives up. */
  readonly retry: { readonly failuresMax: number; readonly firstMs: number; readonly mostMs: number };
  /** How long a question may block. */
  readonly queryWaitMs: number;
  readonly killSignal: NodeJS.Signals | '';
  readonly reloadSignal: NodeJS.Signals | '';
  readonly logThreshold: LogThreshold;
  readonly logFile: LogFileSettings | undefined;
  readonly syslog: SyslogSettings | undefined;
  /** Settings that change nothing, to be told of. */
  readonly withoutEffect: readonly string[];
  /** '' for none. */
  readonly pidFile: string;
  readonly exec: ExecSettings | undefined;
  readonly deduplicate: DeduplicateSettings | undefined;
  readonly start: StartedWith;
  /** '' is the usual state directory. */
  readonly status: StatusSettings;
  readonly register: RegisterSettings;
  readonly missing: MissingRule;
  readonly waitTimeoutMs: number | undefined;
  readonly templates: readonly TemplateSettings[];
}

/** As the log file takes them: 0 is no limit. */
export type LogFileSettings = Omit<LogFileOptions, 'clock'>;

/** Answers are shared with other machines. */
export interface DeduplicateSettings {
  /** Where the answers lie. */
  readonly prefix: string;
  /** How long a leader that says nothing stays one. */
  readonly ttlMs: number;
}

/** A command: a list is run as it is, a string by a shell when it needs one. */
export type CommandText = string | readonly string[];

export interface EnvironmentRules {
  readonly isPristine: boolean;
  readonly custom: readonly string[];
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
}

export interface ExecSettings {
  readonly command: CommandText;
  readonly splayMs: number;
  readonly killSignal: NodeJS.Signals;
  readonly killTimeoutMs: number;
  /** The program is killed when it runs longer; 0, or nothing, is for ever. */
  readonly timeoutMs?: number;
  /** '' starts the program again instead. */
  readonly reloadSignal: NodeJS.Signals | '';
  readonly environment: EnvironmentRules;
}

export interface WaitSettings {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface TemplateSettings {
  /** '' when the template is in `contents`. */
  readonly source: string;
  readonly contents: string;
  readonly destination: string;
  readonly makesDirectories: boolean;
  readonly command: CommandText | undefined;
  readonly commandTimeoutMs: number;
  readonly commandSplayMs: number;
  /** undefined is all of ours. */
  readonly commandEnvironment: EnvironmentRules | undefined;
  readonly mode: number | undefined;
  /** Names or numbers, '' for the present owner. */
  readonly user: string;
  readonly group: string;
  readonly keepsBackup: boolean;
  readonly failsOnMissingKey: boolean;
  /** A failure of it ends the program. */
  readonly isErrorFatal: boolean;
  /** The directory that `file` and `writeToFile` stay in; '' is none. */
  readonly sandbox: string;
  /** Functions that fail when they are called. */
  readonly deniedFunctions: readonly string[];
  readonly delimiters: readonly [left: string, right: string];
  readonly wait: WaitSettings | undefined;
}

type Parsed = ParsedArguments<typeof consulTemplateFlags>;

/** @throws FlagError, HelpRequested */
export function parseConsulTemplateFlags(argv: readonly string[]): Parsed {
  const parsed = parseArguments({ ...consulTemplateFlags, ...refusedFlags }, argv);
  for (const [name, { about }] of Object.entries(refusedFlags)) {
    if (parsed.given.has(name)) throw new FlagError(`-${name} is not supported: ${about}`);
  }
  if (parsed.words[0] !== undefined) throw new FlagError(`extra argument(s): ${JSON.stringify(parsed.words.join(' '))}`);
  return parsed;
}

/** @throws ConfigError */
export function resolveSettings(parsed: Parsed, environment: (name: string) => string | undefined): Settings {
  const configs = [...parsed.flags.config.flatMap(readConfigPath), ...localConfig(environment), flagConfig(parsed)];
  const blocks = mergeBlocks(configs.map(({ settings }) => settings));
  const top = blocks[''];
  const isDry = parsed.flags.dry;
  const isOnce = parsed.given.has('once') ? parsed.flags.once : (top.once ?? false);
  const logLevel = top.log_level ?? environment('CT_LOG') ?? environment('CONSUL_TEMPLATE_LOG') ?? 'warn';
  const retry = blocks['consul.retry'];
  return {
    isOnce,
    isDry,
    parsesOnly: top.parse_only ?? false,
    connection: connectionOf(blocks, environment),
    retry: {
      // Attempts are tries again: two of them are three failures.
      failuresMax: retry.enabled === false || top.err_on_failed_lookup ? 1 : retry.attempts ? retry.attempts + 1 : 0,
      firstMs: retry.backoff ?? 250,
      mostMs: retry.max_backoff ?? 60_000,
    },
    queryWaitMs: top.block_query_wait ?? 60_000,
    killSignal: top.kill_signal ?? 'SIGINT',
    reloadSignal: top.reload_signal ?? 'SIGHUP',
    logThreshold:
      thresholdNamed(logLevel) ?? fail(`invalid log level ${JSON.stringify(logLevel)}; there are trace, debug, info, warn and err`),
    logFile: logFileOf(blocks.log_file),
    syslog: syslogOf(blocks.syslog),
    withoutEffect: Object.keys(blocks['consul.transport']).map((key) => `consul.transport.${key}`),
    pidFile: top.pid_file ?? '',
    exec: isDry ? undefined : execOf(blocks),
    // A run that only looks, or ends at once, leaves nothing for others.
    deduplicate: isDry || isOnce ? undefined : deduplicateOf(blocks.deduplicate),
    start: startOf(parsed),
    status: { address: statusAddress(parsed.flags['status-addr']), stateDirectory: parsed.flags['state-dir'] },
    register: { isWanted: parsed.flags.register, instance: parsed.flags.instance },
    missing: missingRule(parsed.flags.missing),
    waitTimeoutMs: waitTimeout(parsed.flags['wait-timeout']),
    templates: configs.flatMap(({ templates }) => templates).map((template) => templateOf(template, blocks)),
  };
}

function fail(text: string): never {
  throw new ConfigError(text);
}

function startOf({ flags }: Parsed): StartedWith {
  if (flags.config.length > 0) return { kind: 'files', paths: flags.config };
  return { kind: 'flags', text: flags.template.map((text) => `-template ${text}`).join(' ') };
}

function statusAddress(text: string): ListenAddress | undefined {
  if (text === '') return undefined;
  return listenAddress(text) ?? fail(`-status-addr must be such as "127.0.0.1:9410", it is ${JSON.stringify(text)}`);
}

function missingRule(text: string): MissingRule {
  if (text === '') return 'wait';
  return isMissingRule(text) ? text : fail(`-missing must be wait, fail or empty, it is ${JSON.stringify(text)}`);
}

function waitTimeout(text: string): number | undefined {
  if (text === '') return undefined;
  let durationMs: number;
  try {
    durationMs = parseDuration(text);
  } catch (error) {
    return fail(`-wait-timeout: ${error instanceof Error ? error.message : String(error)}`);
  }
  return durationMs > 0 ? durationMs : fail('-wait-timeout must be more than 0');
}

/** The variable holds configuration text; it goes after the files. */
function localConfig(environment: (name: string) => string | undefined): readonly Config[] {
  const text = environment('CT_LOCAL_CONFIG') ?? '';
  return text === '' ? [] : [decodeConfig(text, 'from CT_LOCAL_CONFIG')];
}

function flagConfig({ flags, given }: Parsed): Config {
  const data: Record<string, Record<string, unknown>> = {};
  const set = (path: string, value: unknown) => {
    const [key = '', ...outer] = path.split('.').reverse();
    const block = outer.reverse().join('.');
    data[block] = { ...data[block], [key]: value };
  };
  for (const [name, flag] of Object.entries(consulTemplateFlags)) {
    if ('sets' in flag && given.has(name)) set(flag.sets, flags[name as keyof typeof flags]);
  }
  if (given.has('consul-auth')) {
    const [username = '', ...password] = flags['consul-auth'].split(':');
    data['consul.auth'] = { enabled: true, username, password: password.join(':') };
  }
  if (given.has('wait')) data.wait = waitBlock(flags.wait);
  const failAt = (key: string, reason: string): never => fail(`flag for ${key}: ${reason}`);
  return {
    settings: decodeBlocks(configBlocks, nested(data), { root: '', failAt }),
    templates: flags.template.map((text) => decodeBlocks(templateBlocks, templateFlag(text), { root: 'template', failAt })),
  };
}

/** { "consul.retry": { attempts } } -> { consul: { retry: { attempts } } } */
function nested(blocks: Readonly<Record<string, Readonly<Record<string, unknown>>>>): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [path, values] of Object.entries(blocks)) {
    let place = root;
    for (const name of path === '' ? [] : path.split('.')) {
      const inner: Record<string, unknown> = { ...(place[name] ?? {}) };
      place[name] = inner;
      place = inner;
    }
    Object.assign(place, values);
  }
  return root;
}

/** "in:out:command with: colons" */
function templateFlag(text: string): Readonly<Record<string, unknown>> {
  const [source = '', destination, ...command] = text.split(':');
  if (source === '') return fail(`-template ${JSON.stringify(text)}: it must be SOURCE:DESTINATION[:COMMAND]`);
  return { source, ...(destination !== undefined && { destination }), ...(command.length > 0 && { command: command.join(':') }) };
}

function connectionOf(blocks: ConfigBlocks, environment: (name: string) => string | undefined): ConnectionSettings {
  const { consul, 'consul.auth': auth, 'consul.ssl': ssl } = blocks;
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

function tokenIn(file: string): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    return fail(`token_file ${file}: ${systemErrorText(error)}`);
  }
}

function execOf(blocks: ConfigBlocks): ExecSettings | undefined {
  const { command, enabled, splay, kill_signal: killSignal, kill_timeout: killTimeoutMs, reload_signal: reloadSignal } = blocks.exec;
  if (command === undefined || command.length === 0 || enabled === false) return undefined;
  return {
    command,
    splayMs: splay ?? 0,
    killSignal: killSignal || 'SIGINT',
    killTimeoutMs: killTimeoutMs ?? 30_000,
    timeoutMs: blocks.exec.timeout ?? 0,
    reloadSignal: reloadSignal ?? '',
    environment: environmentRules(blocks['exec.env']),
  };
}

function logFileOf(block: ConfigBlocks['log_file']): LogFileSettings | undefined {
  const {
    path = '',
    log_rotate_bytes: rotateBytes = 0,
    log_rotate_duration: rotateMs = 86_400_000,
    log_rotate_max_files: filesKept = 0,
  } = block;
  return path === '' ? undefined : { path, rotateBytes, rotateMs, filesKept };
}

/** Any key switches it on. */
function deduplicateOf(block: ConfigBlocks['deduplicate']): DeduplicateSettings | undefined {
  const { enabled = Object.keys(block).length > 0, prefix = 'consul-template/dedup/', ttl = 15_000 } = block;
  if (!enabled) return undefined;
  if (ttl < 10_000 || ttl > 86_400_000) return fail('deduplicate.ttl must be from 10s to 24h');
  return { prefix, ttlMs: ttl };
}

function environmentRules(env: ConfigBlocks['exec.env']): EnvironmentRules {
  return {
    isPristine: env.pristine ?? false,
    custom: env.custom ?? [],
    allowed: [...(env.allowlist ?? []), ...(env.whitelist ?? [])],
    denied: [...(env.denylist ?? []), ...(env.blacklist ?? [])],
  };
}

function templateOf(blocks: TemplateBlocks, config: ConfigBlocks): TemplateSettings {
  const { '': own, exec, 'exec.env': env } = blocks;
  const defaults = config[''];
  const command = exec.command ?? own.command;
  return {
    source: own.source ?? '',
    contents: own.contents ?? '',
    destination: own.destination ?? '',
    makesDirectories: own.create_dest_dirs ?? true,
    command: command === undefined || command.length === 0 || exec.enabled === false ? undefined : command,
    commandTimeoutMs: exec.timeout ?? own.command_timeout ?? 30_000,
    commandSplayMs: exec.splay ?? 0,
    commandEnvironment: Object.keys(env).length === 0 ? undefined : environmentRules(env),
    mode: own.perms,
    user: own.user ?? '',
    group: own.group ?? '',
    keepsBackup: own.backup ?? false,
    failsOnMissingKey: own.error_on_missing_key ?? false,
    isErrorFatal: own.error_fatal ?? defaults.template_error_fatal ?? true,
    sandbox: own.sandbox_path ?? '',
    deniedFunctions: [...(own.function_denylist ?? []), ...(own.function_blacklist ?? [])],
    delimiters: [
      own.left_delimiter || defaults.default_left_delimiter || '',
      own.right_delimiter || defaults.default_right_delimiter || '',
    ],
    wait: waitOf({ ...config.wait, ...blocks.wait }),
  };
}

function waitOf({ min = 0, max }: TemplateBlocks['wait']): WaitSettings | undefined {
  if (min === 0) return undefined;
  const maxMs = max ?? 4 * min;
  return maxMs >= min ? { minMs: min, maxMs } : fail('wait: min must be less than max');
}
