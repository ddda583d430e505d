/** Intentions taken out of the entries that hold them. */
import type { IntentionSource, ServiceIntentions } from '../model/config-entry/entry.js';
import type { IntentionPair, IntentionRecord } from '../model/intention.js';
import { covers, precedenceOf } from '../model/intention-precedence.js';
import type { ConfigEntriesView } from '../state/config-entries.js';
import { asMatched } from '../state/stored.js';

/** An intention with the entry that it is in. */
export interface FoundIntention {
  readonly entry: ServiceIntentions;
  readonly source: IntentionSource;
}

/** The deciding one first: by precedence, then by the names. */
export function allIntentions(config: ConfigEntriesView): readonly IntentionRecord[] {
  return sorted(config.ofKind('service-intentions').flatMap((entry) => entry.Sources.map((source) => intentionOf({ entry, source }))));
}

/** Those that concern a destination: its own and those of all destinations. */
export function intentionsTo(config: ConfigEntriesView, destination: string): readonly IntentionRecord[] {
  const names = new Set([asMatched(destination), '*']);
  const entries = [...names].flatMap((name) => config.entry('service-intentions', name) ?? []);
  return sorted(entries.flatMap((entry) => entry.Sources.map((source) => intentionOf({ entry, source }))));
}

export function intentionsFrom(config: ConfigEntriesView, source: string): readonly IntentionRecord[] {
  return allIntentions(config).filter(({ SourceName }) => covers(SourceName, source));
}

export function findPair(config: ConfigEntriesView, { source: name, destination }: IntentionPair): FoundIntention | undefined {
  const entry = config.entry('service-intentions', destination);
  const source = entry?.Sources.find(({ Name }) => asMatched(Name) === asMatched(name));
  return entry && source ? { entry, source } : undefined;
}

export function findId(config: ConfigEntriesView, id: string): FoundIntention | undefined {
  for (const entry of config.ofKind('service-intentions')) {
    const source = entry.Sources.find(({ LegacyID }) => LegacyID !== undefined && asMatched(LegacyID) === asMatched(id));
    if (source) return { entry, source };
  }
  return undefined;
}

export function intentionOf({ entry, source }: FoundIntention): IntentionRecord {
  return {
    ID: source.LegacyID ?? '',
    CreatedAt: source.LegacyCreateTime ?? '',
    UpdatedAt: source.LegacyUpdateTime ?? '',
    Hash: '',
    Description: source.Description ?? '',
    SourceName: source.Name,
    DestinationName: entry.Name,
    SourceType: source.Type ?? 'consul',
    Action: source.Action ?? '',
    Permissions: source.Permissions ?? [],
    Meta: source.LegacyMeta ?? {},
    Precedence: precedenceOf(source.Name, entry.Name),
    CreateIndex: entry.CreateIndex,
    ModifyIndex: entry.ModifyIndex,
  };
}

function sorted(intentions: readonly IntentionRecord[]): readonly IntentionRecord[] {
  return [...intentions].sort(
    (a, b) => b.Precedence - a.Precedence || compareText(a.SourceName, b.SourceName) || compareText(a.DestinationName, b.DestinationName),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
