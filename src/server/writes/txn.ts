/**
 * Transactions: operations in order on one draft, each seeing what the ones before it did. Every fault is reported with its position; with
 * any fault nothing is kept. Catalog operations are looked over before anything is run, and then only those faults are told.
 */
import { goQuote } from '../../lib/go-quote.js';
import { MeshError } from '../../model/errors.js';
import { keyToText } from '../../model/kv-key.js';
import type { TxnOperation, TxnOutcome, TxnResult } from '../../model/txn.js';
import { passedServiceKey } from '../../state/meta.js';
import type { DecisionContext, Draft, Settle } from './draft.js';
import { requireKey } from './kv.js';
import { requireNode } from './node.js';
import { pendingIndex, settled } from './pending.js';
import { checkedService } from './service.js';
import { runCatalogOperation } from './txn-catalog.js';
import { runKvOperation } from './txn-kv.js';

type OperationError = TxnOutcome['errors'][number];

export function decideTxn(
  draft: Draft,
  { operations }: { readonly operations: readonly TxnOperation[] },
  context: DecisionContext,
): Settle<TxnOutcome> {
  const unfit = faultsOf(operations, (operation) => requireFit(draft, operation));
  if (unfit.length > 0) return refusal(draft, unfit);
  return runTxn(draft, operations, context);
}

/** Also the reading kind: then nothing is written, and the draft is thrown away. */
export function runTxn(
  draft: Draft,
  operations: readonly TxnOperation[],
  context: Pick<DecisionContext, 'datacenter'>,
): Settle<TxnOutcome> {
  const results: TxnResult[] = [];
  const errors = faultsOf(operations, (operation) => results.push(...run(draft, operation, context)));
  if (errors.length > 0) return refusal(draft, errors);
  if (results.some((result) => hasPassed(draft, result))) draft.ledger.put('meta', passedServiceKey, {});
  return (revision) => ({ results: results.map((result) => settledResult(result, revision)), errors: [] });
}

/** A service that the transaction has made and taken away again: clients are told of it, with the revision of the transaction. */
function hasPassed({ catalog, view }: Draft, result: TxnResult): boolean {
  if (result.kind !== 'service' || result.service.ModifyIndex !== pendingIndex) return false;
  const { Node, ID } = result.service;
  return !catalog.service(Node, ID) && !view.catalog.instance(Node, ID);
}

function run(draft: Draft, operation: TxnOperation, context: Pick<DecisionContext, 'datacenter'>): readonly TxnResult[] {
  return operation.kind === 'kv' ? runKvOperation(draft, operation) : runCatalogOperation(draft, operation, context);
}

function faultsOf(operations: readonly TxnOperation[], attempt: (operation: TxnOperation) => void): OperationError[] {
  const errors: OperationError[] = [];
  operations.forEach((operation, OpIndex) => {
    try {
      attempt(operation);
    } catch (error) {
      if (!(error instanceof MeshError)) throw error;
      errors.push({ OpIndex, What: error.message });
    }
  });
  return errors;
}

function requireFit(draft: Draft, operation: TxnOperation): void {
  switch (operation.kind) {
    case 'kv':
      if (operation.verb !== 'delete-tree' && operation.verb !== 'get-tree') requireKey(operation.key);
      if (operation.verb === 'lock' && draft.kv.isDelayed(operation.key)) {
        throw new MeshError('refused', `failed to lock key ${goQuote(keyToText(operation.key))} due to lock delay`);
      }
      break;
    case 'node':
      requireNode(operation.node);
      break;
    case 'service':
      requireNode({ Node: operation.node, ID: '' });
      if (operation.verb !== 'get') checkedService(operation.service);
      break;
    case 'check':
      requireNode({ Node: operation.check.Node, ID: '' });
      break;
  }
}

function refusal(draft: Draft, errors: readonly OperationError[]): Settle<TxnOutcome> {
  draft.ledger.keepNothing();
  return () => ({ results: [], errors });
}

function settledResult(result: TxnResult, revision: number): TxnResult {
  switch (result.kind) {
    case 'kv':
      return { ...result, entry: settled(result.entry, revision) };
    case 'node':
      return { ...result, node: settled(result.node, revision) };
    case 'service':
      return { ...result, service: settled(result.service, revision) };
    case 'check':
      return { ...result, check: settled(result.check, revision) };
  }
}
