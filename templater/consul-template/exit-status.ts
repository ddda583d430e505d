/** With what exit status consul-template ends; a program of `exec` that ends gives its own. */
import { ClientOptionError } from '../../src/client/errors.js';
import type { Logger } from '../../src/lib/log.js';
import { ConfigError } from './config-blocks.js';
import { RunError } from './templates.js';

export const exitStatus = { done: 0, stopped: 12, badFlag: 13, failed: 14, badConfig: 15 } as const;

/** Logs what keeps a run from beginning. @returns its exit status @throws what is no fault of the configuration */
export function failedToStart(error: unknown, log: Logger): number {
  if (!(error instanceof ConfigError) && !(error instanceof RunError) && !(error instanceof ClientOptionError)) throw error;
  log.named('cli').log('error', error.message);
  return error instanceof RunError ? exitStatus.failed : exitStatus.badConfig;
}
