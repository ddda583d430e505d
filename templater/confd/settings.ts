/**
 * The command line, `confd.toml` and the environment become one `Settings` value: a flag wins over the file, the file over the
 * environment. (confd documents this order; its releases let the file win.)
 */
import type { ParsedArguments } from '../../src/lib/argv.js';
import { type LogThreshold, thresholdNamed } from '../log.js';
import type { MissingRule } from '../resource.js';
import { missingFlag, statusAddressFlag, waitTimeoutFlag } from '../run-flags.js';
import type { RegisterSettings, StatusSettings } from '../status/settings.js';
import type { confdFlags } from './flags.js';
import { type ReadingParts, readConfigFile } from './settings-file.js';
import { type Configured, fail, isSaid, type Layers, SettingsError, value, variableValues } from './settings-layers.js';
import { type Lookups, type Sources, sourcesOf } from './settings-sources.js';

export interface Settings extends Sources {
  readonly confDirectory: string;
  readonly mode: 'onetime' | 'interval' | 'watch';
  readonly intervalMs: number;
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

export interface Surroundings extends ReadingParts, Lookups {
  environment(name: string): string | undefined;
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
  const { environment } = surroundings;
  const variables = parsed.flags.config.length === 0 ? variableValues(environment) : {};
  const file = await readConfigFile(parsed, { ...surroundings, variables });
  const values = { ...file.values, ...configured.values };
  const layers: Layers = { flags: parsed.flags, given: parsed.given, file: values, variables, environment };
  const logLevel = value(layers, 'log-level');
  const logThreshold = thresholdNamed(logLevel);
  if (logThreshold === undefined) throw new SettingsError(`not a valid level: ${JSON.stringify(logLevel)}`);
  const { backend, source, connection } = await sourcesOf(layers, { configured, lookups: surroundings });
  const intervalSeconds = value(layers, 'interval');
  if (intervalSeconds < 1) throw new SettingsError(`the interval must be at least 1 second, it is ${intervalSeconds}`);
  return {
    confDirectory: value(layers, 'confdir'),
    mode: modeOf(layers),
    intervalMs: intervalSeconds * 1000,
    backend,
    source,
    connection,
    prefix: value(layers, 'prefix'),
    // Once is once: confd waits for nothing.
    missing: missingFlag(value(layers, 'missing'), fail) ?? (isOnce(layers) ? 'fail' : 'wait'),
    waitTimeoutMs: waitTimeoutFlag(value(layers, 'wait-timeout'), fail),
    noop: value(layers, 'noop'),
    syncOnly: value(layers, 'sync-only'),
    keepStageFile: value(layers, 'keep-stage-file'),
    stateDirectory: value(layers, 'state-dir'),
    status: { address: statusAddressFlag(value(layers, 'status-addr'), fail) },
    register: { isWanted: value(layers, 'register'), instance: value(layers, 'instance') },
    followFiles: value(layers, 'follow-files'),
    logThreshold,
    warnings: file.warnings,
  };
}

const isOnce = (layers: Layers) => value(layers, 'onetime') || value(layers, 'once');

/** An interval that somebody chose means polling, as in confd; without one, changes are followed. */
function modeOf(layers: Layers): Settings['mode'] {
  if (isOnce(layers)) return 'onetime';
  if (value(layers, 'watch')) return 'watch';
  return isSaid(layers, 'interval') ? 'interval' : 'watch';
}
