/** The node, service and check verbs of a transaction. Faults are thrown as MeshError; their texts are those clients know. */
import { goQuote } from '../../lib/go-quote.js';
import { unreachable } from '../../lib/unreachable.js';
import { MeshError } from '../../model/errors.js';
import type { Indexes } from '../../model/records.js';
import type { CatalogVerb, TxnOperation, TxnResult } from '../../model/txn.js';
import { deleteCheck, filledCheck, setCheck } from './check.js';
import type { DecisionContext, Draft } from './draft.js';
import { deleteNode, setNode } from './node.js';
import { checkedService, deleteService, setService } from './service.js';

type CatalogOperation = Exclude<TxnOperation, { kind: 'kv' }>;

/** One kind of record under the five verbs. */
interface Subject<T extends Indexes> {
  /** "Node", for the fault of an unknown verb. */
  readonly kind: string;
  /** "node "n1"", for all others. */
  readonly name: string;
  readonly present: T | undefined;
  set(): T;
  remove(): void;
  result(record: T): TxnResult;
}

export function runCatalogOperation(
  draft: Draft,
  operation: CatalogOperation,
  { datacenter }: Pick<DecisionContext, 'datacenter'>,
): readonly TxnResult[] {
  switch (operation.kind) {
    case 'node':
      return apply(nodeSubject(draft, operation, datacenter), operation);
    case 'service':
      return apply(serviceSubject(draft, operation), operation);
    case 'check':
      return apply(checkSubject(draft, operation), operation);
    default:
      return unreachable(operation);
  }
}

function apply<T extends Indexes>(
  subject: Subject<T>,
  { verb, index }: { readonly verb: CatalogVerb; readonly index: number },
): TxnResult[] {
  const { kind, name, present } = subject;
  switch (verb) {
    case 'get':
      if (!present) throw fault(`${name} doesn't exist`);
      return [subject.result(present)];
    case 'set':
      return [subject.result(subject.set())];
    case 'cas':
      if (index !== (present?.ModifyIndex ?? 0)) throw fault(`failed to set ${name}, index is stale`);
      return [subject.result(subject.set())];
    case 'delete':
      subject.remove();
      return [];
    case 'delete-cas':
      if (!present || present.ModifyIndex !== index) throw fault(`failed to delete ${name}, index is stale`);
      subject.remove();
      return [];
    default:
      throw fault(`unknown ${kind} verb ${goQuote(verb satisfies never)}`);
  }
}

function nodeSubject(draft: Draft, { node }: Extract<CatalogOperation, { kind: 'node' }>, datacenter: string) {
  const present = node.ID === '' ? draft.catalog.node(node.Node) : draft.catalog.nodeById(node.ID);
  return {
    kind: 'Node',
    name: `node ${goQuote(node.Node)}`,
    present,
    set: () => setNode(draft, { ...node, Datacenter: datacenter }),
    remove: () => deleteNode(draft, present?.Node ?? node.Node),
    result: (record) => ({ kind: 'node', node: record }),
  } satisfies Subject<NonNullable<typeof present>>;
}

function serviceSubject(draft: Draft, operation: Extract<CatalogOperation, { kind: 'service' }>) {
  const service = operation.verb === 'get' ? operation.service : checkedService(operation.service);
  const present = draft.catalog.service(operation.node, service.ID);
  return {
    kind: 'Service',
    name: `service ${goQuote(service.ID)} on node ${goQuote(operation.node)}`,
    present,
    set: () => setService(draft, operation.node, service),
    remove: () => deleteService(draft, operation.node, service.ID),
    result: (record) => ({ kind: 'service', service: record }),
  } satisfies Subject<NonNullable<typeof present>>;
}

function checkSubject(draft: Draft, operation: Extract<CatalogOperation, { kind: 'check' }>) {
  const check = filledCheck(operation.check);
  const present = draft.catalog.check(check.Node, check.CheckID);
  return {
    kind: 'Check',
    name: `check ${goQuote(check.CheckID)} on node ${goQuote(check.Node)}`,
    present,
    set: () => setCheck(draft, check),
    remove: () => deleteCheck(draft, check.Node, check.CheckID),
    result: (record) => ({ kind: 'check', check: record }),
  } satisfies Subject<NonNullable<typeof present>>;
}

function fault(text: string): MeshError {
  return new MeshError('refused', text);
}
