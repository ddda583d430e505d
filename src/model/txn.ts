/** Operations of `/v1/txn`. Source: the API's transaction page; limits and texts in test/conformance/http/txn-*.json. */

import type { CheckInput, NodeInput, ServiceInput } from './inputs.js';
import type { KvKey } from './kv-key.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord } from './records.js';

export type KvVerb =
  | 'set'
  | 'cas'
  | 'lock'
  | 'unlock'
  | 'get'
  | 'get-tree'
  | 'check-index'
  | 'check-session'
  | 'check-not-exists'
  | 'delete'
  | 'delete-tree'
  | 'delete-cas';
export type CatalogVerb = 'get' | 'set' | 'cas' | 'delete' | 'delete-cas';

export type TxnOperation =
  | {
      readonly kind: 'kv';
      readonly verb: KvVerb;
      readonly key: KvKey;
      readonly value: string;
      readonly flags: string;
      readonly index: number;
      readonly session: string;
    }
  | { readonly kind: 'node'; readonly verb: CatalogVerb; readonly node: NodeInput; readonly index: number }
  | { readonly kind: 'service'; readonly verb: CatalogVerb; readonly node: string; readonly service: ServiceInput; readonly index: number }
  | { readonly kind: 'check'; readonly verb: CatalogVerb; readonly check: CheckInput & { readonly Node: string }; readonly index: number };

/** `showValue` is false for writes: the API answers them with a null value. */
export type TxnResult =
  | { readonly kind: 'kv'; readonly entry: KvEntry; readonly showValue: boolean }
  | { readonly kind: 'node'; readonly node: NodeRecord }
  | { readonly kind: 'service'; readonly service: ServiceRecord }
  | { readonly kind: 'check'; readonly check: CheckRecord };

/** Either all of it happened (no errors) or none (results empty). */
export interface TxnOutcome {
  readonly results: readonly TxnResult[];
  readonly errors: readonly { readonly OpIndex: number; readonly What: string }[];
}

const kvWrites: ReadonlySet<string> = new Set(['set', 'cas', 'lock', 'unlock', 'delete', 'delete-tree', 'delete-cas'] satisfies KvVerb[]);

/** Whether the operation only looks. A transaction of such needs no commit. Unknown verbs look too: they are answered, never applied. */
export function isRead(operation: TxnOperation): boolean {
  return operation.kind === 'kv' ? !kvWrites.has(operation.verb) : operation.verb === 'get';
}
