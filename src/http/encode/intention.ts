/** Intentions as `/v1/connect/intentions` shows them. Those of entries have no id, times and hash. */
import { createHash } from 'node:crypto';
import type { IntentionRecord } from '../../model/intention.js';
import { keptBody, keptText } from './encoded.js';
import { jsonText, jsonValue } from './json.js';

const intentionForm = keptText<IntentionRecord>((intention) => {
  const { ID, CreatedAt, UpdatedAt, Description, SourceName, DestinationName, SourceType, Action, Permissions, Meta, Precedence } =
    intention;
  const own = { SourceNS: 'default', SourceName, DestinationNS: 'default', DestinationName, SourceType };
  const said = { ...(Action !== '' && { Action }), ...(Permissions.length > 0 && { Permissions }) };
  const indexes = { Precedence, CreateIndex: intention.CreateIndex, ModifyIndex: intention.ModifyIndex };
  const description = Description === '' ? {} : { Description };
  if (ID === '') return jsonValue({ ...description, ...own, ...said, ...indexes });
  const Hash = hashOf([ID, Description, SourceName, DestinationName, SourceType, Action, JSON.stringify(Meta)]);
  return jsonValue({ ID, ...description, ...own, ...said, Meta, Hash, CreatedAt, UpdatedAt, ...indexes });
});

export const intentionBody = keptBody<IntentionRecord>(intentionForm);
export const intentionsBody = keptBody<readonly IntentionRecord[]>((intentions) => `[${intentions.map(intentionForm).join(',')}]`);

export function matchesJson(names: readonly string[], lists: readonly (readonly IntentionRecord[])[]): string {
  const entries = names.map((name, i) => {
    const list = lists[i] ?? [];
    return `${jsonText(name)}:${list.length === 0 ? 'null' : `[${list.map(intentionForm).join(',')}]`}`;
  });
  return `{${entries.join(',')}}`;
}

/** Changes when what the intention says changes. */
function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
