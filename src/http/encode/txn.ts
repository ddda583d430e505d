/** Outcome of a transaction. Read-only ones carry their meta data in the body as well. */

import { unreachable } from '../../lib/unreachable.js';
import type { TxnOutcome, TxnResult } from '../../model/txn.js';
import { checkTxnForm, nodeForm, serviceTxnForm } from './catalog.js';
import { jsonText } from './json.js';
import { kvEntry } from './kv.js';

export interface TxnMeta {
  readonly lastContactMs: number;
  readonly knownLeader: boolean;
}

export function txnOutcome(outcome: TxnOutcome, meta: TxnMeta | null): string {
  const failed = outcome.errors.length > 0;
  const results = failed ? 'null' : `[${outcome.results.map(resultForm).join(',')}]`;
  const errors = failed
    ? `[${outcome.errors.map(({ OpIndex, What }) => `{"OpIndex":${OpIndex},"What":${jsonText(What)}}`).join(',')}]`
    : 'null';
  return `{"Results":${results},"Errors":${errors}${meta ? metaForm(meta) : ''}}`;
}

function resultForm(result: TxnResult): string {
  switch (result.kind) {
    case 'kv':
      return `{"KV":${kvEntry(result.entry, result.showValue)}}`;
    case 'node':
      return `{"Node":${nodeForm(result.node)}}`;
    case 'service':
      return `{"Service":${serviceTxnForm(result.service)}}`;
    case 'check':
      return `{"Check":${checkTxnForm(result.check)}}`;
    default:
      return unreachable(result);
  }
}

// The index of a transaction is always 1: it cannot be waited for.
function metaForm({ lastContactMs, knownLeader }: TxnMeta): string {
  return `,"Index":1,"LastContact":${lastContactMs},"KnownLeader":${knownLeader},"ConsistencyLevel":"","NotModified":false,"Backend":0`;
}
