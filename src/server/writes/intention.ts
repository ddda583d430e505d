/** Intentions are changes of the `service-intentions` entry of their destination; the last source takes the entry with it. */
import type { ConfigEntryInput, IntentionSource, ServiceIntentions } from '../../model/config-entry/entry.js';
import { sourcesInOrder } from '../../model/config-entry/normalise.js';
import { validateConfigEntry } from '../../model/config-entry/validate.js';
import { isPartialWildcard } from '../../model/config-entry/validate-intentions.js';
import { faultList } from '../../model/decode/proxy.js';
import { MeshError } from '../../model/errors.js';
import type { IntentionInput } from '../../model/intention.js';
import { asMatched, pairKey } from '../../state/stored.js';
import { requireConnect } from '../connect.js';
import { type FoundIntention, findId, findPair } from '../intentions.js';
import { requireUuid } from '../uuid.js';
import { deleteEntry, putEntry } from './config.js';
import { type Decide, type DecisionContext, type Draft, settlesTrue } from './draft.js';

export const decideIntentionPut: Decide<'intention.put'> = (draft, { intention }, context) => {
  requireConnect(context);
  if (Object.keys(intention.Meta).length > 0) throw new MeshError('refused', 'Meta must not be specified');
  const source = sourceOf(intention);
  const stored = entryOf(draft, intention.DestinationName);
  const others = stored?.Sources.filter(({ Name }) => asMatched(Name) !== asMatched(source.Name)) ?? [];
  putSources(draft, { name: intention.DestinationName, stored, sources: [...others, source] }, context);
  return settlesTrue;
};

export const decideIntentionDelete: Decide<'intention.delete'> = (draft, pair, context) => {
  requireConnect(context);
  const found = findPair(draft.view.config, pair);
  expectEntry(draft, pair.destination);
  if (found) dropSource(draft, found, context);
  return settlesTrue;
};

export const decideIntentionCreate: Decide<'intention.create'> = (draft, { intention }, context) => {
  requireConnect(context);
  requireWhole(intention);
  const time = new Date(context.now).toISOString();
  const source = { ...sourceOf(intention), ...legacy(intention, { id: context.newId, created: time, updated: time }) };
  const stored = entryOf(draft, intention.DestinationName);
  putSources(draft, { name: intention.DestinationName, stored, sources: [...(stored?.Sources ?? []), source] }, context);
  return () => context.newId;
};

export const decideIntentionUpdate: Decide<'intention.update'> = (draft, { id, intention }, context) => {
  requireConnect(context);
  const { entry, source: before } = foundById(draft, id, 'modify');
  requireWhole(intention);
  if (asMatched(intention.DestinationName) !== asMatched(entry.Name))
    throw new MeshError('refused', 'the destination of an intention cannot be changed; delete it and create another');
  const times = { id, created: before.LegacyCreateTime ?? '', updated: new Date(context.now).toISOString() };
  const source = { ...sourceOf(intention), ...legacy(intention, times) };
  const sources = entry.Sources.map((known) => (known === before ? source : known));
  putSources(draft, { name: entry.Name, stored: entry, sources }, context);
  return () => id;
};

export const decideIntentionRemove: Decide<'intention.remove'> = (draft, { id }, context) => {
  requireConnect(context);
  dropSource(draft, foundById(draft, id, 'delete'), context);
  return settlesTrue;
};

function entryOf(draft: Draft, destination: string): ServiceIntentions | undefined {
  expectEntry(draft, destination);
  return draft.view.config.entry('service-intentions', destination);
}

function expectEntry(draft: Draft, destination: string): void {
  const stored = draft.view.config.entry('service-intentions', destination);
  draft.ledger.expect('config', pairKey('service-intentions', destination), stored?.ModifyIndex ?? 0);
}

function foundById(draft: Draft, id: string, verb: 'modify' | 'delete'): FoundIntention {
  requireUuid(id, 'Intention lookup failed: failed config entry lookup');
  draft.ledger.expectBelow('config', '', draft.view.revision);
  const found = findId(draft.view.config, id);
  if (!found) throw new MeshError('refused', `Cannot ${verb} non-existent intention: '${id}'`);
  return found;
}

interface Sources {
  readonly name: string;
  readonly stored: ServiceIntentions | undefined;
  readonly sources: readonly IntentionSource[];
}

function putSources(draft: Draft, { name, stored, sources }: Sources, context: DecisionContext): void {
  const Name = stored?.Name ?? name;
  const entry: ConfigEntryInput = {
    ...{ Kind: 'service-intentions', Name, ...(stored?.Meta && { Meta: stored.Meta }) },
    Sources: sourcesInOrder({ Name, Sources: sources }),
  };
  validateConfigEntry(entry);
  putEntry(draft, entry, context);
}

function dropSource(draft: Draft, { entry, source }: FoundIntention, context: DecisionContext): void {
  const sources = entry.Sources.filter((known) => known !== source);
  if (sources.length === 0) deleteEntry(draft, entry, context);
  else putSources(draft, { name: entry.Name, stored: entry, sources }, context);
}

function sourceOf({ SourceName, SourceType, Action, Description, Permissions }: IntentionInput): IntentionSource {
  return {
    Name: SourceName,
    ...(Action !== '' && { Action }),
    ...(Permissions.length > 0 && { Permissions }),
    Type: SourceType || 'consul',
    ...(Description !== '' && { Description }),
  };
}

function legacy(
  { Meta }: IntentionInput,
  { id, created, updated }: { readonly id: string; readonly created: string; readonly updated: string },
) {
  return { LegacyID: id, ...(Object.keys(Meta).length > 0 && { LegacyMeta: Meta }), LegacyCreateTime: created, LegacyUpdateTime: updated };
}

/** Texts and order as recorded. @throws MeshError `refused` with all faults */
function requireWhole({ SourceName, DestinationName, SourceType, Action }: IntentionInput): void {
  const faults: string[] = [];
  if (SourceName === '') faults.push('SourceName must be set');
  if (DestinationName === '') faults.push('DestinationName must be set');
  if (isPartialWildcard(SourceName)) faults.push("SourceName: wildcard character '*' cannot be used with partial values");
  if (isPartialWildcard(DestinationName)) faults.push("DestinationName: wildcard character '*' cannot be used with partial values");
  if (Action !== 'allow' && Action !== 'deny') faults.push("Action must be set to 'allow' or 'deny'");
  if (SourceType !== '' && SourceType !== 'consul') faults.push("SourceType must be set to 'consul'");
  if (faults.length > 0) throw new MeshError('refused', faultList(faults));
}
