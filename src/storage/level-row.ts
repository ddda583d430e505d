/**
 * How rows, remembered deletions and the head are written in LevelDB. Keys and values are text:
 *
 *     "!head"                      {"format":2,"revision":7,"rows":3,"digest":123,"logAfter":5}; without a commit log format 1 and no logAfter
 *     "d" "k"|"p" table "/" key    revision time          a key (k) or prefix (p) was deleted; time in milliseconds since the epoch
 *     "r" table "/" key            created revision json
 *
 * Each value is sealed: preceded by the CRC-32 of its key and itself. The head holds the count and the sum of all these, and is
 * written in every batch, so a row that is lost, or comes back in an older form, is noticed at the next load even though LevelDB
 * drops damaged parts of its log silently.
 */
import { crc32 } from 'node:zlib';
import type { StoredValue, TableName } from '../model/storage.js';

export const headKey = '!head';

export interface Sealed {
  readonly text: string;
  readonly crc: number;
}

export interface Head {
  readonly revision: number;
  readonly rows: number;
  readonly digest: number;
  /** The revision after which everything is in the commit log (level-log.ts) and need not be here; null: there is none. */
  readonly logAfter: number | null;
}

/** Of a whole store: sums do not depend on order, and one row's share can be taken out again. */
export class Digest {
  rows: number;
  sum: number;

  constructor(from: { readonly rows: number; readonly sum: number } = { rows: 0, sum: 0 }) {
    this.rows = from.rows;
    this.sum = from.sum;
  }

  add(crc: number): void {
    this.rows++;
    this.sum = (this.sum + crc) % sumLimit;
  }

  remove(crc: number): void {
    this.rows--;
    this.sum = (this.sum - crc + sumLimit) % sumLimit;
  }
}

/** Sums of 32-bit numbers below this stay exact. */
const sumLimit = 2 ** 52;
const sealLength = 9;

export function seal(key: string, body: string): Sealed {
  const crc = crc32(body, crc32(key));
  return { text: `${crc.toString(16).padStart(sealLength - 1, '0')} ${body}`, crc };
}

/** @returns null when the value is not what was written under this key */
export function unseal(key: string, text: string): { readonly body: string; readonly crc: number } | null {
  const body = text.slice(sealLength);
  const crc = crc32(body, crc32(key));
  return Number.parseInt(text.slice(0, sealLength - 1), 16) === crc ? { body, crc } : null;
}

/** A version that knows no commit log must not open a store that has one: hence the format. */
export function headBody({ revision, rows, digest, logAfter }: Head): string {
  const counts = { revision, rows, digest };
  return JSON.stringify(logAfter === null ? { format: 1, ...counts } : { format: 2, ...counts, logAfter });
}

export function rowKey(table: TableName, key: string): string {
  return `r${table}/${escapeKey(key)}`;
}

export function rowBody(created: number, revision: number, record: StoredValue): string {
  return `${created} ${revision} ${JSON.stringify(record)}`;
}

export function deletionKey(kind: 'delete' | 'deletePrefix', table: TableName, key: string): string {
  return `d${kind === 'delete' ? 'k' : 'p'}${table}/${escapeKey(key)}`;
}

const plain = /^[ !#-[\]-~]*$/;

/** As inside a JSON string: reversible for every string, also those with lone surrogates, which UTF-8 cannot hold. */
function escapeKey(key: string): string {
  return plain.test(key) ? key : JSON.stringify(key).slice(1, -1);
}

export function unescapeKey(text: string): string {
  return plain.test(text) ? text : JSON.parse(`"${text}"`);
}
