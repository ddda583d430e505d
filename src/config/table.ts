/** The table of all agent options, one row per key of a configuration file. To add one, add its row to the file it belongs to. */
import type { CheckDefinition, ServiceDefinition } from '../model/definitions.js';
import type { OptionRow, ValueOfKind } from './option.js';
import { checkOptions } from './options/checks.js';
import { clusterOptions } from './options/cluster.js';
import { dnsOptions } from './options/dns.js';
import { httpOptions } from './options/http.js';
import { networkOptions } from './options/network.js';
import { nodeOptions } from './options/node.js';
import { operationOptions } from './options/operations.js';
import { reservedOptions } from './options/reserved.js';
import { securityOptions } from './options/security.js';

export const optionTable = {
  ...nodeOptions,
  ...networkOptions,
  ...clusterOptions,
  ...checkOptions,
  ...dnsOptions,
  ...httpOptions,
  ...operationOptions,
  ...securityOptions,
  ...reservedOptions,
} as const;

export type OptionKey = keyof typeof optionTable;
type KindOf<K extends OptionKey> = (typeof optionTable)[K]['kind'];

/** Kinds whose items are definitions with a decoder of their own. */
interface ValueOfKey {
  service: ServiceDefinition;
  services: readonly ServiceDefinition[];
  check: CheckDefinition;
  checks: readonly CheckDefinition[];
}

/** The value of every option, by its key; durations are milliseconds. */
export type Settings = { readonly [K in OptionKey]: K extends keyof ValueOfKey ? ValueOfKey[K] : ValueOfKind[KindOf<K>] };

/** What a source gives. */
export type GivenSettings = { readonly [K in OptionKey]?: Settings[K] };

export const optionKeys: readonly OptionKey[] = Object.keys(optionTable).filter(isOptionKey);

export function isOptionKey(text: string): text is OptionKey {
  return Object.hasOwn(optionTable, text);
}

export function optionRow(key: OptionKey): OptionRow {
  return optionTable[key];
}

/** "dns_config.node_ttl" -> ["dns_config", "node_ttl"]; a dot before a digit belongs to the name ("telemetry.disable_compat_1.9"). */
export function pathOf(key: string): string[] {
  return key.split(/\.(?=[a-z])/);
}
