/** What this version cannot do yet: said plainly at the start, and refused where going on would be unsafe or useless. */
import type { RuntimeConfig } from '../config/runtime-config.js';
import { optionKeys, optionRow } from '../config/table.js';
import { MeshError } from '../model/errors.js';
import { agentCertificates } from './tls.js';

/** For the log, at the start and at a reload. */
export function warningsOf(config: RuntimeConfig): string[] {
  const oldHandlers = config.watches.some(({ handler }) => handler !== undefined)
    ? [
        "The 'handler' field in watches has been deprecated and replaced with the 'args' field. See https://www.consul.io/docs/agent/watches.html",
      ]
    : [];
  return [...config.warnings, ...ineffectiveKeys(config), ...oldHandlers];
}

/** One line per key that somebody has set and that changes nothing. */
function ineffectiveKeys({ given, settings }: RuntimeConfig): string[] {
  return optionKeys
    .filter((key) => given.has(key) && optionRow(key).effect === 'later' && isSet(settings[key]))
    .map((key) => `"${key}" is accepted, has no effect in this version`);
}

/** `false`, 0, -1 and '' ask for nothing. */
function isSet(value: unknown): boolean {
  if (typeof value === 'number') return value > 0;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** @throws MeshError config-invalid with what to do instead */
export function refuseUnsupported({ settings, retryJoin, addressFault }: RuntimeConfig): void {
  const reason = unsupported(settings, retryJoin) || addressFault;
  if (reason !== '') throw new MeshError('config-invalid', reason);
  agentCertificates({ settings });
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

/**
 * What only a starting agent looks at, in Consul's words.
 * @throws MeshError config-invalid
 */
export function refuseAtStart({ settings }: RuntimeConfig): void {
  const { protocol } = settings;
  const bound = protocol < 2 ? 'low' : protocol > 3 ? 'high' : '';
  if (bound !== '')
    throw new MeshError(
      'config-invalid',
      `Failed to start Consul server: Protocol version '${protocol}' too ${bound}. Must be in range: [2, 3]`,
    );
}
