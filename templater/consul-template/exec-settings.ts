/** What is said of programs and commands: what to run, with which environment, and how it ends. */
import { GlobPattern, PatternSyntaxError } from '../functions/go-path.js';
import { type ConfigBlocks, ConfigError } from './config-blocks.js';

/** A command: a list is run as it is, a string by a shell when it needs one. */
export type CommandText = string | readonly string[];

export interface EnvironmentRules {
  readonly isPristine: boolean;
  readonly custom: readonly string[];
  /** Patterns of names, as of file names in Go. */
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

/** undefined when there is no program to look after. @throws ConfigError */
export function execOf(blocks: ConfigBlocks): ExecSettings | undefined {
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

/** @throws ConfigError */
export function environmentRules(env: ConfigBlocks['exec.env']): EnvironmentRules {
  const allowed = [...(env.allowlist ?? []), ...(env.whitelist ?? [])];
  const denied = [...(env.denylist ?? []), ...(env.blacklist ?? [])];
  const bad = badPattern([...allowed, ...denied]);
  if (bad !== undefined) throw new ConfigError(`exec.env: ${JSON.stringify(bad)} is no pattern of names`);
  return { isPristine: env.pristine ?? false, custom: env.custom ?? [], allowed, denied };
}

/** The first that is none. */
export function badPattern(patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => !isPattern(pattern));
}

function isPattern(text: string): boolean {
  try {
    new GlobPattern(text);
    return true;
  } catch (error) {
    if (!(error instanceof PatternSyntaxError)) throw error;
    return false;
  }
}
