/** Every write and who decides it. */
import type { Write, WriteKind, WriteTable } from '../../model/write.js';
import { decideDeregister, decideRegister } from './catalog.js';
import type { Decide, DecisionContext, Draft, Settle } from './draft.js';
import { decideKvDelete, decideKvDeleteTree, decideKvPut } from './kv.js';
import { decideAutopilot } from './operator.js';
import { decideSessionCreate, decideSessionDestroy, decideSessionRenew } from './session.js';
import { decideTxn } from './txn.js';

const decisions: { readonly [K in WriteKind]: Decide<K> } = {
  'kv.put': decideKvPut,
  'kv.delete': decideKvDelete,
  'kv.delete-tree': decideKvDeleteTree,
  txn: decideTxn,
  'catalog.register': decideRegister,
  'catalog.deregister': decideDeregister,
  'session.create': decideSessionCreate,
  'session.destroy': decideSessionDestroy,
  'session.renew': decideSessionRenew,
  'operator.autopilot': decideAutopilot,
};

/** @throws MeshError for writes that are refused */
export function decide<K extends WriteKind>(draft: Draft, write: Write<K>, context: DecisionContext): Settle<WriteTable[K]['result']> {
  const decision: Decide<K> = decisions[write.kind as K];
  return decision(draft, write, context);
}
