/** Every write and who decides it. */
import type { Write, WriteKind, WriteTable } from '../../model/write.js';
import { decideDeregister, decideRegister } from './catalog.js';
import { decideConfigDelete, decideConfigPut } from './config.js';
import { decideCoordinateUpdate } from './coordinate.js';
import type { Decide, DecisionContext, Draft, Settle } from './draft.js';
import {
  decideIntentionCreate,
  decideIntentionDelete,
  decideIntentionPut,
  decideIntentionRemove,
  decideIntentionUpdate,
} from './intention.js';
import { decideKvDelete, decideKvDeleteTree, decideKvPut } from './kv.js';
import { decideAutopilot } from './operator.js';
import { decideQueryCreate, decideQueryDelete, decideQueryUpdate } from './query.js';
import { decideSessionCreate, decideSessionDestroy, decideSessionRenew } from './session.js';
import { decideTxn } from './txn.js';

const decisions: { readonly [K in WriteKind]: Decide<K> } = {
  'kv.put': decideKvPut,
  'kv.delete': decideKvDelete,
  'kv.delete-tree': decideKvDeleteTree,
  txn: decideTxn,
  'catalog.register': decideRegister,
  'catalog.deregister': decideDeregister,
  'config.put': decideConfigPut,
  'config.delete': decideConfigDelete,
  'intention.put': decideIntentionPut,
  'intention.delete': decideIntentionDelete,
  'intention.create': decideIntentionCreate,
  'intention.update': decideIntentionUpdate,
  'intention.remove': decideIntentionRemove,
  'session.create': decideSessionCreate,
  'session.destroy': decideSessionDestroy,
  'session.renew': decideSessionRenew,
  'query.create': decideQueryCreate,
  'query.update': decideQueryUpdate,
  'query.delete': decideQueryDelete,
  'coordinate.update': decideCoordinateUpdate,
  'operator.autopilot': decideAutopilot,
};

/** @throws MeshError for writes that are refused */
export function decide<K extends WriteKind>(draft: Draft, write: Write<K>, context: DecisionContext): Settle<WriteTable[K]['result']> {
  // The compiler does not see that the kind of a `Write<K>` is K.
  const decision: Decide<K> = decisions[write.kind as K];
  return decision(draft, write, context);
}
