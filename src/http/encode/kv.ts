/** KV entries as `/v1/kv/` and `/v1/txn` show them. */
import { type KvKey, keyToText } from '../../model/kv-key.js';
import type { KvEntry } from '../../model/records.js';
import { keptBody } from './encoded.js';
import { jsonText, jsonTexts } from './json.js';

/** `showValue` is false where a transaction tells what it has written. An empty value is null. */
export function kvEntry(entry: KvEntry, showValue = true): string {
  const value = showValue && entry.Value !== '' ? `"${entry.Value}"` : 'null';
  const session = entry.Session === '' ? '' : `,"Session":${jsonText(entry.Session)}`;
  return `{"LockIndex":${entry.LockIndex},"Key":${jsonText(keyToText(entry.Key))},"Flags":${entry.Flags},"Value":${value}${session},"CreateIndex":${entry.CreateIndex},"ModifyIndex":${entry.ModifyIndex}}`;
}

/** A single key is a list of one. */
export const kvEntryBody = keptBody<KvEntry>((entry) => `[${kvEntry(entry)}]`);
export const kvRawBody = keptBody<KvEntry>((entry) => Buffer.from(entry.Value, 'base64'));
export const kvListBody = keptBody<readonly KvEntry[]>((entries) => `[${entries.map((entry) => kvEntry(entry)).join(',')}]`);
export const kvKeysBody = keptBody<readonly KvKey[]>((keys) => jsonTexts(keys.map(keyToText)));
