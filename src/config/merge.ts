/**
 * Several sources make one: a scalar of a later source replaces the earlier, lists are strung together, maps are laid over each other key
 * by key. Old names are moved to their new place source by source, so that a later source wins whichever name it uses.
 */
import { parseDuration } from '../lib/duration.js';
import type { OptionKind } from './option.js';
import { type GivenSettings, isOptionKey, type OptionKey, optionKeys, optionRow, type Settings } from './table.js';

/** Lists in which equal items count once. */
const distinctLists: ReadonlySet<OptionKey> = new Set(['recursors']);

export function mergeSources(sources: readonly GivenSettings[]): GivenSettings {
  const merged: Record<string, unknown> = {};
  for (const source of sources) {
    for (const [key, value] of Object.entries(renamed(joined(source)))) {
      if (!isOptionKey(key)) continue;
      merged[key] = combine(merged[key], value, optionRow(key).kind);
      if (distinctLists.has(key) && Array.isArray(merged[key])) merged[key] = [...new Set(merged[key])];
    }
  }
  return merged;
}

/** The whole table: what was given, else what `-dev` says, else the default, else the zero value. */
export function withDefaults(given: GivenSettings, { devMode }: { readonly devMode: boolean }): Settings {
  const values = optionKeys.map((key) => {
    const { kind, value, dev } = optionRow(key);
    const fallback = devMode && dev !== undefined ? dev : value;
    return [key, given[key] ?? (fallback === undefined ? zeroOfKind[kind] : typed(fallback, kind))];
  });
  return Object.freeze(Object.fromEntries(values)) as Settings;
}

function combine(before: unknown, after: unknown, kind: OptionKind): unknown {
  switch (kind) {
    case 'strings':
    case 'records':
      return [...((before as unknown[] | undefined) ?? []), ...(after as unknown[])];
    case 'map':
    case 'durations':
    case 'values':
      return { ...(before as object | undefined), ...(after as object) };
    default:
      return after;
  }
}

/** `service` joins `services` of its own source, behind them; `check` likewise. */
function joined({ service, check, ...rest }: GivenSettings): GivenSettings {
  return {
    ...rest,
    ...(service && { services: [...(rest.services ?? []), service] }),
    ...(check && { checks: [...(rest.checks ?? []), check] }),
  };
}

function renamed(source: GivenSettings): GivenSettings {
  const result: Record<string, unknown> = { ...source };
  for (const [key, value] of Object.entries(source)) {
    const target = isOptionKey(key) ? optionRow(key).oldNameOf : undefined;
    if (target !== undefined) result[target] ??= value;
  }
  // The datacenter of the ACLs was once also their switch.
  if (source.acl_datacenter) result['acl.enabled'] ??= true;
  return result;
}

const zeroOfKind: Readonly<Record<OptionKind, unknown>> = {
  string: '',
  bool: false,
  int: 0,
  number: 0,
  duration: 0,
  strings: [],
  map: {},
  durations: {},
  values: {},
  record: {},
  records: [],
};

function typed(value: string | boolean | number, kind: OptionKind): unknown {
  return kind === 'duration' ? parseDuration(String(value)) : value;
}
