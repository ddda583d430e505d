/** One template of the configuration. */
import type { GentleEnd } from '../../src/lib/command.js';
import { type ConfigBlocks, ConfigError, type TemplateBlocks } from './config-blocks.js';
import { type CommandText, type EnvironmentRules, environmentRules } from './exec-settings.js';

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
  /** 0 leaves the command running. */
  readonly commandTimeoutMs: number;
  readonly commandSplayMs: number;
  /** How it ends when we do; undefined is at once. */
  readonly commandEnd: GentleEnd | undefined;
  readonly commandEnvironment: EnvironmentRules;
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

/** @throws ConfigError */
export function templateOf(blocks: TemplateBlocks, config: ConfigBlocks): TemplateSettings {
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
    commandEnd: commandEndOf(exec),
    commandEnvironment: environmentRules(env),
    mode: own.perms,
    user: own.user ?? own.uid ?? '',
    group: own.group ?? own.gid ?? '',
    keepsBackup: own.backup ?? false,
    failsOnMissingKey: own.error_on_missing_key ?? false,
    isErrorFatal: own.error_fatal ?? defaults.template_error_fatal ?? true,
    sandbox: own.sandbox_path ?? '',
    deniedFunctions: [...(own.function_denylist ?? []), ...(own.function_blacklist ?? [])],
    delimiters: [
      own.left_delimiter || defaults.default_left_delimiter || '',
      own.right_delimiter || defaults.default_right_delimiter || '',
    ],
    wait: waitOf(waitBlockFor(blocks, config)),
  };
}

function commandEndOf({ kill_signal: signal, kill_timeout: withinMs }: TemplateBlocks['exec']): GentleEnd | undefined {
  return signal === undefined && withinMs === undefined ? undefined : { signal: signal || 'SIGINT', withinMs: withinMs ?? 30_000 };
}

/** A block of the template's own counts alone. */
export function waitBlockFor({ wait }: TemplateBlocks, config: ConfigBlocks): TemplateBlocks['wait'] {
  return Object.keys(wait).length > 0 ? wait : config.wait;
}

function waitOf({ enabled = true, min = 0, max }: TemplateBlocks['wait']): WaitSettings | undefined {
  if (min === 0 || !enabled) return undefined;
  const maxMs = max ?? 4 * min;
  return maxMs >= min ? { minMs: min, maxMs } : fail('wait: min must be less than max');
}

function fail(text: string): never {
  throw new ConfigError(text);
}
