/** Reading and changing what a rollout keeps below its lock: every change is one transaction that is lost when anything moved meanwhile. */
import type { Client } from '../../src/client/client.js';
import type { TxnRequestOperation } from '../../src/client/txn.js';
import { type KvKey, keyToText } from '../../src/model/kv-key.js';
import {
  type Contender,
  contenderKey,
  encodeDocument,
  lockDocumentKey,
  lockPrefix,
  type RolloutRecord,
  type RolloutView,
  readView,
  recordKey,
  type SemaphoreLock,
  semaphoreFlags,
} from './documents.js';

export interface RolloutChange {
  readonly lock: SemaphoreLock | undefined;
  /** undefined: it must still be what it was. */
  readonly record: RolloutRecord | undefined;
  readonly enter?: Contender;
  /** Session whose turn ends. */
  readonly leave?: string;
}

/** @throws what the client throws, RolloutDocumentError */
export async function readRollout(client: Pick<Client, 'kv'>, lock: KvKey, signal: AbortSignal): Promise<RolloutView> {
  return readView(lock, (await client.kv.list(lockPrefix(lock), { signal, consistency: 'consistent' })).value);
}

/** @returns false when something had moved: look again and decide anew. @throws what the client throws */
export async function commitRollout(
  client: Pick<Client, 'txn'>,
  { lock, view, signal }: { readonly lock: KvKey; readonly view: RolloutView; readonly signal: AbortSignal },
  change: RolloutChange,
): Promise<boolean> {
  const { enter, leave } = change;
  const operations: TxnRequestOperation[] = [];
  if (enter !== undefined) {
    const { session, ...contender } = enter;
    operations.push(kv('lock', contenderKey(lock, session), { Value: encodeDocument(contender), Flags: semaphoreFlags, Session: session }));
  }
  if (change.lock !== undefined) {
    const Value = encodeDocument(change.lock);
    operations.push(kv('cas', lockDocumentKey(lock), { Value, Flags: semaphoreFlags, Index: view.lockIndex }));
  }
  if (change.record !== undefined)
    operations.push(kv('cas', recordKey(lock), { Value: encodeDocument(change.record), Index: view.recordIndex }));
  else if (view.recordIndex > 0) operations.push(kv('check-index', recordKey(lock), { Index: view.recordIndex }));
  if (leave !== undefined) operations.push(kv('delete', contenderKey(lock, leave), {}));
  return (await client.txn.apply(operations, { signal })).Errors.length === 0;
}

function kv(Verb: string, key: KvKey, rest: object): TxnRequestOperation {
  return { KV: { Verb, Key: keyToText(key), ...rest } };
}
