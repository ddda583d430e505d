/** The KV verbs of a transaction. Faults are thrown as MeshError; their texts are those clients know. */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../../model/errors.js';
import { keyToText } from '../../model/kv-key.js';
import type { KvEntry } from '../../model/records.js';
import type { TxnOperation, TxnResult } from '../../model/txn.js';
import type { Draft } from './draft.js';
import { deleteIfIndex, putIfIndex } from './kv.js';
import { lockKey, unlockKey } from './lock.js';

type KvOperation = Extract<TxnOperation, { kind: 'kv' }>;

export function runKvOperation(draft: Draft, operation: KvOperation): readonly TxnResult[] {
  const { verb, key, index, session } = operation;
  const name = goQuote(keyToText(key));
  const content = { Flags: operation.flags, Value: operation.value };
  switch (verb) {
    case 'set':
      return [written(draft.kv.put(key, content))];
    case 'cas':
      return [written(required(putIfIndex(draft, key, content, index), `failed to set key ${name}, index is stale`))];
    case 'lock':
      return [written(required(lockKey(draft, key, content, session, ''), `failed to lock key ${name}, lock is already held`))];
    case 'unlock': {
      const fault = `failed to unlock key ${name}, lock isn't held, or is held by another session`;
      return [written(required(unlockKey(draft, key, content, session, ''), fault))];
    }
    case 'delete':
      draft.kv.delete(key);
      return [];
    case 'delete-cas':
      if (!deleteIfIndex(draft, key, index)) throw fault(`failed to delete key ${name}, index is stale`);
      return [];
    case 'delete-tree':
      draft.kv.deleteBelow(key);
      return [];
    case 'get-tree':
      return draft.kv.below(key).map(shown);
    case 'get':
      return [shown(required(draft.kv.get(key), `key ${name} doesn't exist`))];
    case 'check-index':
    case 'check-session':
    case 'check-not-exists':
      return checkKey(draft, operation, name);
    default:
      throw fault(`unknown KV verb ${goQuote(verb satisfies never)}`);
  }
}

function checkKey(draft: Draft, { verb, key, index, session }: KvOperation, name: string): readonly TxnResult[] {
  const entry = draft.kv.get(key);
  if (verb === 'check-not-exists') {
    if (entry) throw fault(`key ${name} exists`);
    return [];
  }
  const what = verb === 'check-index' ? 'index' : 'session';
  const present = required(entry, `failed to check ${what}, key ${name} doesn't exist`);
  if (verb === 'check-index' && present.ModifyIndex !== index) {
    throw fault(`failed index check for key ${name}, current modify index ${present.ModifyIndex} != ${index}`);
  }
  if (verb === 'check-session' && present.Session !== session) {
    throw fault(`failed session check for key ${name}, current session ${goQuote(present.Session)} != ${goQuote(session)}`);
  }
  return [written(present)];
}

/** Writes and checks answer the entry without its value. */
function written(entry: KvEntry): TxnResult {
  return { kind: 'kv', entry, showValue: false };
}

function shown(entry: KvEntry): TxnResult {
  return { kind: 'kv', entry, showValue: true };
}

function required<T>(value: T | null, text: string): T {
  if (value === null) throw fault(text);
  return value;
}

function fault(text: string): MeshError {
  return new MeshError('refused', text);
}
