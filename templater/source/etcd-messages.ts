/**
 * The few messages of etcd's API that a reader of keys needs, as bytes. Numbers of fields: api/etcdserverpb/rpc.proto and
 * api/mvccpb/kv.proto of etcd, the same since 3.0.
 */
import { decodeMessage, encodeMessage } from '../../src/lib/protobuf.js';
import { type KvKey, keyFromBytes } from '../../src/model/kv-key.js';

export interface EtcdKey {
  readonly key: KvKey;
  readonly value: Buffer;
  readonly created: number;
  readonly modified: number;
}

/** Keys from `start` up to, not including, `end`; without `end` the one key. */
export interface EtcdRange {
  readonly start: Buffer;
  readonly end: Buffer | undefined;
}

export interface RangeAnswer {
  readonly revision: number;
  readonly keys: readonly EtcdKey[];
  /** There are more than were asked for. */
  readonly hasMore: boolean;
}

export interface WatchAnswer {
  readonly isCanceled: boolean;
  readonly cancelReason: string;
  /** What was asked for is compacted up to here; 0 otherwise. */
  readonly compactRevision: number;
  readonly events: readonly EtcdEvent[];
}

export interface EtcdEvent {
  readonly kind: 'put' | 'delete';
  readonly key: EtcdKey;
}

/** All keys that begin with these bytes; of none: all keys. */
export function prefixRange(prefix: Buffer): EtcdRange {
  const zero = Buffer.of(0);
  if (prefix.length === 0) return { start: zero, end: zero };
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return { start: prefix, end: zero };
  const end = Buffer.from(prefix.subarray(0, last + 1));
  end[last] = (end[last] ?? 0) + 1;
  return { start: prefix, end };
}

/** @param revision as of when; 0 is now, agreed with the majority */
export function rangeRequest(
  { start, end }: EtcdRange,
  { limit, revision }: { readonly limit: number; readonly revision: number },
): Buffer {
  return encodeMessage([
    [1, start],
    [2, end],
    [3, limit],
    [4, revision],
  ]);
}

export function rangeAnswer(message: Buffer): RangeAnswer {
  const keys: EtcdKey[] = [];
  let [revision, hasMore] = [0, false];
  for (const { number, value } of decodeMessage(message)) {
    if (number === 1) revision = headerRevision(value);
    else if (number === 2) keys.push(etcdKey(value));
    else if (number === 3) hasMore = value === 1n;
  }
  return { revision, keys, hasMore };
}

export function watchRequest({ start, end }: EtcdRange, { revision }: { readonly revision: number }): Buffer {
  const create = encodeMessage([
    [1, start],
    [2, end],
    [3, revision],
  ]);
  return encodeMessage([[1, create]]);
}

export function watchAnswer(message: Buffer): WatchAnswer {
  const events: EtcdEvent[] = [];
  let [isCanceled, cancelReason, compactRevision] = [false, '', 0];
  for (const { number, value } of decodeMessage(message)) {
    if (number === 4) isCanceled = value === 1n;
    else if (number === 5) compactRevision = Number(value);
    else if (number === 6) cancelReason = bytesOf(value).toString('utf8');
    else if (number === 11) events.push(etcdEvent(value));
  }
  return { isCanceled, cancelReason, compactRevision, events };
}

export function authenticateRequest(credentials: { readonly username: string; readonly password: string }): Buffer {
  return encodeMessage([
    [1, credentials.username],
    [2, credentials.password],
  ]);
}

/** The token. */
export function authenticateAnswer(message: Buffer): string {
  for (const { number, value } of decodeMessage(message)) if (number === 2) return bytesOf(value).toString('utf8');
  return '';
}

function headerRevision(header: bigint | Buffer): number {
  for (const { number, value } of decodeMessage(bytesOf(header))) if (number === 3) return Number(value);
  return 0;
}

function etcdEvent(event: bigint | Buffer): EtcdEvent {
  let kind: EtcdEvent['kind'] = 'put';
  let key = noKey;
  for (const { number, value } of decodeMessage(bytesOf(event))) {
    if (number === 1 && value === 1n) kind = 'delete';
    else if (number === 2) key = etcdKey(value);
  }
  return { kind, key };
}

function etcdKey(message: bigint | Buffer): EtcdKey {
  let { key, value: bytes, created, modified } = noKey;
  for (const { number, value } of decodeMessage(bytesOf(message))) {
    if (number === 1) key = keyFromBytes(bytesOf(value));
    else if (number === 2) created = Number(value);
    else if (number === 3) modified = Number(value);
    else if (number === 5) bytes = bytesOf(value);
  }
  return { key, value: bytes, created, modified };
}

const noKey: EtcdKey = { key: keyFromBytes(Buffer.alloc(0)), value: Buffer.alloc(0), created: 0, modified: 0 };

const bytesOf = (value: bigint | Buffer): Buffer => (typeof value === 'bigint' ? Buffer.alloc(0) : value);
