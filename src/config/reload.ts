/** What a reload may change: the options whose rows say so. Everything else keeps the value it had when the agent started. */
import type { RuntimeConfig } from './runtime-config.js';
import { type OptionKey, optionKeys, optionRow, type Settings } from './table.js';

export function reloaded(current: RuntimeConfig, next: RuntimeConfig): RuntimeConfig {
  const isReloadable = (key: OptionKey) => optionRow(key).reload === true;
  const settings = Object.fromEntries(optionKeys.map((key) => [key, (isReloadable(key) ? next : current).settings[key]])) as Settings;
  const given = new Set([...current.given].filter((key) => !isReloadable(key)).concat([...next.given].filter(isReloadable)));
  const { recursors, services, checks, watches, warnings, placesOf } = next;
  return Object.freeze({ ...current, settings: Object.freeze(settings), given, recursors, services, checks, watches, warnings, placesOf });
}
