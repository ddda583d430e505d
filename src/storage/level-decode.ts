/** The other way: what was read from LevelDB becomes rows again. Everything here has passed its checksum, so shapes are not checked again. */
import type { CommittedChange, StoredValue, TableName } from '../model/storage.js';
import { type Head, unescapeKey } from './level-row.js';

export interface StoredRow {
  readonly revision: number;
  readonly change: CommittedChange;
  /** Of a deletion: when it was, in milliseconds since the epoch; else 0. */
  readonly timeMs: number;
}

/** @returns null when the format is not ours */
export function decodeHead(body: string): Head | null {
  const { format, ...head } = JSON.parse(body) as Head & { readonly format: number };
  if (format === 1) return { ...head, logAfter: null };
  return format === 2 ? head : null;
}

/** @returns null for a key of no known kind */
export function decodeRow(diskKey: string, body: string): StoredRow | null {
  const slash = diskKey.indexOf('/');
  const key = unescapeKey(diskKey.slice(slash + 1));
  const first = body.indexOf(' ');
  if (diskKey.startsWith('r')) {
    const second = body.indexOf(' ', first + 1);
    const table = diskKey.slice(1, slash) as TableName;
    const record = JSON.parse(body.slice(second + 1)) as StoredValue;
    const change = { kind: 'put', table, key, record, created: Number(body.slice(0, first)) } as const;
    return { revision: Number(body.slice(first + 1, second)), change, timeMs: 0 };
  }
  if (!diskKey.startsWith('d')) return null;
  const kind = diskKey[1] === 'k' ? 'delete' : 'deletePrefix';
  const change = { kind, table: diskKey.slice(2, slash) as TableName, key } as const;
  return { revision: Number(body.slice(0, first)), change, timeMs: Number(body.slice(first + 1)) };
}
