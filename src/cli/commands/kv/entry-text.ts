/** An entry as `mesh kv get` prints it. Values are bytes: they go out as they are stored. */
import { keyToText } from '../../../model/kv-key.js';
import type { KvEntry } from '../../../model/records.js';

export function shownValue(entry: KvEntry, base64: boolean): Buffer {
  return base64 ? Buffer.from(entry.Value, 'latin1') : Buffer.from(entry.Value, 'base64');
}

/** One field a line, names padded to a column of their own. */
export function detailed(entry: KvEntry, base64: boolean): Buffer {
  const fields: readonly (readonly [string, string | Buffer])[] = [
    ['CreateIndex', `${entry.CreateIndex}`],
    ['Flags', entry.Flags],
    ['Key', keyToText(entry.Key)],
    ['LockIndex', `${entry.LockIndex}`],
    ['ModifyIndex', `${entry.ModifyIndex}`],
    ['Session', entry.Session === '' ? '-' : entry.Session],
    ['Value', shownValue(entry, base64)],
  ];
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from(value.length === 0 ? name : name.padEnd(17)), Buffer.from(value), lineFeed]),
  );
}

const lineFeed = Buffer.from('\n');
