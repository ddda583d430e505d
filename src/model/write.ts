/** Every write that mesh knows. One row per kind: its arguments and its result. */

import type { ConfigEntryInput } from './config-entry/entry.js';
import type { EntryKind } from './config-entry/shapes.js';
import type { CoordinateRecord } from './coordinate.js';
import type { CheckInput, NodeInput, ServiceInput, SessionInput } from './inputs.js';
import type { IntentionInput, IntentionPair } from './intention.js';
import type { KvKey } from './kv-key.js';
import type { AutopilotSettings } from './operator.js';
import type { PreparedQueryInput } from './prepared-query.js';
import type { SessionRecord } from './records.js';
import type { TxnOperation, TxnOutcome } from './txn.js';

export interface KvPut {
  readonly key: KvKey;
  /** Base64. */
  readonly value: string;
  /** Unsigned 64-bit as decimal digits. */
  readonly flags: string;
  /** Only if the key's ModifyIndex is this; 0 = only if absent. Decimal digits may exceed 2^53 in requests: those never match. */
  readonly cas?: number;
  /** Session that takes or gives up the lock. */
  readonly acquire?: string;
  readonly release?: string;
}

export interface WriteTable {
  /** false: the compare-and-set was lost, or the lock is held by another, not held, or delayed. */
  'kv.put': { arguments: KvPut; result: boolean };
  'kv.delete': { arguments: { readonly key: KvKey; readonly cas?: number }; result: boolean };
  'kv.delete-tree': { arguments: { readonly prefix: KvKey }; result: boolean };
  txn: { arguments: { readonly operations: readonly TxnOperation[] }; result: TxnOutcome };
  'catalog.register': {
    arguments: {
      readonly node: NodeInput;
      /** Leave an existing node as it is. */
      readonly skipNodeUpdate: boolean;
      readonly service: ServiceInput | null;
      readonly checks: readonly (CheckInput & { readonly Node: string })[];
    };
    result: true;
  };
  'catalog.deregister': { arguments: { readonly node: string; readonly serviceId: string; readonly checkId: string }; result: true };
  /** The id of the new session. */
  'session.create': { arguments: { readonly session: SessionInput }; result: string };
  'session.destroy': { arguments: { readonly id: string }; result: true };
  /** Starts the TTL anew; null when there is no such session. */
  /** Whole; false: the compare-and-set was lost (0 = only if there is none). */
  'operator.autopilot': { arguments: { readonly settings: AutopilotSettings; readonly cas?: number }; result: boolean };
  'session.renew': { arguments: { readonly id: string }; result: SessionRecord | null };
  /** false: the compare-and-set was lost (0 = only if there is none). Writing what is there already is no change and always true. */
  'config.put': { arguments: { readonly entry: ConfigEntryInput; readonly cas?: number }; result: boolean };
  'config.delete': { arguments: { readonly entryKind: EntryKind; readonly name: string; readonly cas?: number }; result: boolean };
  /** By its two names: puts it in the place of the one that is there. */
  'intention.put': { arguments: { readonly intention: IntentionInput }; result: true };
  'intention.delete': { arguments: IntentionPair; result: true };
  /** Under an id of its own, which is the result. */
  'intention.create': { arguments: { readonly intention: IntentionInput }; result: string };
  'intention.update': { arguments: { readonly id: string; readonly intention: IntentionInput }; result: string };
  'intention.remove': { arguments: { readonly id: string }; result: true };
  /** The id of the new query. */
  'query.create': { arguments: { readonly query: PreparedQueryInput }; result: string };
  /** Replaces the whole query with that id. */
  'query.update': { arguments: { readonly query: PreparedQueryInput }; result: true };
  'query.delete': { arguments: { readonly id: string }; result: true };
  /** Of a node that is not in the catalog: no change. */
  'coordinate.update': { arguments: { readonly coordinate: CoordinateRecord }; result: true };
}

export type WriteKind = keyof WriteTable;
export type Write<K extends WriteKind = WriteKind> = { [P in K]: { readonly kind: P } & WriteTable[P]['arguments'] }[K];
