/** What this version cannot do yet: said plainly at the start, and refused where going on would be unsafe or useless. */
import type { RuntimeConfig } from '../config/runtime-config.js';
import { optionKeys, optionRow } from '../config/table.js';
import { MeshError } from '../model/errors.js';

/** One line per key that somebody has set and that changes nothing. */
export function ineffectiveKeys({ given, settings }: RuntimeConfig): string[] {
  return optionKeys
    .filter((key) => given.has(key) && optionRow(key).effect === 'later' && isSet(settings[key]))
    .map((key) => `"${key}" is accepted, has no effect in this version`);
}

/** `false`, 0 and '' ask for nothing. */
function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** @throws MeshError config-invalid with what to do instead */
export function refuseUnsupported({ settings, retryJoin }: RuntimeConfig): void {
  const reason = unsupported(settings, retryJoin);
  if (reason !== '') throw new MeshError('config-invalid', reason);
}

function unsupported(settings: RuntimeConfig['settings'], retryJoin: readonly string[]): string {
  if (!settings.server) return 'this version runs single servers only: give "-dev", or "-server -bootstrap-expect=1" with a data directory';
  if (settings.bootstrap_expect > 1)
    return `this version runs single servers only: "bootstrap_expect = ${settings.bootstrap_expect}" cannot be; set it to 1`;
  if (retryJoin.length > 0) return 'this version runs single servers only: take "retry_join" and "start_join" out';
  // Running open where somebody asked for a lock would be worse than not running.
  const refused = optionKeys.find((key) => optionRow(key).effect === 'refused' && settings[key]);
  return refused === undefined
    ? ''
    : `this version cannot do what "${refused}" asks for (${optionRow(refused).doc}), and does not start without it`;
}
