/**
 * Whether a row of an archive is one that this server could have written. A sound checksum only tells that a file is as it was made: what is
 * put into the store is trusted ever after (src/state/stored.ts), so a row that would break a table is refused here.
 */
import { DurationError, parseDuration } from '../../lib/duration.js';
import { sameJson } from '../../lib/same-json.js';
import { each, type Steps } from '../../lib/steps.js';
import { decodeConfigEntry } from '../../model/config-entry/decode.js';
import { validateConfigEntry } from '../../model/config-entry/validate.js';
import { DecodeError } from '../../model/decode.js';
import { MeshError } from '../../model/errors.js';
import type { ArchiveRow } from '../../model/snapshot/archive.js';
import type { StoredValue, TableName } from '../../model/storage.js';
import { asMatched, pairKey, splitPairKey } from '../../state/stored.js';
import type { RestoredRow } from './restore.js';

type Check = (value: unknown) => boolean;

interface RowShape {
  /** Members that must be there, and what they must be. */
  readonly members: Readonly<Record<string, Check>>;
  /** The key that a record of this table stands under; absent where it cannot be told from the record. */
  readonly key?: (record: StoredValue) => string;
  /** For what members alone do not tell. */
  readonly isSound?: (record: StoredValue) => boolean;
}

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isFlag: Check = (value) => typeof value === 'boolean';
const isDigits: Check = (value) => typeof value === 'string' && /^\d{1,20}$/.test(value);
const isBase64: Check = (value) => typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value);
const isObject = (value: unknown): value is StoredValue => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
const isMap =
  (item: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(item);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const isShaped =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, check]) => check(value[name]));
const isDuration: Check = (value) => {
  if (value === '') return true;
  try {
    return typeof value === 'string' && parseDuration(value) >= 0;
  } catch (error) {
    if (error instanceof DurationError) return false;
    throw error;
  }
};

const shapes: Readonly<Record<TableName, RowShape>> = {
  kv: { members: { Flags: isDigits, Value: isBase64 } },
  locks: { members: { Session: isText, LockIndex: isNumber, DelayUntil: isNumber } },
  nodes: {
    members: { ID: isText, Node: isText, Address: isText, TaggedAddresses: orNull(isMap(isText)), Meta: orNull(isMap(isText)) },
    key: ({ Node }) => asMatched(String(Node)),
  },
  services: {
    members: {
      ...{ Node: isText, ID: isText, Service: isText, Kind: isText, Address: isText, SocketPath: isText, Port: isNumber },
      ...{ Tags: isList(isText), Meta: orNull(isMap(isText)), EnableTagOverride: isFlag, Proxy: isObject, Connect: isObject },
      TaggedAddresses: orNull(isMap(isShaped({ Address: isText, Port: isNumber }))),
      Weights: isShaped({ Passing: isNumber, Warning: isNumber }),
    },
    key: ({ Node, ID }) => pairKey(String(Node), String(ID)),
  },
  checks: {
    members: {
      ...{ Node: isText, CheckID: isText, Name: isText, Status: isText, Notes: isText, Output: isText, ServiceID: isText },
      ...{ ServiceName: isText, ServiceTags: isList(isText), Type: isText, Definition: isObject },
    },
    key: ({ Node, CheckID }) => pairKey(String(Node), String(CheckID)),
  },
  sessions: {
    members: {
      ...{ ID: isText, Name: isText, Node: isText, LockDelay: isNumber, Behavior: isText, TTL: isDuration },
      NodeChecks: orNull(isList(isText)),
      ServiceChecks: orNull(isList(isShaped({ ID: isText, Namespace: isText }))),
    },
    key: ({ ID }) => asMatched(String(ID)),
  },
  queries: {
    members: {
      ...{ ID: isText, Name: isText, Session: isText, Token: isText, DNS: isShaped({ TTL: isText }) },
      Template: isShaped({ Type: isText, Regexp: isText, RemoveEmptyTags: isFlag }),
      Service: isShaped({
        ...{ Service: isText, Near: isText, OnlyPassing: isFlag, Connect: isFlag },
        ...{ IgnoreCheckIDs: orNull(isList(isText)), Tags: orNull(isList(isText)) },
        ...{ NodeMeta: orNull(isMap(isText)), ServiceMeta: orNull(isMap(isText)) },
        Failover: isShaped({ NearestN: isNumber, Datacenters: orNull(isList(isText)) }),
      }),
    },
    key: ({ ID }) => asMatched(String(ID)),
  },
  coordinates: {
    members: {
      ...{ Node: isText, Segment: isText },
      Coord: isShaped({ Vec: isList(isNumber), Error: isNumber, Adjustment: isNumber, Height: isNumber }),
    },
    key: ({ Node, Segment }) => pairKey(String(Node), String(Segment)),
  },
  config: { members: { Kind: isText, Name: isText }, key: ({ Kind, Name }) => pairKey(String(Kind), String(Name)), isSound: isConfigEntry },
  meta: { members: {} },
};

/** @throws MeshError `refused`, names the row */
export function* checkedRows(rows: readonly ArchiveRow[]): Steps<readonly RestoredRow[]> {
  const seen = new Set<string>();
  const checked: RestoredRow[] = [];
  yield* each(rows, (row) => {
    if (!isOfTable(row)) throw unfit(row, 'there is no such table here');
    const { table, key } = row;
    const shape = shapes[table];
    const bad = Object.entries(shape.members).find(([name, check]) => !check(row.record[name]));
    if (bad) throw unfit(row, `its ${bad[0]} makes no sense`);
    if (shape.key && shape.key(row.record) !== key) throw unfit(row, 'it stands under the wrong key');
    if (shape.isSound && !shape.isSound(row.record)) throw unfit(row, 'it is none of its table');
    const name = `${table} ${key}`;
    if (seen.has(name)) throw unfit(row, 'it is there twice');
    seen.add(name);
    checked.push(row);
  });
  yield* each(checked, (row) => {
    if ((row.table === 'services' || row.table === 'checks') && !seen.has(`nodes ${splitPairKey(row.key)[0]}`))
      throw unfit(row, 'its node is missing');
  });
  return checked;
}

/** One that was stored is read back as it is. */
function isConfigEntry(record: StoredValue): boolean {
  try {
    const entry = decodeConfigEntry(record);
    validateConfigEntry(entry);
    return sameJson(entry, record);
  } catch (error) {
    if (error instanceof DecodeError || error instanceof MeshError) return false;
    throw error;
  }
}

function isOfTable(row: ArchiveRow): row is RestoredRow {
  return Object.hasOwn(shapes, row.table);
}

function unfit({ table, key }: ArchiveRow, why: string): MeshError {
  return new MeshError('refused', `failed to read snapshot: row ${JSON.stringify(key)} of "${table}": ${why}`);
}
