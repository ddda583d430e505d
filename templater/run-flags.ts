/** Flags of a run that both command lines have, confd's and consul-template's, as values. `fail` throws the error of the one that reads. */
import { parseDuration } from '../src/lib/duration.js';
import { isMissingRule, type MissingRule } from './resource.js';
import { type ListenAddress, listenAddress } from './status/settings.js';

type Fail = (text: string) => never;

/** `-missing`; undefined when it is not given. */
export function missingFlag(text: string, fail: Fail): MissingRule | undefined {
  if (text === '' || isMissingRule(text)) return text || undefined;
  return fail(`-missing must be wait, fail or empty, it is ${JSON.stringify(text)}`);
}

/** `-wait-timeout` in milliseconds; undefined is for ever. */
export function waitTimeoutFlag(text: string, fail: Fail): number | undefined {
  if (text === '') return undefined;
  let durationMs: number;
  try {
    durationMs = parseDuration(text);
  } catch (error) {
    return fail(`-wait-timeout: ${error instanceof Error ? error.message : String(error)}; times are such as "90s" or "5m"`);
  }
  return durationMs > 0 ? durationMs : fail('-wait-timeout must be more than 0');
}

/** `-status-addr`; undefined is no page. */
export function statusAddressFlag(text: string, fail: Fail): ListenAddress | undefined {
  if (text === '') return undefined;
  return listenAddress(text) ?? fail(`-status-addr must be such as "127.0.0.1:9410", it is ${JSON.stringify(text)}`);
}
