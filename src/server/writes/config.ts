/** Config entries: each is judged alone first, then with everything that it takes part in. */
import { sameJson } from '../../lib/same-json.js';
import type { ConfigEntry, ConfigEntryInput } from '../../model/config-entry/entry.js';
import type { EntryKind } from '../../model/config-entry/shapes.js';
import { validateConfigEntry } from '../../model/config-entry/validate.js';
import { pairKey } from '../../state/stored.js';
import { requireSoundGraph } from './config-graph.js';
import { type Decide, type DecisionContext, type Draft, settlesFalse, settlesTrue } from './draft.js';
import { pendingIndex } from './pending.js';

export const decideConfigPut: Decide<'config.put'> = (draft, { entry, cas }, context) => {
  validateConfigEntry(entry);
  const stored = storedEntry(draft, entry.Kind, entry.Name);
  if (stored && sameJson(withoutIndexes(stored), entry)) return settlesTrue;
  if (cas !== undefined && cas !== (stored?.ModifyIndex ?? 0)) return settlesFalse;
  putEntry(draft, entry, context);
  return settlesTrue;
};

/** An entry that is not there is deleted already, unless a certain version of it was meant. */
export const decideConfigDelete: Decide<'config.delete'> = (draft, { entryKind, name, cas }, context) => {
  const stored = storedEntry(draft, entryKind, name);
  if (cas !== undefined && cas !== (stored?.ModifyIndex ?? 0)) return settlesFalse;
  if (stored) deleteEntry(draft, stored, context);
  return settlesTrue;
};

/** Valid alone. @throws MeshError `refused` when it does not go with what is stored */
export function putEntry(draft: Draft, entry: ConfigEntryInput, { datacenter }: DecisionContext): void {
  draft.ledger.expectBelow('config', '', draft.view.revision);
  const proposed = { ...entry, CreateIndex: pendingIndex, ModifyIndex: pendingIndex };
  requireSoundGraph(draft.view.config, { kind: entry.Kind, name: entry.Name, proposed, datacenter });
  draft.ledger.put('config', pairKey(entry.Kind, entry.Name), { ...entry });
}

/** @throws MeshError `refused` when others need it */
export function deleteEntry(draft: Draft, { Kind, Name }: ConfigEntry, { datacenter }: DecisionContext): void {
  draft.ledger.expectBelow('config', '', draft.view.revision);
  requireSoundGraph(draft.view.config, { kind: Kind, name: Name, proposed: undefined, datacenter });
  draft.ledger.delete('config', pairKey(Kind, Name));
}

function storedEntry(draft: Draft, kind: EntryKind, name: string): ConfigEntry | undefined {
  const stored = draft.view.config.entry(kind, name);
  draft.ledger.expect('config', pairKey(kind, name), stored?.ModifyIndex ?? 0);
  return stored;
}

function withoutIndexes({ CreateIndex: _created, ModifyIndex: _modified, ...entry }: ConfigEntry): object {
  return entry;
}
