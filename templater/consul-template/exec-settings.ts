/** What is said of programs and commands: what to run, with which environment, and how it ends. */
import type { ConfigBlocks } from './config-blocks.js';

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

/** undefined when there is no program to look after. */
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

export function environmentRules(env: ConfigBlocks['exec.env']): EnvironmentRules {
  return {
    isPristine: env.pristine ?? false,
    custom: env.custom ?? [],
    allowed: [...(env.allowlist ?? []), ...(env.whitelist ?? [])],
    denied: [...(env.denylist ?? []), ...(env.blacklist ?? [])],
  };
}
