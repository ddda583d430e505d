/** `/v1/txn`: docs/api/txn.md. */

import { goQuote } from '../../lib/go-quote.js';
import { decodedOrRefused } from '../../model/decode/check-definition.js';
import { decodeExactJson } from '../../model/decode/json.js';
import { txnOperations } from '../../model/decode/txn.js';
import { MeshError } from '../../model/errors.js';
import { keyToText } from '../../model/kv-key.js';
import { isRead, type TxnOperation, type TxnOutcome } from '../../model/txn.js';
import { sendJsonText } from '../answer.js';
import { readBody } from '../body.js';
import type { Call } from '../call.js';
import { type TxnMeta, txnOutcome } from '../encode/txn.js';
import { contactHeaders, kvMeta } from '../meta.js';
import { readParameters } from '../parameter-table.js';
import { read } from '../read.js';
import { readOptions } from '../read-options.js';
import type { Route } from '../route.js';

export const txnRoutes: readonly Route[] = [
  { path: '/v1/txn', methods: { PUT: txn }, takes: { PUT: { query: readParameters, body: txnOperations } } },
];

const operationsMax = 64;

async function txn(call: Call): Promise<void> {
  const options = readOptions(call);
  const { txnBodyBytesMax, kvValueBytesMax } = call.context.settings;
  const bytesMax = Math.max(txnBodyBytesMax, kvValueBytesMax);
  const body = await readBody(call, { bytesMax, setting: 'txn_max_req_len' });
  const operations = decodedOrRefused(() => decodeExactJson(txnOperations, body), 'Failed to parse body');
  refuseTooMuch(operations, kvValueBytesMax);
  if (operations.every(isRead)) {
    const answer = await read(call, { kind: 'txn.read', operations }, { ...options, minIndex: 0 }, kvMeta);
    return send(call, answer.value, answer);
  }
  const { token, datacenter } = options;
  return send(call, await call.context.backend.write({ kind: 'txn', operations }, { token, datacenter }), null);
}

/** One that failed is a conflict, and everything in it has been left undone. */
function send(call: Call, outcome: TxnOutcome, meta: TxnMeta | null): void {
  sendJsonText(call, txnOutcome(outcome, meta), meta ? contactHeaders(meta) : [], outcome.errors.length > 0 ? 409 : 200);
}

function refuseTooMuch(operations: readonly TxnOperation[], valueBytesMax: number): void {
  if (operations.length > operationsMax)
    throw new MeshError('body-too-large', `Transaction contains too many operations (${operations.length} > ${operationsMax})`);
  for (const operation of operations) {
    const bytes = operation.kind === 'kv' ? Buffer.byteLength(operation.value, 'base64') : 0;
    if (operation.kind === 'kv' && bytes > valueBytesMax)
      throw new MeshError(
        'body-too-large',
        `Value for key ${goQuote(keyToText(operation.key))} is too large (${bytes} > ${valueBytesMax} bytes)`,
      );
  }
}
