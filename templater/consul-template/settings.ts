/** Files, flags and the environment become one `Settings` value: a flag wins over the files, the files over the environment. */
import type { MissingRule } from '../resource.js';
import { missingFlag, statusAddressFlag, waitTimeoutFlag } from '../run-flags.js';
import type { ConnectionSettings } from '../source/connection-settings.js';
import type { RegisterSettings, StatusSettings } from '../status/settings.js';
import type { StartedWith } from '../status/socket.js';
import { type ConfigBlocks, ConfigError, mergeBlocks, type TemplateBlocks } from './config-blocks.js';
import { type Config, decodeConfig, readConfigPath } from './config-files.js';
import { connectionOf } from './connection.js';
import { type DeduplicateSettings, deduplicateOf } from './deduplicate/settings.js';
import { type ExecSettings, execOf } from './exec-settings.js';
import { flagConfig, type Parsed } from './flag-config.js';
import { type LogThreshold, thresholdNamed } from './log.js';
import { type LogFileSettings, logFileOf } from './log-file-settings.js';
import { type SyslogSettings, syslogOf } from './syslog-settings.js';
import { type TemplateSettings, templateOf } from './template-settings.js';

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
  /** The same of settings for what is not there at all, with place and reason. */
  readonly unused: readonly string[];
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

/** @throws ConfigError */
export function resolveSettings(parsed: Parsed, environment: (name: string) => string | undefined): Settings {
  const configs = [...parsed.flags.config.flatMap(readConfigPath), ...localConfig(environment), flagConfig(parsed)];
  const blocks = mergeBlocks(configs.map(({ settings }) => settings));
  const templates = configs.flatMap((config) => config.templates);
  const top = blocks[''];
  const isDry = parsed.flags.dry;
  const isOnce = parsed.given.has('once') ? parsed.flags.once : (top.once ?? false);
  const [outside] = ['CT_LOG', 'CONSUL_TEMPLATE_LOG', 'CONSUL_TEMPLATE_LOG_LEVEL'].flatMap((name) => environment(name) || []);
  const logLevel = top.log_level ?? outside ?? 'warn';
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
    withoutEffect: withoutEffect(blocks, templates),
    unused: configs.flatMap(({ unused }) => unused),
    pidFile: top.pid_file ?? '',
    exec: isDry ? undefined : execOf(blocks),
    // A run that only looks, or ends at once, leaves nothing for others.
    deduplicate: isDry || isOnce ? undefined : deduplicateOf(blocks.deduplicate),
    start: startOf(parsed),
    status: { address: statusAddressFlag(parsed.flags['status-addr'], fail), stateDirectory: parsed.flags['state-dir'] },
    register: { isWanted: parsed.flags.register, instance: parsed.flags.instance },
    missing: missingFlag(parsed.flags.missing, fail) ?? 'wait',
    waitTimeoutMs: waitTimeoutFlag(parsed.flags['wait-timeout'], fail),
    templates: templates.map((template) => templateOf(template, blocks)),
  };
}

function fail(text: string): never {
  throw new ConfigError(text);
}

function withoutEffect(blocks: ConfigBlocks, templates: readonly TemplateBlocks[]): readonly string[] {
  const isGiven = templates.some(({ exec }) => exec.reload_signal !== undefined);
  const transport = Object.keys(blocks['consul.transport']).map((key) => `consul.transport.${key}`);
  return [...transport, ...(isGiven ? ['template.exec.reload_signal'] : [])];
}

function startOf({ flags }: Parsed): StartedWith {
  if (flags.config.length > 0) return { kind: 'files', paths: flags.config };
  return { kind: 'flags', text: flags.template.map((text) => `-template ${text}`).join(' ') };
}

/** The variable holds configuration text; it goes after the files. */
function localConfig(environment: (name: string) => string | undefined): readonly Config[] {
  const text = environment('CT_LOCAL_CONFIG') ?? '';
  return text === '' ? [] : [decodeConfig(text, 'from CT_LOCAL_CONFIG')];
}
